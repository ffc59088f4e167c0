/* Words of a text, folded so that they can be compared, and the numbers among them. */
#ifndef KBM_PLAN_SEARCH_WORDS_H
#define KBM_PLAN_SEARCH_WORDS_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KBM_WORD_MAX_VALUES = 2 };

/* A run of letters and digits; a '.' between two digits belongs to it ("5.5"). */
struct kbm_word {
	size_t start; /* bytes into the text */
	size_t length;
	size_t folded; /* bytes into kbm_words.folded, where a NUL stands behind it */
	size_t folded_length;
	/* The numbers that it may stand for, as unsigned 32 bits: -1328, 4294965968 and 0xfffffad0
	 * are one. Digits alone may be hexadecimal, too, when there are eight (80004005). */
	uint32_t values[KBM_WORD_MAX_VALUES];
	size_t value_count;
	/* Bytes at which parts of it begin, but for the first, as in MS|Exchange|IMC: of the first
	 * 64 of a word in ASCII. */
	uint64_t parts;
	uint32_t article; /* of Q298565 and KB298565; 0: it names none */
	bool is_number;	  /* digits only, or 0x and digits: nothing that one would begin to type */
};

/* Starts from {0}; clear releases everything and leaves {0}. */
struct kbm_words {
	struct kbm_word *items;
	size_t count;
	size_t capacity;
	struct kbm_bytes folded;
};

/* Reads the words of a text in place of those that were there. Case is folded and spellings of a
 * character are made one (RFC 4518), so that equal means equal for people. KBM_MEMORY. */
enum kbm_code kbm_words_read(const char *text, struct kbm_words *words, struct kbm_error *error);
void kbm_words_clear(struct kbm_words *words);

const char *kbm_word_folded(const struct kbm_words *words, size_t index);

enum kbm_likeness { KBM_UNLIKE, KBM_LIKE_PART, KBM_LIKE_BEGINNING, KBM_LIKE_WHOLE };

/* How a word that was asked for is met by one of a text: as its beginning, that of one of its
 * parts (each three bytes at least, and never a number: 2140 is not 21400), or as a whole, which
 * equal numbers and articles are. */
enum kbm_likeness kbm_word_compare(const struct kbm_words *asked, size_t asked_index,
				   const struct kbm_words *text, size_t text_index);
/* Whether a word may stand for this number. */
bool kbm_word_is(const struct kbm_word *word, uint32_t value);

#endif
