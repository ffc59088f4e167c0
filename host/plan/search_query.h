/* What somebody searches for: words, phrases, and numbers of events, errors and articles. */
#ifndef KBM_PLAN_SEARCH_QUERY_H
#define KBM_PLAN_SEARCH_QUERY_H

#include "plan/search_words.h"

enum kbm_term_kind {
	KBM_TERM_WORDS,	 /* one word, or several that follow each other */
	KBM_TERM_NUMBER, /* "2140", "id 2140": of anything */
	KBM_TERM_EVENT,	 /* "event 4086", "Event ID: 4086" */
	KBM_TERM_ERROR,	 /* "error 2140", "error code 0x85c" */
	KBM_TERM_ARTICLE /* "Q298565", "KB298565", "kb 298565" */
};

/* A script must match each of a query's terms. */
struct kbm_term {
	enum kbm_term_kind kind;
	char *shown;		       /* as it was typed */
	const struct kbm_words *words; /* those of the operand that it ends in */
	size_t first;		       /* a number's kind has one word, its number */
	size_t count;
	uint32_t article; /* of KBM_TERM_ARTICLE, and of a plain number what it may be; or 0 */
};

struct kbm_query {
	struct kbm_term *terms;
	size_t term_count;
	struct kbm_words *words; /* one an operand */
	size_t word_count;
};

/* Reads operands: each is a term, but that "event", "error", "kb" and the like go with the number
 * behind them, in the same operand or in the next. KBM_USAGE for one without a letter or digit. On
 * success *query (from {0}) is the caller's, released with kbm_query_clear(). */
enum kbm_code kbm_query_parse(char *const *operands, size_t count, struct kbm_query *query,
			      struct kbm_error *error);
void kbm_query_clear(struct kbm_query *query);

/* The kind that a folded word in front of a number gives it ("event", "errors", "kb");
 * KBM_TERM_WORDS: none. */
enum kbm_term_kind kbm_query_keyword(const char *folded);

#endif
