#include "report/report_dump.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
	const char *line;
	const char *json;
	const char *csv;
} lines[] = {
    {"K\t\t0", "{\"kind\":\"key\",\"path\":\"\",\"last_written\":\"0\"}\n",
     "key,,,,,1601-01-01T00:00:00Z\n"},
    {"K\tA\\B%0025%005CC\t18446744073709551615",
     "{\"kind\":\"key\",\"path\":\"A\\\\B%\\\\C\",\"last_written\":\"18446744073709551615\"}\n",
     NULL},
    {"V\tA\t\t1\t610062000000",
     "{\"kind\":\"value\",\"path\":\"A\",\"name\":\"\",\"type\":\"REG_SZ\",\"text\":\"ab\"}\n",
     "value,A,,REG_SZ,ab,\n"},
    {"V\tA\tn%0009\t4294967295\t",
     "{\"kind\":\"value\",\"path\":\"A\",\"name\":\"n\\t\",\"type\":\"type "
     "4294967295\",\"hex\":\"\"}\n",
     "value,A,n\\t,type 4294967295,,\n"},
    /* Text that JSON has no word for: a NUL, an unpaired surrogate. */
    {"V\tA\ta%0000\t4\t0a000000",
     "{\"kind\":\"value\",\"path\":\"A\",\"name\":{\"hex\":\"6100\"},\"type\":\"REG_DWORD\","
     "\"number\":10}\n",
     NULL},
    {"K\tA%D800\t7", "{\"kind\":\"key\",\"path\":{\"hex\":\"41eda080\"},\"last_written\":\"7\"}\n",
     NULL},
};

Test(report_dump, shows_lines_as_rows)
{
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct kbm_dump_line line;
		struct kbm_bytes out;
		struct kbm_error error = {0};
		kbm_dump_line_init(&line);
		kbm_bytes_init(&out, 4096);
		enum kbm_code code =
		    kbm_dump_line_read(lines[i].line, strlen(lines[i].line), &line, &error);
		cr_expect_eq(code, KBM_OK, "line %zu: %s", i, error.message);
		cr_expect(kbm_report_dump_json(&line, &out));
		cr_expect_str_eq(kbm_bytes_text(&out), lines[i].json, "line %zu", i);
		kbm_bytes_reset(&out);
		cr_expect(kbm_report_dump_csv(&line, &out));
		if (lines[i].csv != NULL)
			cr_expect_str_eq(kbm_bytes_text(&out), lines[i].csv, "line %zu", i);
		kbm_bytes_clear(&out);
		kbm_dump_line_clear(&line);
	}
}

/* What a child may send that has been taken over. */
static const char *const malformed[] = {
    "",
    "K",
    "KK\tA\t1",
    "K\tA",
    "K\tA\t",
    "K\tA\t1\t",
    "K\tA\t1x",
    "K\tA\t-1",
    "K\tA%00\t1",
    "K\tA%00G0\t1",
    "K\tA%\t1",
    "K\tA\t18446744073709551616",
    "D\tA\t1",
    "V\tA\tn\t1",
    "V\tA\tn\t1\t0",
    "V\tA\tn\t1\t0G",
    "V\tA\tn\t1\t0A",
    "V\tA\tn\t4294967296\t",
    "V\tA\tn\t1\t00\t",
    "V\tA\tn\t\t00",
    "V\tA\t%12\t1\t00",
};

Test(report_dump, refuses_what_is_no_line)
{
	struct kbm_dump_line line;
	struct kbm_error error = {0};
	kbm_dump_line_init(&line);
	for (size_t i = 0; i < COUNT(malformed); i++) {
		enum kbm_code code =
		    kbm_dump_line_read(malformed[i], strlen(malformed[i]), &line, &error);
		cr_expect_eq(code, KBM_INTERNAL, "line %zu: '%s'", i, malformed[i]);
	}
	kbm_dump_line_clear(&line);
}
