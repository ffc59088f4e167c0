/* Words of a text: cut, folded, and read as numbers in every form that people type. */
#include "plan/search_words.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"

#include <stdlib.h>
#include <string.h>
#include <unictype.h>

enum { LEAST_BEGINNING = 3, HEX_DIGITS = 8, LEAST_BARE_HEX = 3 };
enum { LONGEST_SUFFIX = 3, LONGEST_NUMBER = 32 };
enum { MINUS_SIGN = 0x2212, EN_DASH = 0x2013 };

#define DIGITS	       "0123456789"
#define HEX_LETTERS    "abcdef"
#define SUFFIX_LETTERS "ul"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_part(uint32_t code_point)
{
	if (code_point < 0x80)
		return is_digit((char)code_point) || (code_point >= 'a' && code_point <= 'z') ||
		       (code_point >= 'A' && code_point <= 'Z');
	return code_point <= 0x10FFFF &&
	       uc_is_general_category_withtable(
		   code_point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

/* --- numbers --------------------------------------------------------------------------------- */

/* The store's errors are -nnn, 0xfffff... or, as a facility of their own, 0xc8000nnn. */
static uint32_t unify(uint32_t value)
{
	return value >> 16 == 0xC800 && (value & 0xFFFF) != 0 ? 0U - (value & 0xFFFF) : value;
}

static void add_value(struct kbm_word *word, uint64_t magnitude, bool is_negative)
{
	uint32_t low = (uint32_t)magnitude;
	bool fits = magnitude <= UINT32_MAX;
	if (is_negative) {
		fits = magnitude <= (uint64_t)INT32_MAX + 1;
		low = 0U - low;
	} else if (magnitude >= UINT64_MAX - INT32_MAX) {
		fits = true; /* a negative number of 64 bits: its low half is the same one */
	}
	if (fits && word->value_count < KBM_WORD_MAX_VALUES)
		word->values[word->value_count++] = unify(low);
}

/* All of `text` in that base; false when there is anything else, or too much. */
static bool read_digits(const char *text, unsigned base, uint64_t *number)
{
	uint64_t read = 0;
	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		int value = kbm_text_hex_digit(*text);
		unsigned digit = value < 0 ? base : (unsigned)value;
		if (digit >= base || __builtin_mul_overflow(read, base, &read) ||
		    __builtin_add_overflow(read, digit, &read))
			return false;
	}
	*number = read;
	return true;
}

/* Hexadecimal digits without 0x: of both kinds, so that no word is taken for a number. */
static bool is_bare_hex(const char *text, size_t length)
{
	return length >= LEAST_BARE_HEX && length <= HEX_DIGITS && strpbrk(text, DIGITS) != NULL &&
	       strspn(text, DIGITS HEX_LETTERS) == length;
}

static void read_number(const char *text, bool is_negative, struct kbm_word *word)
{
	size_t length = strlen(text);
	uint64_t number = 0;
	if (text[0] == '0' && text[1] == 'x') {
		word->is_number = strspn(text + 2, DIGITS HEX_LETTERS) == length - 2 && length > 2;
		if (read_digits(text + 2, 16, &number))
			add_value(word, number, is_negative);
		return;
	}
	word->is_number = strspn(text, DIGITS) == length;
	if (word->is_number && read_digits(text, 10, &number))
		add_value(word, number, is_negative);
	bool may_be_hex = is_bare_hex(text, length) && (!word->is_number || length == HEX_DIGITS);
	if (may_be_hex && !is_negative && read_digits(text, 16, &number))
		add_value(word, number, false);
}

/* 2140L, 0x85CUL: a number as programs have it, without what stands behind its digits. False: it is
 * none. `digits` has room for `text`. */
static bool cut_suffix(const char *text, char *digits)
{
	bool is_hex = text[0] == '0' && text[1] == 'x';
	size_t start = is_hex ? 2 : 0;
	size_t end = start + strspn(text + start, is_hex ? DIGITS HEX_LETTERS : DIGITS);
	size_t suffix = strlen(text) - end;
	if (end == start || suffix == 0 || suffix > LONGEST_SUFFIX ||
	    strspn(text + end, SUFFIX_LETTERS) != suffix)
		return false;
	memcpy(digits, text, end);
	digits[end] = '\0';
	return true;
}

static void read_article(const char *text, struct kbm_word *word)
{
	uint64_t number = 0;
	size_t prefix = text[0] == 'q' ? 1 : strncmp(text, "kb", 2) == 0 ? 2 : 0;
	if (prefix > 0 && read_digits(text + prefix, 10, &number) && number <= UINT32_MAX)
		word->article = (uint32_t)number;
}

/* --- words ----------------------------------------------------------------------------------- */

/* Whether what stands before `start` makes a number there negative: a dash that joins no words. */
static bool is_negated(const char *text, size_t start)
{
	uint32_t before[2] = {' ', ' '};
	size_t size = 0;
	for (size_t at = start > 8 ? start - 8 : 0; at < start; at += size) {
		before[0] = before[1];
		before[1] = kbm_text_next(text + at, start - at, &size);
	}
	bool is_dash = before[1] == '-' || before[1] == MINUS_SIGN || before[1] == EN_DASH;
	return is_dash && !is_word_part(before[0]);
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* A part begins with a capital behind a small letter, or before one: site|DN, MS|Exchange. */
static uint64_t find_parts(const char *word, size_t length)
{
	uint64_t parts = 0;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)word[i] > 0x7F)
			return 0; /* where it begins when folded is another question */
	for (size_t i = 1; i < length && i < 64; i++) {
		bool is_next_lower = i + 1 < length && is_lower(word[i + 1]);
		if (is_upper(word[i]) &&
		    (is_lower(word[i - 1]) || (is_upper(word[i - 1]) && is_next_lower)))
			parts |= UINT64_C(1) << i;
	}
	return parts;
}

/* The end of the word that starts at `at`; `at` itself when none does. */
static size_t find_end(const char *text, size_t length, size_t at)
{
	size_t size = 0;
	while (at < length) {
		bool is_point =
		    text[at] == '.' && at > 0 && is_digit(text[at - 1]) && is_digit(text[at + 1]);
		if (!is_point && !is_word_part(kbm_text_next(text + at, length - at, &size)))
			break;
		at += is_point ? 1 : size;
	}
	return at;
}

static enum kbm_code add_word(const char *text, size_t start, size_t end, struct kbm_words *words,
			      struct kbm_error *error)
{
	if (words->count == words->capacity) {
		size_t capacity = words->capacity == 0 ? 16 : 2 * words->capacity;
		struct kbm_word *items = reallocarray(words->items, capacity, sizeof *items);
		if (items == NULL)
			return kbm_fail(error, KBM_MEMORY, "out of memory");
		words->items = items;
		words->capacity = capacity;
	}
	struct kbm_word word = {
	    .start = start, .length = end - start, .folded = words->folded.length};
	enum kbm_code code = kbm_dn_prepare_value(text + start, end - start, &words->folded, error);
	if (code != KBM_OK)
		return code;
	word.folded_length = words->folded.length - word.folded;
	if (!kbm_bytes_append_byte(&words->folded, '\0'))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	const char *folded = kbm_bytes_text(&words->folded) + word.folded;
	char digits[LONGEST_NUMBER];
	bool is_suffixed = word.folded_length < sizeof digits && cut_suffix(folded, digits);
	read_number(is_suffixed ? digits : folded, is_negated(text, start), &word);
	word.parts = find_parts(text + start, end - start);
	read_article(folded, &word);
	words->items[words->count++] = word;
	return KBM_OK;
}

enum kbm_code kbm_words_read(const char *text, struct kbm_words *words, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t length = strlen(text);
	words->count = 0;
	if (words->folded.maximum == 0)
		kbm_bytes_init(&words->folded, KBM_REPORT_MAX_BYTES);
	kbm_bytes_reset(&words->folded);
	for (size_t at = 0; code == KBM_OK && at < length;) {
		size_t end = find_end(text, length, at);
		size_t size = 1;
		if (end > at)
			code = add_word(text, at, end, words, error);
		else
			kbm_text_next(text + at, length - at, &size);
		at = end > at ? end : at + size;
	}
	return code;
}

void kbm_words_clear(struct kbm_words *words)
{
	free(words->items);
	kbm_bytes_clear(&words->folded);
	*words = (struct kbm_words){0};
}

const char *kbm_word_folded(const struct kbm_words *words, size_t index)
{
	return kbm_bytes_text(&words->folded) + words->items[index].folded;
}

/* --- comparing ------------------------------------------------------------------------------- */

bool kbm_word_is(const struct kbm_word *word, uint32_t value)
{
	for (size_t i = 0; i < word->value_count; i++)
		if (word->values[i] == value)
			return true;
	return false;
}

static bool share_number(const struct kbm_word *left, const struct kbm_word *right)
{
	for (size_t i = 0; i < right->value_count; i++)
		if (kbm_word_is(left, right->values[i]))
			return true;
	return false;
}

static bool stands_at(const struct kbm_words *asked, size_t asked_index,
		      const struct kbm_words *text, size_t text_index, size_t at)
{
	size_t length = asked->items[asked_index].folded_length;
	size_t there = text->items[text_index].folded_length;
	return at <= there && length <= there - at &&
	       memcmp(kbm_word_folded(asked, asked_index), kbm_word_folded(text, text_index) + at,
		      length) == 0;
}

enum kbm_likeness kbm_word_compare(const struct kbm_words *asked, size_t asked_index,
				   const struct kbm_words *text, size_t text_index)
{
	const struct kbm_word *left = &asked->items[asked_index];
	const struct kbm_word *right = &text->items[text_index];
	if (share_number(left, right))
		return KBM_LIKE_WHOLE;
	if (left->article != 0 && left->article == right->article)
		return KBM_LIKE_WHOLE;
	/* Equal digits of unequal numbers: one is negative. */
	if (left->is_number && right->is_number && left->value_count > 0 && right->value_count > 0)
		return KBM_UNLIKE;
	if (left->folded_length == 0)
		return KBM_UNLIKE;
	bool is_beginning = stands_at(asked, asked_index, text, text_index, 0);
	if (is_beginning && left->folded_length == right->folded_length)
		return KBM_LIKE_WHOLE;
	if (left->is_number || left->article != 0 || left->folded_length < LEAST_BEGINNING)
		return KBM_UNLIKE;
	if (is_beginning)
		return KBM_LIKE_BEGINNING;
	for (size_t at = 1; at < 64 && right->parts >> at != 0; at++)
		if ((right->parts >> at & 1) != 0 &&
		    stands_at(asked, asked_index, text, text_index, at))
			return KBM_LIKE_PART;
	return KBM_UNLIKE;
}
