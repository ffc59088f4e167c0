/* Moments as Windows counts them: 100 ns since 1601-01-01 UTC [MS-DTYP 2.3.3], and as people write
 * them [ISO 8601]. */
#ifndef KBM_BASE_FILETIME_H
#define KBM_BASE_FILETIME_H

#include <stdbool.h>
#include <stdint.h>

enum { KBM_FILETIME_TEXT_BYTES = 24, KBM_FILETIME_PER_SECOND = 10000000 };
#define KBM_FILETIME_SECONDS_TO_1970 UINT64_C(11644473600)

/* A date and time in UTC, whole seconds; the year has up to five digits. */
struct kbm_civil {
	unsigned year, month, day; /* from 1601, 1, 1 */
	unsigned hour, minute, second;
};
/* Own arithmetic: the C library would look for time zone files, which the jail forbids. */
struct kbm_civil kbm_filetime_civil(uint64_t filetime);

/* "2001-02-03T04:05:06Z", whole seconds, or the number itself beyond the year 9999. */
const char *kbm_filetime_text(uint64_t filetime, char text[static KBM_FILETIME_TEXT_BYTES]);
/* A date, or a date and time in UTC: 2001-02-03, 2001-02-03T04:05, 2001-02-03 04:05:06Z. False: it
 * is none, or lies before 1601. */
bool kbm_filetime_parse(const char *text, uint64_t *filetime);

#endif
