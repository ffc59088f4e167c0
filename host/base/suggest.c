/* The known word nearest to a mistyped one. */
#include "base/suggest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_WORD = 64, MAX_EDITS = 3 };

static int lower(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

static size_t smaller(size_t left, size_t right)
{
	return left < right ? left : right;
}

/* Edits from `left` to `right` (optimal string alignment); both at most MAX_WORD bytes. */
static size_t distance(const char *left, size_t left_length, const char *right, size_t right_length)
{
	size_t rows[3][MAX_WORD + 1];
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];
	for (size_t j = 0; j <= right_length; j++) {
		before[j] = 0;
		above[j] = j;
	}
	for (size_t i = 1; i <= left_length; i++) {
		int a = lower(left[i - 1]);
		row[0] = i;
		for (size_t j = 1; j <= right_length; j++) {
			int b = lower(right[j - 1]);
			size_t best = smaller(above[j], row[j - 1]) + 1;
			best = smaller(best, above[j - 1] + (a == b ? 0 : 1));
			if (i > 1 && j > 1 && a == lower(right[j - 2]) && lower(left[i - 2]) == b)
				best = smaller(best, before[j - 2] + 1);
			row[j] = best;
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[right_length];
}

const char *kbm_suggest(const char *word, const char *const *words, size_t count)
{
	size_t length = strlen(word);
	if (length == 0 || length > MAX_WORD)
		return NULL;
	size_t allowed = smaller((length + 2) / 3, MAX_EDITS);
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t other = words[i] == NULL ? SIZE_MAX : strlen(words[i]);
		if (other > MAX_WORD)
			continue;
		/* A single character is one edit away from each other one: that is not near. */
		bool is_long = length > 1 || other > 1;
		size_t edits = distance(word, length, words[i], other);
		if (edits > (is_long ? allowed : 0))
			continue;
		nearest = words[i];
		if (edits == 0)
			break;
		allowed = edits - 1;
	}
	return nearest;
}
