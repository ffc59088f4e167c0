/* A pattern that texts are searched for: plain text is looked for here [Knuth, Morris, Pratt 1977],
 * a regular expression in pattern_regex. */
#include "source/pattern.h"

#include "base/text.h"
#include "source/pattern_regex.h"
#include "source/pattern_text.h"

#include <stdlib.h>

enum { UNITS = 0x10000 };

struct kbm_pattern {
	struct kbm_regex *regex; /* NULL: plain text */
	bool is_exact;
	uint16_t *units; /* of the plain text, upcased */
	size_t count;
	uint16_t *border; /* behind so many units that matched: where to go on in the pattern */
	uint16_t *upper;  /* of each unit */
};

static uint16_t unit_of(const uint8_t *units, size_t index, bool compressed)
{
	if (compressed)
		return units[index];
	return (uint16_t)(units[2 * index] | units[2 * index + 1] << 8);
}

/* --- searching ------------------------------------------------------------------------------ */

static bool equals(const struct kbm_pattern *pattern, const uint8_t *units, size_t count,
		   bool compressed)
{
	if (count != pattern->count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (pattern->upper[unit_of(units, i, compressed)] != pattern->units[i])
			return false;
	return true;
}

static inline bool contains(const struct kbm_pattern *pattern, const uint8_t *units, size_t count,
			    bool compressed)
{
	const uint16_t *wanted = pattern->units;
	size_t matched = 0;
	if (pattern->count == 0)
		return true;
	for (size_t i = 0; i < count; i++) {
		uint16_t unit = pattern->upper[unit_of(units, i, compressed)];
		while (matched > 0 && wanted[matched] != unit)
			matched = pattern->border[matched];
		matched += wanted[matched] == unit;
		if (matched == pattern->count)
			return true;
	}
	return false;
}

enum kbm_code kbm_pattern_matches(struct kbm_pattern *pattern, const uint8_t *units, size_t count,
				  bool compressed, bool *matches, struct kbm_error *error)
{
	if (pattern->regex != NULL)
		return kbm_regex_matches(pattern->regex, units, count, compressed, matches, error);
	if (pattern->is_exact)
		*matches = equals(pattern, units, count, compressed);
	else if (count < pattern->count)
		*matches = false;
	else
		*matches = compressed ? contains(pattern, units, count, true)
				      : contains(pattern, units, count, false);
	return KBM_OK;
}

/* --- making one ----------------------------------------------------------------------------- */

static enum kbm_code make_plain(struct kbm_pattern *pattern, struct kbm_error *error)
{
	pattern->upper = calloc(UNITS, sizeof *pattern->upper);
	pattern->border = calloc(pattern->count + 1, sizeof *pattern->border);
	if (pattern->upper == NULL || pattern->border == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	for (size_t i = 0; i < UNITS; i++)
		pattern->upper[i] = kbm_text_upcase((uint16_t)i);
	for (size_t i = 0; i < pattern->count; i++)
		pattern->units[i] = pattern->upper[pattern->units[i]];
	uint16_t matched = 0;
	for (size_t i = 1; i < pattern->count; i++) {
		while (matched > 0 && pattern->units[i] != pattern->units[matched])
			matched = pattern->border[matched];
		if (pattern->units[i] == pattern->units[matched])
			matched++;
		pattern->border[i + 1] = matched;
	}
	return KBM_OK;
}

static enum kbm_code make(struct kbm_pattern *pattern, const struct kbm_bytes *utf16, bool is_regex,
			  struct kbm_error *error)
{
	pattern->count = utf16->length / 2;
	pattern->units = calloc(pattern->count + 1, sizeof *pattern->units);
	if (pattern->units == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	for (size_t i = 0; i < pattern->count; i++)
		pattern->units[i] = unit_of(utf16->data, i, false);
	return is_regex ? kbm_regex_make(pattern->units, pattern->count, pattern->is_exact,
					 &pattern->regex, error)
			: make_plain(pattern, error);
}

enum kbm_code kbm_pattern_make(const char *text, size_t length, bool is_regex, bool is_exact,
			       struct kbm_pattern **pattern, struct kbm_error *error)
{
	struct kbm_bytes utf16;
	struct kbm_pattern *made = calloc(1, sizeof *made);
	enum kbm_code code = kbm_pattern_read(text, length, &utf16, error);
	if (made == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	} else if (code == KBM_OK) {
		made->is_exact = is_exact;
		code = make(made, &utf16, is_regex, error);
	}
	if (code == KBM_OK) {
		*pattern = made;
		made = NULL;
	}
	kbm_pattern_free(made);
	kbm_bytes_clear(&utf16);
	return code;
}

void kbm_pattern_free(struct kbm_pattern *pattern)
{
	if (pattern == NULL)
		return;
	kbm_regex_free(pattern->regex);
	free(pattern->units);
	free(pattern->border);
	free(pattern->upper);
	free(pattern);
}
