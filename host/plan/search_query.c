/* Reading what somebody searches for. */
#include "plan/search_query.h"

#include <stdlib.h>
#include <string.h>

enum kbm_term_kind kbm_query_keyword(const char *folded)
{
	static const struct {
		const char *word;
		enum kbm_term_kind kind;
	} keywords[] = {
	    {"event", KBM_TERM_EVENT},	   {"events", KBM_TERM_EVENT},
	    {"eventid", KBM_TERM_EVENT},   {"error", KBM_TERM_ERROR},
	    {"errors", KBM_TERM_ERROR},	   {"err", KBM_TERM_ERROR},
	    {"errorcode", KBM_TERM_ERROR}, {"hresult", KBM_TERM_ERROR},
	    {"kb", KBM_TERM_ARTICLE},	   {"q", KBM_TERM_ARTICLE},
	    {"mskb", KBM_TERM_ARTICLE},	   {"article", KBM_TERM_ARTICLE},
	    {"id", KBM_TERM_NUMBER},	   {"code", KBM_TERM_NUMBER},
	    {"number", KBM_TERM_NUMBER},
	};
	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
		if (strcmp(keywords[i].word, folded) == 0)
			return keywords[i].kind;
	return KBM_TERM_WORDS;
}

/* Words that may stand between a keyword and its number. */
static bool is_filler(const char *folded)
{
	static const char *const fillers[] = {"id", "ids", "no", "nr", "number", "code"};
	for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
		if (strcmp(fillers[i], folded) == 0)
			return true;
	return false;
}

/* A word, by its operand and its place there. */
struct position {
	size_t operand;
	size_t word;
};

static void move_on(const struct kbm_query *query, struct position *at)
{
	if (++at->word == query->words[at->operand].count) {
		at->operand++;
		at->word = 0;
	}
}

static enum kbm_code show(char *const *operands, size_t first, size_t last, char **shown,
			  struct kbm_error *error)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, SIZE_MAX);
	for (size_t i = first; i <= last; i++)
		kbm_bytes_printf(&text, "%s%s", i > first ? " " : "", operands[i]);
	*shown = kbm_bytes_take(&text, NULL);
	return *shown != NULL ? KBM_OK : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* Reads "event", maybe "id", and the number that ends its operand. False when there is no such
 * thing at this operand; *last is the operand that it ends in. */
static bool read_keyword(const struct kbm_query *query, size_t operand, struct kbm_term *term,
			 size_t *last)
{
	struct position at = {operand, 0};
	enum kbm_term_kind kind = kbm_query_keyword(kbm_word_folded(&query->words[operand], 0));
	if (kind == KBM_TERM_WORDS)
		return false;
	do
		move_on(query, &at);
	while (at.operand < query->word_count &&
	       is_filler(kbm_word_folded(&query->words[at.operand], at.word)));
	if (at.operand == query->word_count)
		return false;
	const struct kbm_words *words = &query->words[at.operand];
	const struct kbm_word *word = &words->items[at.word];
	bool ends_operand = at.word + 1 == words->count;
	if (!ends_operand || (word->value_count == 0 && word->article == 0))
		return false;
	term->kind = word->article != 0 ? KBM_TERM_ARTICLE : kind;
	term->words = words;
	term->first = at.word;
	term->count = 1;
	*last = at.operand;
	return true;
}

static void read_operand(const struct kbm_words *words, struct kbm_term *term)
{
	term->kind = KBM_TERM_WORDS;
	term->words = words;
	term->first = 0;
	term->count = words->count;
	if (words->count == 1 && words->items[0].article != 0)
		term->kind = KBM_TERM_ARTICLE;
	else if (words->count == 1 && words->items[0].is_number)
		term->kind = KBM_TERM_NUMBER;
}

static void read_article(struct kbm_term *term)
{
	const struct kbm_word *word = &term->words->items[term->first];
	if (term->kind == KBM_TERM_ARTICLE || term->kind == KBM_TERM_NUMBER)
		term->article = word->article != 0	? word->article
				: word->value_count > 0 ? word->values[0]
							: 0;
}

static enum kbm_code read_terms(char *const *operands, struct kbm_query *query,
				struct kbm_error *error)
{
	for (size_t i = 0; i < query->word_count; i++) {
		struct kbm_term *term = &query->terms[query->term_count];
		size_t last = i;
		if (!read_keyword(query, i, term, &last))
			read_operand(&query->words[i], term);
		read_article(term);
		enum kbm_code code = show(operands, i, last, &term->shown, error);
		if (code != KBM_OK)
			return code;
		query->term_count++;
		i = last;
	}
	return KBM_OK;
}

enum kbm_code kbm_query_parse(char *const *operands, size_t count, struct kbm_query *query,
			      struct kbm_error *error)
{
	struct kbm_query made = {.terms = calloc(count + 1, sizeof *made.terms),
				 .words = calloc(count + 1, sizeof *made.words)};
	enum kbm_code code = KBM_OK;
	if (made.terms == NULL || made.words == NULL) {
		kbm_query_clear(&made);
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		made.word_count++;
		code = kbm_words_read(operands[i], &made.words[i], error);
		if (code == KBM_OK && made.words[i].count == 0)
			code = kbm_fail(error, KBM_USAGE,
					"'%.100s' has no letter or digit to look for", operands[i]);
	}
	if (code == KBM_OK)
		code = read_terms(operands, &made, error);
	if (code != KBM_OK) {
		kbm_query_clear(&made);
		return code;
	}
	*query = made;
	return KBM_OK;
}

void kbm_query_clear(struct kbm_query *query)
{
	for (size_t i = 0; i < query->term_count; i++)
		free(query->terms[i].shown);
	for (size_t i = 0; i < query->word_count; i++)
		kbm_words_clear(&query->words[i]);
	free(query->terms);
	free(query->words);
	*query = (struct kbm_query){0};
}
