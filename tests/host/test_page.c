/* report/page: lines that end well, and escapes in one piece. */
#include "report/page.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

enum { WIDTH = 40 };
static const struct kbm_report_style style = {.utf8 = true, .width = WIDTH};

static size_t count(const char *text, const char *part)
{
	size_t found = 0;
	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		found++;
	return found;
}

static void expect_width(const char *text)
{
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		cr_expect(le(sz, strcspn(line, "\n"), WIDTH), "%s", text);
}

/* Wherever a line is full: behind `before` letters stand ten of each of these. */
Test(page, breaks_no_escape)
{
	static const char evil[] = "\xE2\x80\xAE\r\x1B\xFF\n\xF3\xA0\x80\x81";
	static const char *const escapes[] = {"\\u{202E}", "\\r", "\\x1B",
					      "\\xFF",	   "\\n", "\\u{E0001}"};
	for (size_t before = 0; before < 2 * (size_t)WIDTH; before++) {
		struct kbm_bytes text;
		kbm_bytes_init(&text, 1000);
		for (size_t i = 0; i < before; i++)
			kbm_bytes_append_byte(&text, 'a');
		for (size_t i = 0; i < 10; i++)
			kbm_bytes_append(&text, evil, sizeof evil - 1);
		for (int fills = 0; fills < 2; fills++) {
			struct kbm_bytes out;
			kbm_bytes_init(&out, 10000);
			struct kbm_page page = {.out = &out, .style = &style};
			if (fills)
				kbm_page_fill(&page, 2, kbm_bytes_text(&text), text.length);
			else
				kbm_page_wrap(&page, 2, kbm_bytes_text(&text));
			kbm_page_end_line(&page);
			for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
				cr_expect(eq(sz, count(kbm_bytes_text(&out), escapes[i]), 10),
					  "%s: %s", escapes[i], kbm_bytes_text(&out));
			cr_expect(eq(sz, count(kbm_bytes_text(&out), "a"), before));
			expect_width(kbm_bytes_text(&out));
			kbm_bytes_clear(&out);
		}
		kbm_bytes_clear(&text);
	}
}

/* A backslash of the text begins no escape, whatever stands behind it. */
Test(page, breaks_a_path_behind_its_backslashes)
{
	static const char path[] = "HKLM\\SYSTEM\\ControlSet001\\Services\\xerox\\u{1}";
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	struct kbm_page page = {.out = &out, .style = &style};
	kbm_page_fill(&page, 2, path, sizeof path - 1);
	cr_expect(eq(str, (char *)kbm_bytes_text(&out),
		     "HKLM\\SYSTEM\\ControlSet001\\Services\\\n  xerox\\u{1}"));
	kbm_bytes_clear(&out);
}
