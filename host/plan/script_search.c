/* Matching the headers of scripts with a query, and ranking those that match. */
#include "plan/script_search.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

const char *kbm_found_in_name(enum kbm_found_in place)
{
	static const char *const names[] = {
	    [KBM_FOUND_ID] = "id",
	    [KBM_FOUND_EVENT] = "event",
	    [KBM_FOUND_ERROR] = "error",
	    [KBM_FOUND_REFERENCE] = "reference",
	    [KBM_FOUND_TITLE] = "title",
	    [KBM_FOUND_TEXT] = "symptom",
	    [KBM_FOUND_SOURCE] = "source",
	    [KBM_FOUND_PRODUCT] = "product",
	    [KBM_FOUND_CATEGORY] = "category",
	    [KBM_FOUND_DESCRIPTION] = "description",
	};
	return names[place];
}

/* Each place counts more than what follows it, so that places decide; 64 terms fit in a sum. */
static unsigned weigh(enum kbm_found_in place, enum kbm_likeness likeness)
{
	static const struct {
		unsigned whole;
		unsigned beginning; /* for an id: less than all of it */
	} weights[] = {
	    [KBM_FOUND_ID] = {1U << 20, 1U << 14},     [KBM_FOUND_EVENT] = {1U << 16, 0},
	    [KBM_FOUND_ERROR] = {1U << 16, 1U << 12},  [KBM_FOUND_REFERENCE] = {1U << 13, 1U << 11},
	    [KBM_FOUND_TITLE] = {1U << 10, 1U << 9},   [KBM_FOUND_TEXT] = {1U << 8, 1U << 7},
	    [KBM_FOUND_SOURCE] = {1U << 6, 1U << 5},   [KBM_FOUND_PRODUCT] = {1U << 6, 1U << 5},
	    [KBM_FOUND_CATEGORY] = {1U << 6, 1U << 5}, [KBM_FOUND_DESCRIPTION] = {1U << 4, 1U << 3},
	};
	unsigned beginning = weights[place].beginning;
	if (likeness == KBM_LIKE_WHOLE)
		return weights[place].whole;
	return likeness == KBM_LIKE_BEGINNING ? beginning : beginning - beginning / 4;
}

/* One script being searched. */
struct scan {
	const struct kbm_query *query;
	const struct kbm_alias *alias; /* that is being searched, or NULL */
	struct kbm_match *matches;     /* the best so far, one a term */
	struct kbm_words words;	       /* of the text at hand */
	struct kbm_error *error;
};

/* --- one term in one text -------------------------------------------------------------------- */

/* Whether the words in front of a number say that it is of the other kind: "event 2140" does not
 * meet "error 2140", and a number alone meets both. */
static bool is_of_other_kind(const struct kbm_term *term, const struct kbm_words *words,
			     size_t number)
{
	enum { LOOK_BACK = 4 };
	if (term->kind != KBM_TERM_EVENT && term->kind != KBM_TERM_ERROR)
		return false;
	for (size_t back = 1; back <= LOOK_BACK && back <= number; back++) {
		enum kbm_term_kind kind = kbm_query_keyword(kbm_word_folded(words, number - back));
		if (kind == KBM_TERM_EVENT || kind == KBM_TERM_ERROR)
			return kind != term->kind;
	}
	return false;
}

static bool is_article(const struct kbm_term *term, const struct kbm_word *word,
		       enum kbm_found_in place)
{
	bool is_named = place == KBM_FOUND_ID || place == KBM_FOUND_REFERENCE;
	return term->article != 0 &&
	       (word->article == term->article || (is_named && kbm_word_is(word, term->article)));
}

/* How the words from `at` on meet a term: all but its last one as a whole. */
static enum kbm_likeness meet(const struct kbm_term *term, const struct kbm_words *words, size_t at,
			      enum kbm_found_in place)
{
	enum kbm_likeness likeness = KBM_LIKE_WHOLE;
	if (is_article(term, &words->items[at], place))
		return KBM_LIKE_WHOLE;
	if (term->kind == KBM_TERM_ARTICLE || is_of_other_kind(term, words, at) ||
	    term->count > words->count - at)
		return KBM_UNLIKE;
	for (size_t i = 0; i < term->count && likeness == KBM_LIKE_WHOLE; i++) {
		likeness = kbm_word_compare(term->words, term->first + i, words, at + i);
		if (likeness != KBM_LIKE_WHOLE && i + 1 < term->count)
			likeness = KBM_UNLIKE;
	}
	return likeness;
}

static enum kbm_code keep(struct scan *scan, size_t term, enum kbm_found_in place, size_t item,
			  unsigned weight, const char *text, size_t length)
{
	struct kbm_match *match = &scan->matches[term];
	match->places |= 1U << place;
	if (weight <= match->weight)
		return KBM_OK;
	char *copy = strndup(text, length);
	if (copy == NULL)
		return kbm_fail(scan->error, KBM_MEMORY, "out of memory");
	free(match->text);
	*match = (struct kbm_match){place, scan->alias, item, copy, weight, match->places};
	return KBM_OK;
}

/* An id is exact when the term is all of it. */
static bool is_all(const struct scan *scan, const struct kbm_term *term, enum kbm_found_in place)
{
	return place != KBM_FOUND_ID || scan->words.count == term->count;
}

static enum kbm_code scan_term(struct scan *scan, size_t index, const char *text,
			       enum kbm_found_in place, size_t item)
{
	const struct kbm_term *term = &scan->query->terms[index];
	const struct kbm_words *words = &scan->words;
	enum kbm_code code = KBM_OK;
	for (size_t at = 0; code == KBM_OK && at < words->count; at++) {
		enum kbm_likeness likeness = meet(term, words, at, place);
		if (likeness == KBM_UNLIKE)
			continue;
		const struct kbm_word *first = &words->items[at];
		const struct kbm_word *last = first + term->count - 1;
		if (likeness == KBM_LIKE_WHOLE && !is_all(scan, term, place))
			likeness = KBM_LIKE_BEGINNING;
		code = keep(scan, index, place, item, weigh(place, likeness), text + first->start,
			    last->start + last->length - first->start);
	}
	return code;
}

/* Numbers of events stand in symptoms and in prose, not in names. */
static bool may_stand_in(const struct kbm_term *term, enum kbm_found_in place)
{
	bool is_prose =
	    place == KBM_FOUND_TITLE || place == KBM_FOUND_TEXT || place == KBM_FOUND_DESCRIPTION;
	switch (term->kind) {
	case KBM_TERM_EVENT:
		return is_prose;
	case KBM_TERM_ERROR:
		return is_prose || place == KBM_FOUND_ERROR;
	case KBM_TERM_WORDS:
	case KBM_TERM_NUMBER:
	case KBM_TERM_ARTICLE:
		break;
	}
	return true;
}

static enum kbm_code scan_text(struct scan *scan, const char *text, enum kbm_found_in place,
			       size_t item)
{
	enum kbm_code code = KBM_OK;
	if (text[0] != '\0')
		code = kbm_words_read(text, &scan->words, scan->error);
	else
		return KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < scan->query->term_count; i++)
		if (may_stand_in(&scan->query->terms[i], place))
			code = scan_term(scan, i, text, place, item);
	return code;
}

/* --- one script ------------------------------------------------------------------------------ */

static enum kbm_code scan_event(struct scan *scan, int64_t event, size_t item)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && event >= 0 && i < scan->query->term_count; i++) {
		const struct kbm_term *term = &scan->query->terms[i];
		bool is_right_kind = term->kind == KBM_TERM_EVENT ||
				     term->kind == KBM_TERM_NUMBER ||
				     (term->kind == KBM_TERM_WORDS && term->count == 1);
		if (is_right_kind && kbm_word_is(&term->words->items[term->first], (uint32_t)event))
			code = keep(scan, i, KBM_FOUND_EVENT, item,
				    weigh(KBM_FOUND_EVENT, KBM_LIKE_WHOLE), "", 0);
	}
	return code;
}

static enum kbm_code scan_symptom(struct scan *scan, const struct kbm_symptom *symptom, size_t item)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = scan_event(scan, symptom->event, item);
	if (code == KBM_OK)
		code = scan_text(scan, symptom->error, KBM_FOUND_ERROR, item);
	if (code == KBM_OK)
		code = scan_text(scan, symptom->text, KBM_FOUND_TEXT, item);
	/* All of it, as reports show it: "event 4086 of MSExchangeIMC" is a phrase, too. */
	kbm_symptom_append(symptom, &line);
	if (!kbm_bytes_printf(&line, "%s%s", symptom->text[0] != '\0' ? ": " : "", symptom->text))
		code = kbm_fail(scan->error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		code = scan_text(scan, kbm_bytes_text(&line), KBM_FOUND_SOURCE, item);
	kbm_bytes_clear(&line);
	return code;
}

static enum kbm_code scan_product(struct scan *scan, const struct kbm_product *product, size_t item)
{
	struct kbm_bytes line;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&line, KBM_REPORT_MAX_BYTES);
	if (!kbm_bytes_printf(&line, "%s %s", product->name, product->versions))
		code = kbm_fail(scan->error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		code = scan_text(scan, kbm_bytes_text(&line), KBM_FOUND_PRODUCT, item);
	kbm_bytes_clear(&line);
	return code;
}

static enum kbm_code scan_list(struct scan *scan, const struct kbm_text_list *list,
			       enum kbm_found_in place)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < list->count; i++)
		code = scan_text(scan, list->items[i], place, i);
	return code;
}

static enum kbm_code scan_symptoms(struct scan *scan, const struct kbm_symptom *items, size_t count)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		code = scan_symptom(scan, &items[i], i);
	return code;
}

static enum kbm_code scan_products(struct scan *scan, const struct kbm_product *items, size_t count)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		code = scan_product(scan, &items[i], i);
	return code;
}

static enum kbm_code scan_alias(struct scan *scan, const struct kbm_alias *alias)
{
	scan->alias = alias;
	enum kbm_code code = scan_text(scan, alias->kb, KBM_FOUND_ID, 0);
	if (code == KBM_OK)
		code = scan_text(scan, alias->title, KBM_FOUND_TITLE, 0);
	if (code == KBM_OK)
		code = scan_symptoms(scan, alias->symptoms, alias->symptom_count);
	if (code == KBM_OK)
		code = scan_products(scan, alias->products, alias->product_count);
	scan->alias = NULL;
	return code;
}

/* What the script says of itself comes first: an alias must be met better to be named. */
static enum kbm_code scan_script(struct scan *scan, const struct kbm_script_info *info)
{
	enum kbm_code code = scan_text(scan, info->id, KBM_FOUND_ID, 0);
	if (code == KBM_OK)
		code = scan_text(scan, info->title, KBM_FOUND_TITLE, 0);
	if (code == KBM_OK)
		code = scan_symptoms(scan, info->symptoms, info->symptom_count);
	if (code == KBM_OK)
		code = scan_list(scan, &info->references, KBM_FOUND_REFERENCE);
	if (code == KBM_OK)
		code = scan_products(scan, info->products, info->product_count);
	if (code == KBM_OK)
		code = scan_list(scan, &info->categories, KBM_FOUND_CATEGORY);
	for (size_t i = 0; code == KBM_OK && i < info->alias_count; i++)
		code = scan_alias(scan, &info->aliases[i]);
	if (code == KBM_OK)
		code = scan_text(scan, info->description, KBM_FOUND_DESCRIPTION, 0);
	return code;
}

/* --- all scripts ----------------------------------------------------------------------------- */

static void hit_clear(struct kbm_hit *hit)
{
	for (size_t i = 0; hit->matches != NULL && i < hit->match_count; i++)
		free(hit->matches[i].text);
	free(hit->matches);
	*hit = (struct kbm_hit){0};
}

void kbm_hits_clear(struct kbm_hits *hits)
{
	for (size_t i = 0; i < hits->count; i++)
		hit_clear(&hits->items[i]);
	free(hits->items);
	*hits = (struct kbm_hits){0};
}

/* The sum of what the terms weigh; 0 when one is not met. */
static unsigned weigh_all(const struct kbm_hit *hit)
{
	unsigned sum = 0;
	for (size_t i = 0; i < hit->match_count; i++) {
		if (hit->matches[i].weight == 0)
			return 0;
		sum += hit->matches[i].weight;
	}
	return sum;
}

/* The places of each term but its best one. */
static unsigned weigh_also(const struct kbm_hit *hit)
{
	unsigned sum = 0;
	for (size_t i = 0; i < hit->match_count; i++)
		for (unsigned place = 0; place <= KBM_FOUND_DESCRIPTION; place++)
			if ((hit->matches[i].places & 1U << place) != 0 &&
			    place != (unsigned)hit->matches[i].place)
				sum += weigh((enum kbm_found_in)place, KBM_LIKE_BEGINNING);
	return sum;
}

static int compare_hits(const void *left, const void *right)
{
	const struct kbm_hit *a = left;
	const struct kbm_hit *b = right;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->also != b->also)
		return a->also > b->also ? -1 : 1;
	if (a->info->severity != b->info->severity)
		return a->info->severity > b->info->severity ? -1 : 1;
	int order = strcmp(a->info->id, b->info->id);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Searches one script; a hit that weighs nothing is none. *hit is the caller's, also after a
 * failure. */
static enum kbm_code search_one(struct scan *scan, const struct kbm_script_info *info, size_t index,
				struct kbm_hit *hit)
{
	*hit = (struct kbm_hit){.info = info, .index = index};
	hit->matches = calloc(scan->query->term_count + 1, sizeof *hit->matches);
	if (hit->matches == NULL)
		return kbm_fail(scan->error, KBM_MEMORY, "out of memory");
	hit->match_count = scan->query->term_count;
	scan->matches = hit->matches;
	enum kbm_code code = scan_script(scan, info);
	if (code == KBM_OK)
		hit->weight = weigh_all(hit);
	hit->also = weigh_also(hit);
	return code;
}

enum kbm_code kbm_scripts_search(const struct kbm_query *query,
				 const struct kbm_script_info *const *scripts, size_t count,
				 struct kbm_hits *hits, struct kbm_error *error)
{
	struct scan scan = {.query = query, .error = error};
	struct kbm_hits found = {.items = calloc(count + 1, sizeof *found.items)};
	enum kbm_code code = KBM_OK;
	if (found.items == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct kbm_hit hit;
		code = search_one(&scan, scripts[i], i, &hit);
		if (code == KBM_OK && hit.weight > 0)
			found.items[found.count++] = hit;
		else
			hit_clear(&hit);
	}
	kbm_words_clear(&scan.words);
	if (code != KBM_OK) {
		kbm_hits_clear(&found);
		return code;
	}
	qsort(found.items, found.count, sizeof *found.items, compare_hits);
	*hits = found;
	return KBM_OK;
}
