/* base/text: WTF-8, Windows' upcase, and what may reach a terminal. */
#include "base/error.h"
#include "base/text.h"

#include <criterion/criterion.h>

#include <string.h>
#include <unictype.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what;
	const char *text;
	size_t length;
	const char *utf16;
	size_t utf16_length;
} encodings[] = {
    {"nothing", "", 0, "", 0},
    {"ASCII", "Site", 4, "S\0i\0t\0e\0", 8},
    {"NUL inside", "a\0b", 3, "a\0\0\0b\0", 6},
    {"two bytes", "\xC3\xBC", 2, "\xFC\0", 2},
    {"three bytes", "\xE2\x82\xAC", 3, "\xAC\x20", 2},
    {"a pair", "\xF0\x9F\x91\x8D", 4, "\x3D\xD8\x4D\xDC", 4},
    {"a lone high surrogate", "\xED\xA0\xBD", 3, "\x3D\xD8", 2},
    {"a lone low surrogate", "\xED\xB1\x8Dx", 4, "\x4D\xDCx\0", 4},
};

Test(text, keeps_whole_characters_where_it_is_cut)
{
	static const char text[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
	static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		cr_expect(kbm_text_whole_end(text, i) == expected[i], "%zu", i);
	cr_expect(kbm_text_whole_end("\x80\x80", 2) == 2);
	struct kbm_error error;
	for (int blanks = 230; blanks < 240; blanks++) {
		kbm_fail(&error, KBM_INVALID, "%*s\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC",
			 blanks, "");
		bool whole = kbm_text_is_utf8(error.message, strlen(error.message));
		cr_expect(whole, "%d", blanks);
	}
}

Test(text, converts_both_ways)
{
	for (size_t i = 0; i < COUNT(encodings); i++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, 100);
		bool done = kbm_text_from_utf16((const uint8_t *)encodings[i].utf16,
						encodings[i].utf16_length, &out);
		cr_expect(done && out.length == encodings[i].length &&
			      memcmp(kbm_bytes_text(&out), encodings[i].text, out.length) == 0,
			  "%s from UTF-16", encodings[i].what);
		kbm_bytes_reset(&out);
		done = kbm_text_to_utf16(encodings[i].text, encodings[i].length, &out);
		cr_expect(done && out.length == encodings[i].utf16_length &&
			      memcmp(kbm_bytes_text(&out), encodings[i].utf16, out.length) == 0,
			  "%s to UTF-16", encodings[i].what);
		kbm_bytes_clear(&out);
	}
}

Test(text, refuses_what_is_no_utf8)
{
	static const char *const broken[] = {"\x80",	     "\xC0\x80",	 "\xC3",
					     "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
					     "\xFF",	     "a\xE2\x82"};
	for (size_t i = 0; i < COUNT(broken); i++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, 100);
		cr_expect(!kbm_text_is_utf8(broken[i], strlen(broken[i])), "row %zu", i);
		cr_expect(!kbm_text_to_utf16(broken[i], strlen(broken[i]), &out), "row %zu", i);
		kbm_bytes_clear(&out);
	}
	cr_expect(!kbm_text_is_utf8("\xED\xA0\xBD", 3), "a surrogate is WTF-8, not UTF-8");
	cr_expect(kbm_text_is_utf8("M\xC3\xBCnchen \xF0\x9F\x91\x8D", 13));
}

static const struct {
	uint16_t unit;
	uint16_t upcased;
} folds[] = {
    {'a', 'A'},	      {'z', 'Z'},	{'{', '{'},	  {0xE4, 0xC4},	    {0xF7, 0xF7},
    {0xFF, 0x178},    {0xDF, 0xDF},	{0xB5, 0xB5},	  {0x131, 0x131},   {0x17F, 0x17F},
    {0x101, 0x100},   {0x100, 0x100},	{0x137, 0x136},	  {0x138, 0x138},   {0x1C5, 0x1C5},
    {0x1C6, 0x1C4},   {0x3C2, 0x3A3},	{0x3C3, 0x3A3},	  {0x451, 0x401},   {0x561, 0x531},
    {0x1E01, 0x1E00}, {0x1F80, 0x1F88}, {0x2170, 0x2160}, {0x24D0, 0x24B6}, {0xFF41, 0xFF21},
    {0x10D0, 0x10D0}, {0xD83D, 0xD83D}, {0xFFFF, 0xFFFF},
};

Test(text, upcases_as_windows)
{
	for (size_t i = 0; i < COUNT(folds); i++)
		cr_expect(kbm_text_upcase(folds[i].unit) == folds[i].upcased, "U+%04X",
			  folds[i].unit);
	for (unsigned unit = 0; unit <= 0xFFFF; unit++) {
		uint16_t once = kbm_text_upcase((uint16_t)unit);
		cr_expect(kbm_text_upcase(once) == once, "U+%04X is not stable", unit);
	}
}

Test(text, compares_names_unit_by_unit)
{
	cr_expect(kbm_text_compare_names("SiteDN", 6, "sitedn", 6) == 0);
	cr_expect(kbm_text_compare_names("stra\xC3\x9F", 6, "STRASS", 6) != 0, "no full folding");
	cr_expect(kbm_text_compare_names("a", 1, "ab", 2) < 0);
	cr_expect(kbm_text_compare_names("_", 1, "a", 1) > 0, "order is by upper case");
	cr_expect(kbm_text_compare_names("a\0b", 3, "a\0c", 3) < 0);
	cr_expect(kbm_text_compare_names("\xEF\xBF\xBD", 3, "\xF0\x9F\x91\x8D", 4) > 0,
		  "a pair sorts by its units, below U+FFFD");
	cr_expect(kbm_text_compare_names("\xFF", 1, "\xFE", 1) != 0);
	cr_expect(kbm_text_compare_names("", 0, "", 0) == 0);
}

static const struct {
	const char *text;
	size_t length;
	const char *shown;
} escapes[] = {
    {"plain \\ text", 12, "plain \\ text"},
    {"\x1B[2J", 4, "\\x1B[2J"},
    {"a\0b", 3, "a\\x00b"},
    {"one\ntwo\r\t", 9, "one\\ntwo\\r\\t"},
    {"\xC2\x9B", 2, "\\x9B"},
    {"\xFF\x80", 2, "\\xFF\\x80"},
    {"x\xE2\x80\xAEy", 5, "x\\u{202E}y"},
    {"\xE2\x80\x8B", 3, "\\u{200B}"},
    {"\xED\xA0\xBD", 3, "\\u{D83D}"},
    {"\x7F", 1, "\\x7F"},
    {"\xC2\x80\xC2\x9F\xC2\xA0", 6, "\\x80\\x9F\xC2\xA0"},
    {"\xD8\x9C", 2, "\\u{061C}"},
    {"\xE2\x80\x8E\xE2\x80\x8F", 6, "\\u{200E}\\u{200F}"},
    {"\xE2\x80\xA8\xE2\x80\xA9", 6, "\\u{2028}\\u{2029}"},
    {"\xE2\x81\xA6\xE2\x81\xA9", 6, "\\u{2066}\\u{2069}"},
    {"\xEF\xBB\xBF", 3, "\\u{FEFF}"},
    {"\xF3\xA0\x80\x81", 4, "\\u{E0001}"},
    {"\xF0\x9F\xBF\xBF", 4, "\\u{1FFFF}"},
    {"\xC0\x9B", 2, "\\xC0\\x9B"},
    {"\xE2\x80", 2, "\\xE2\\x80"},
    {"Gr\xC3\xB6\xC3\x9F"
     "e \xE6\x97\xA5",
     11,
     "Gr\xC3\xB6\xC3\x9F"
     "e \xE6\x97\xA5"},
};

Test(text, escapes_what_a_terminal_would_obey)
{
	for (size_t i = 0; i < COUNT(escapes); i++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, 100);
		cr_expect(kbm_text_escape(escapes[i].text, escapes[i].length, &out));
		cr_expect(strcmp(kbm_bytes_text(&out), escapes[i].shown) == 0, "row %zu: %s", i,
			  kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
	}
}

Test(text, shows_no_code_point_that_orders_or_hides_text)
{
	static const uint32_t hidden = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf |
				       UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Zl |
				       UC_CATEGORY_MASK_Zp;
	for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
		struct kbm_bytes out;
		char text[4];
		size_t size = kbm_text_put(code_point, text);
		bool visible = kbm_text_is_visible(code_point);
		bool harmful = uc_is_general_category_withtable(code_point, hidden) ||
			       uc_is_property_bidi_control(code_point) ||
			       uc_is_property_default_ignorable_code_point(code_point) ||
			       uc_is_property_not_a_character(code_point);
		cr_expect(!(harmful && visible), "U+%04X", code_point);
		cr_expect(!kbm_text_is_bidirectional(code_point) || harmful, "U+%04X", code_point);
		if (visible && (code_point & 0xFF) != 0)
			continue; /* one in 256 will do */
		kbm_bytes_init(&out, 100);
		kbm_text_escape(text, size, &out);
		bool same = out.length == size && memcmp(out.data, text, size) == 0;
		cr_expect(same == visible, "U+%04X: %s", code_point, kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
	}
	cr_expect(!kbm_text_is_visible(UINT32_MAX));
}

Test(text, compares_ascii_without_case)
{
	cr_expect(kbm_text_equals_ascii_case("HomeMTA", "homemta"));
	cr_expect(!kbm_text_equals_ascii_case("a", "ab"));
	cr_expect(!kbm_text_equals_ascii_case("ab", "a"));
	cr_expect(!kbm_text_equals_ascii_case("\xC3\xA4", "\xC3\x84"), "only ASCII folds");
}

Test(text, reads_hexadecimal_digits)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	for (int point = -1; point < 0x200; point++) {
		const char *found = point <= 0 || point > 0x7F ? NULL : strchr(digits, point);
		int place = found == NULL ? -1 : (int)(found - digits);
		cr_expect(kbm_text_hex_digit(point) == (place < 16 ? place : place - 6), "%d",
			  point);
	}
	cr_expect(kbm_text_hex_digit(0x10030) == -1);
}
