/* base/limits_table: values that people can read, rows that a line holds. */
#include "base/limits_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

static const struct {
	uint64_t value;
	enum kbm_limit_unit unit;
	const char *text;
} cases[] = {
    {1024, KBM_UNIT_BYTES, "1 KiB"},	  {2000, KBM_UNIT_BYTES, "2000 bytes"},
    {65536, KBM_UNIT_BYTES, "64 KiB"},	  {1048576, KBM_UNIT_BYTES, "1 MiB"},
    {1536, KBM_UNIT_BYTES, "1536 bytes"}, {2048, KBM_UNIT_MIB, "2 GiB"},
    {128, KBM_UNIT_MIB, "128 MiB"},	  {20, KBM_UNIT_MS, "20 ms"},
    {5000, KBM_UNIT_MS, "5 s"},		  {1500, KBM_UNIT_MS, "1500 ms"},
    {120000, KBM_UNIT_MS, "2 min"},	  {7200000, KBM_UNIT_MS, "2 h"},
    {0, KBM_UNIT_BYTES, "0 bytes"},	  {1000000, KBM_UNIT_COUNT, "1000000"},
    {64, KBM_UNIT_TIMES, "64 times"},
};

Test(limits_table, writes_values_with_a_unit_that_suits_them)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct kbm_limit limit = {"g", "n", cases[i].value, cases[i].unit, "m", NULL};
		char text[KBM_LIMIT_TEXT_BYTES];
		kbm_limit_text(&limit, text);
		cr_expect(eq(str, text, (char *)cases[i].text), "row %zu", i);
	}
}

Test(limits_table, names_each_limit_once_and_keeps_groups_together)
{
	for (size_t i = 0; i < kbm_limit_count; i++) {
		const struct kbm_limit *limit = &kbm_limits[i];
		cr_expect(eq(int, strncmp(limit->name, "KBM_", 4), 0), "%s", limit->name);
		cr_expect(ne(u64, limit->value, 0), "%s", limit->name);
		cr_expect(le(sz, strlen(limit->meaning), 52), "%s", limit->name);
		bool left_group = false;
		for (size_t j = i + 1; j < kbm_limit_count; j++) {
			bool same = strcmp(kbm_limits[j].group, limit->group) == 0;
			cr_expect(ne(int, strcmp(kbm_limits[j].name, limit->name), 0), "%s",
				  limit->name);
			cr_expect(not(left_group && same), "%s", kbm_limits[j].name);
			left_group = left_group || !same;
		}
	}
}
