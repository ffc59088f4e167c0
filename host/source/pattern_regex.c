/* Regular expressions on UTF-16 units, by PCRE2. */
#include "source/pattern_regex.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VERSION_OF(major, minor)   #major "." #minor
#define VERSION_TEXT(major, minor) VERSION_OF(major, minor)

enum { LOW_FIRST = 0xDC00, LOW_LAST = 0xDFFF, ASCII_COUNT = 128 };

struct kbm_regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *match;
	bool is_exact;	       /* matches begin at the text's first unit only */
	struct kbm_bytes text; /* scratch: what is searched, aligned and in this machine's order */
};

/* --- mistakes that PCRE2 takes for something else ------------------------------------------- */

struct scan {
	const uint16_t *units;
	size_t count;
	size_t at;
	bool in_set;
};

/* `at` counts units from 0; a person counts characters from 1. */
static enum kbm_code refuse(const struct scan *scan, size_t at, const char *what,
			    struct kbm_error *error)
{
	size_t character = 1;
	for (size_t i = 0; i < at && i < scan->count; i++)
		character += scan->units[i] < LOW_FIRST || scan->units[i] > LOW_LAST;
	return kbm_fail(error, KBM_USAGE, "the pattern's character %zu: %s", character, what);
}

static uint16_t unit_at(const struct scan *scan, size_t at)
{
	return at < scan->count ? scan->units[at] : 0;
}

static bool is_letter(uint16_t unit)
{
	return (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z');
}

static bool is_one_of(uint16_t unit, const char *marks)
{
	return unit != 0 && unit < ASCII_COUNT && strchr(marks, unit) != NULL;
}

static bool has_digits(const struct scan *scan, size_t at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t unit = unit_at(scan, at + i);
		if (unit >= ASCII_COUNT || kbm_text_hex_digit((unsigned char)unit) < 0)
			return false;
	}
	return true;
}

/* C:\Windows would be "no character of a word", then "indows". */
static enum kbm_code scan_escape(struct scan *scan, struct kbm_error *error)
{
	size_t at = scan->at;
	uint16_t letter = unit_at(scan, at + 1);
	scan->at += 2;
	if (!is_letter(letter) || letter == 'b')
		return KBM_OK;
	if (letter == 'x' && has_digits(scan, at + 2, 2))
		return KBM_OK;
	if (letter == 'u' && has_digits(scan, at + 2, 4))
		return KBM_OK;
	if (is_one_of(letter, "dDsSwWB") && !is_letter(unit_at(scan, at + 2)))
		return KBM_OK;
	return refuse(scan, at,
		      is_one_of(letter, "dDsSwWB")
			  ? "a backslash in front of a word: write \\\\ for a backslash, or [\\w]x "
			    "where \\w in front of a letter is meant"
			  : "a backslash in front of a letter: write \\\\ for a backslash; \\xHH "
			    "and \\uXXXX are units, \\d \\s \\w \\b classes",
		      error);
}

static void scan_set_begin(struct scan *scan)
{
	scan->in_set = true;
	scan->at++;
	if (unit_at(scan, scan->at) == '^')
		scan->at++;
	if (unit_at(scan, scan->at) == ']')
		scan->at++;
}

/* PCRE2 judges the rest: here, what would be no mistake for it. */
static enum kbm_code scan_mistakes(struct scan *scan, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && scan->at < scan->count) {
		uint16_t unit = scan->units[scan->at];
		uint16_t next = unit_at(scan, scan->at + 1);
		if (unit == '\\') {
			code = scan_escape(scan, error);
		} else if (scan->in_set) {
			bool is_class_mark =
			    (unit == '[' && next == ':') || (unit == ':' && next == ']');
			scan->in_set = unit != ']';
			scan->at += is_class_mark ? 2 : 1;
		} else if (unit == '[') {
			scan_set_begin(scan);
		} else if (unit == '(' && next == '*') {
			code = refuse(scan, scan->at + 1,
				      "(* has no meaning here: write \\( for a bracket", error);
		} else if (unit == '(' && next == '?' && unit_at(scan, scan->at + 2) == 'C') {
			code = refuse(scan, scan->at, "(?C) means nothing here", error);
		} else {
			scan->at++;
		}
	}
	return code;
}

/* --- making one ----------------------------------------------------------------------------- */

const char *kbm_regex_version(void)
{
	return VERSION_TEXT(PCRE2_MAJOR, PCRE2_MINOR);
}

static enum kbm_code refuse_as_pcre2(const struct scan *scan, int number, size_t at,
				     struct kbm_error *error)
{
	uint16_t wide[KBM_ERROR_MESSAGE_BYTES / 2];
	char narrow[sizeof wide / sizeof wide[0]];
	if (number == PCRE2_ERROR_HEAP_FAILED)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	pcre2_get_error_message(number, wide, sizeof wide / sizeof wide[0]);
	size_t length = 0;
	for (; length + 1 < sizeof narrow && wide[length] != 0; length++)
		narrow[length] = (char)(wide[length] < ASCII_COUNT ? wide[length] : '?');
	narrow[length] = '\0';
	return refuse(scan, at, narrow, error);
}

static enum kbm_code compile(struct kbm_regex *regex, const struct scan *scan, bool is_exact,
			     struct kbm_error *error)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_UCP | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY |
			   PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_BSUX |
			   PCRE2_USE_OFFSET_LIMIT;
	regex->is_exact = is_exact;
	if (is_exact)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	int number = 0;
	size_t at = 0;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	if (context == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	pcre2_set_max_pattern_length(context, KBM_PATTERN_MAX_UNITS);
	pcre2_set_parens_nest_limit(context, KBM_PATTERN_MAX_DEPTH);
	regex->code = pcre2_compile(scan->units, scan->count, options, &number, &at, context);
	pcre2_compile_context_free(context);
	return regex->code != NULL ? KBM_OK : refuse_as_pcre2(scan, number, at, error);
}

static enum kbm_code prepare(struct kbm_regex *regex, struct kbm_error *error)
{
	regex->limits = pcre2_match_context_create(NULL);
	regex->match = pcre2_match_data_create(1, NULL);
	if (regex->limits == NULL || regex->match == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	pcre2_set_match_limit(regex->limits, KBM_PATTERN_MAX_STEPS);
	pcre2_set_depth_limit(regex->limits, KBM_PATTERN_MAX_BACKTRACKS);
	pcre2_set_heap_limit(regex->limits, KBM_PATTERN_MAX_MEMORY / KBM_KIB);
	return KBM_OK;
}

enum kbm_code kbm_regex_make(const uint16_t *units, size_t count, bool is_exact,
			     struct kbm_regex **regex, struct kbm_error *error)
{
	struct scan scan = {.units = units, .count = count};
	enum kbm_code code = scan_mistakes(&scan, error);
	if (code != KBM_OK)
		return code;
	struct kbm_regex *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	kbm_bytes_init(&made->text, 4 * KBM_HIVE_MAX_VALUE_BYTES + 2); /* a value's digits, wide */
	code = compile(made, &scan, is_exact, error);
	if (code == KBM_OK)
		code = prepare(made, error);
	if (code == KBM_OK) {
		*regex = made;
		made = NULL;
	}
	kbm_regex_free(made);
	return code;
}

void kbm_regex_free(struct kbm_regex *regex)
{
	if (regex == NULL)
		return;
	pcre2_match_data_free(regex->match);
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
	kbm_bytes_clear(&regex->text);
	free(regex);
}

/* --- searching ------------------------------------------------------------------------------ */

static const uint16_t *widen(struct kbm_regex *regex, const uint8_t *units, size_t count,
			     bool compressed)
{
	kbm_bytes_reset(&regex->text);
	if (!kbm_bytes_append_zeros(&regex->text, 2 * count + 2))
		return NULL;
	uint16_t *text = (uint16_t *)(void *)regex->text.data; /* as malloc() aligns it */
	for (size_t i = 0; i < count; i++)
		if (compressed)
			text[i] = units[i];
		else
			text[i] = (uint16_t)(units[2 * i] | units[2 * i + 1] << 8);
	return text;
}

static bool is_late(clock_t began)
{
	return (clock() - began) / (CLOCKS_PER_SEC / 1000) > (clock_t)KBM_PATTERN_MAX_MS;
}

/* PCRE2's limits hold for each unit that a match may begin at: so a few of these are tried at once
 * and the time is looked at between. Their number doubles, since PCRE2 may look through the whole
 * rest each time for a unit that a match needs. */
static int search(struct kbm_regex *regex, const uint16_t *text, size_t count)
{
	clock_t began = count > KBM_PATTERN_FIRST_STARTS ? clock() : 0;
	size_t starts = KBM_PATTERN_FIRST_STARTS;
	for (size_t at = 0;; starts *= 2) {
		size_t last = at + starts - 1;
		pcre2_set_offset_limit(regex->limits, last);
		int found = pcre2_match(regex->code, text, count, at, PCRE2_NO_JIT, regex->match,
					regex->limits);
		/* An anchored one would be held where each try begins. */
		if (found != PCRE2_ERROR_NOMATCH || last >= count || regex->is_exact)
			return found;
		if (is_late(began))
			return PCRE2_ERROR_MATCHLIMIT;
		at = last + 1;
	}
}

enum kbm_code kbm_regex_matches(struct kbm_regex *regex, const uint8_t *units, size_t count,
				bool compressed, bool *matches, struct kbm_error *error)
{
	const uint16_t *text = widen(regex, units, count, compressed);
	if (text == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to search %zu characters", count);
	int found = search(regex, text, count);
	if (found < 0 && found != PCRE2_ERROR_NOMATCH)
		return kbm_fail(error, KBM_LIMIT,
				"the expression takes too long, or too much memory, on a text of "
				"%zu characters; make it simpler",
				count);
	*matches = found >= 0;
	return KBM_OK;
}
