/* Moments as Windows counts them, and as people write them. */
#include "base/filetime.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_PER_DAY = 86400, FIRST_YEAR = 1601, LAST_YEAR = 9999, DAYS_PER_400_YEARS = 146097 };

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

struct kbm_civil kbm_filetime_civil(uint64_t filetime)
{
	uint64_t seconds = filetime / KBM_FILETIME_PER_SECOND;
	uint64_t days = seconds / SECONDS_PER_DAY;
	unsigned second = (unsigned)(seconds % SECONDS_PER_DAY);
	struct kbm_civil civil = {
	    .year = FIRST_YEAR + (unsigned)(days / DAYS_PER_400_YEARS) * 400, /* begins a cycle */
	    .month = 1,
	    .hour = second / 3600,
	    .minute = second / 60 % 60,
	    .second = second % 60,
	};
	unsigned left = (unsigned)(days % DAYS_PER_400_YEARS);
	unsigned length;
	for (; left >= (length = is_leap(civil.year) ? 366 : 365); civil.year++)
		left -= length;
	for (; left >= (length = days_of_month(civil.year, civil.month)); civil.month++)
		left -= length;
	civil.day = left + 1;
	return civil;
}

const char *kbm_filetime_text(uint64_t filetime, char text[static KBM_FILETIME_TEXT_BYTES])
{
	struct kbm_civil civil = kbm_filetime_civil(filetime);
	if (civil.year > LAST_YEAR)
		snprintf(text, KBM_FILETIME_TEXT_BYTES, "%" PRIu64, filetime);
	else
		snprintf(text, KBM_FILETIME_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ",
			 civil.year % 10000U, civil.month % 100, civil.day % 100, civil.hour % 100,
			 civil.minute % 60, civil.second % 60);
	return text;
}

/* Takes so many digits off *text. */
static bool take_digits(const char **text, size_t count, unsigned *number)
{
	*number = 0;
	for (size_t i = 0; i < count; i++) {
		char digit = **text;
		if (digit < '0' || digit > '9')
			return false;
		*number = *number * 10 + (unsigned)(digit - '0');
		++*text;
	}
	return true;
}

static bool take_mark(const char **text, const char *marks)
{
	if (**text == '\0' || strchr(marks, **text) == NULL)
		return false;
	++*text;
	return true;
}

/* [T]hh:mm[:ss][Z], or nothing. */
static bool take_time(const char **text, uint64_t *second)
{
	unsigned hours = 0;
	unsigned minutes = 0;
	unsigned seconds = 0;
	if (**text == '\0')
		return true;
	if (!take_mark(text, "Tt ") || !take_digits(text, 2, &hours) || !take_mark(text, ":") ||
	    !take_digits(text, 2, &minutes))
		return false;
	if (take_mark(text, ":") && !take_digits(text, 2, &seconds))
		return false;
	take_mark(text, "Zz");
	*second = hours * 3600U + minutes * 60U + seconds;
	return hours < 24 && minutes < 60 && seconds < 60 && **text == '\0';
}

bool kbm_filetime_parse(const char *text, uint64_t *filetime)
{
	unsigned year = 0;
	unsigned month = 0;
	unsigned day = 0;
	uint64_t second = 0;
	uint64_t days = 0;
	if (!take_digits(&text, 4, &year) || !take_mark(&text, "-") ||
	    !take_digits(&text, 2, &month) || !take_mark(&text, "-") ||
	    !take_digits(&text, 2, &day) || !take_time(&text, &second) || year < FIRST_YEAR ||
	    month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
		return false;
	for (unsigned before = FIRST_YEAR; before < year; before++)
		days += is_leap(before) ? 366 : 365;
	for (unsigned before = 1; before < month; before++)
		days += days_of_month(year, before);
	*filetime = ((days + day - 1) * SECONDS_PER_DAY + second) * KBM_FILETIME_PER_SECOND;
	return true;
}
