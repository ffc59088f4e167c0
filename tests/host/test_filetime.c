/* base/filetime: moments as people write them, both ways. */
#include "base/filetime.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

static const struct {
	const char *text;
	uint64_t filetime;
	const char *written; /* as it comes back */
} good[] = {
    {"1601-01-01", UINT64_C(0), "1601-01-01T00:00:00Z"},
    {"1970-01-01", UINT64_C(116444736000000000), "1970-01-01T00:00:00Z"},
    {"2000-02-29T12:34:56Z", UINT64_C(125963012960000000), "2000-02-29T12:34:56Z"},
    {"2000-02-29 12:34", UINT64_C(125963012400000000), "2000-02-29T12:34:00Z"},
    {"2002-03-04T00:00:00", UINT64_C(126596736000000000), "2002-03-04T00:00:00Z"},
    {"2026-12-31T23:59:59Z", UINT64_C(134432351990000000), "2026-12-31T23:59:59Z"},
    {"9999-12-31", UINT64_C(2650466880000000000), "9999-12-31T00:00:00Z"},
};

Test(filetime, reads_and_writes_times)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		char text[KBM_FILETIME_TEXT_BYTES];
		uint64_t filetime = 1;
		cr_expect(kbm_filetime_parse(good[i].text, &filetime), "%s", good[i].text);
		cr_expect(eq(u64, filetime, good[i].filetime), "%s", good[i].text);
		kbm_filetime_text(good[i].filetime, text);
		cr_expect(eq(int, strcmp(text, good[i].written), 0), "%s: %s", good[i].text, text);
	}
}

Test(filetime, knows_every_day)
{
	char text[KBM_FILETIME_TEXT_BYTES];
	for (uint64_t day = 0; day < 300000; day++) {
		uint64_t filetime = day * 86400 * 10000000 + 9999999;
		uint64_t read = 0;
		bool parsed = kbm_filetime_parse(kbm_filetime_text(filetime, text), &read);
		cr_assert(parsed && read == filetime - 9999999, "%s", text);
	}
}

Test(filetime, writes_what_no_calendar_has)
{
	char text[KBM_FILETIME_TEXT_BYTES];
	kbm_filetime_text(UINT64_MAX, text);
	cr_expect(eq(int, strcmp(text, "18446744073709551615"), 0), "%s", text);
}

Test(filetime, counts_on_past_the_year_9999)
{
	const struct kbm_civil first = kbm_filetime_civil(UINT64_C(2650467744000000000));
	cr_expect(eq(uint, first.year, 10000));
	cr_expect(eq(uint, first.month, 1));
	cr_expect(eq(uint, first.day, 1));
	const struct kbm_civil last = kbm_filetime_civil(UINT64_MAX); /* as GNU date has it */
	cr_expect(eq(uint, last.year, 60056));
	cr_expect(eq(uint, last.month, 5));
	cr_expect(eq(uint, last.day, 28));
	cr_expect(eq(uint, last.hour, 5));
	cr_expect(eq(uint, last.minute, 36));
	cr_expect(eq(uint, last.second, 10));
}

Test(filetime, refuses_what_is_no_time)
{
	static const char *const bad[] = {
	    "",
	    "2001",
	    "2001-02",
	    "2001-13-01",
	    "2001-02-29",
	    "1600-12-31",
	    "2001-00-01",
	    "2001-01-00",
	    "2001-1-1",
	    "2001-01-01T",
	    "2001-01-01T24:00",
	    "2001-01-01T10",
	    "2001-01-01T10:60",
	    "2001-01-01T10:00:60",
	    "2001-01-01x",
	    "01.02.2003",
	    "2001-01-01T10:00:00+01",
	    "yesterday",
	};
	uint64_t filetime = 0;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect(not(kbm_filetime_parse(bad[i], &filetime)), "%s", bad[i]);
}
