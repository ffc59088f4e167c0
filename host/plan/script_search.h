/* Finding scripts by what their headers say: matching a query, ranking what was found, and a way
 * out when nothing was. */
#ifndef KBM_PLAN_SCRIPT_SEARCH_H
#define KBM_PLAN_SCRIPT_SEARCH_H

#include "plan/script_info.h"
#include "plan/search_query.h"

/* Where a term was met, best first. */
enum kbm_found_in {
	KBM_FOUND_ID,
	KBM_FOUND_EVENT,
	KBM_FOUND_ERROR,
	KBM_FOUND_REFERENCE,
	KBM_FOUND_TITLE,
	KBM_FOUND_TEXT, /* of a symptom */
	KBM_FOUND_SOURCE,
	KBM_FOUND_PRODUCT,
	KBM_FOUND_CATEGORY,
	KBM_FOUND_DESCRIPTION
};

/* How a script, or one of its aliases, meets one term. */
struct kbm_match {
	enum kbm_found_in place;
	const struct kbm_alias *alias; /* whose it is; NULL: the script's own. Borrowed */
	size_t item;		       /* which symptom, reference, product or category */
	char *text;		       /* the text's own words that match: "Connector" */
	unsigned weight;	       /* 0: not met */
	unsigned places;	       /* a bit for each place where it is met at all */
};

struct kbm_hit {
	const struct kbm_script_info *info; /* borrowed */
	size_t index;			    /* of the script in the list that was searched */
	struct kbm_match *matches;	    /* one a term of the query */
	size_t match_count;
	unsigned weight; /* the sum */
	unsigned also;	 /* what else meets the terms, weighed */
};

/* Starts from {0}; clear releases everything and leaves {0}. */
struct kbm_hits {
	struct kbm_hit *items;
	size_t count;
};

/* The scripts that meet every term, best first: by the sum over the terms of where each is met
 * best. An id that is the term comes first, then an event's or error's number, part of an id, a
 * reference, the title, a symptom's text, its source, products and categories, the description; in
 * each, a whole word before a longer one that begins so, and that before one with a part that
 * does. What an alias says counts as if the script did. Of equals, the one
 * comes first that meets the terms in better other places (an error's number stands in its title,
 * too), then the more severe one, then they are in the order of their ids. */
enum kbm_code kbm_scripts_search(const struct kbm_query *query,
				 const struct kbm_script_info *const *scripts, size_t count,
				 struct kbm_hits *hits, struct kbm_error *error);
void kbm_hits_clear(struct kbm_hits *hits);

/* "id", "event", "error", "reference", "title", "symptom", "source", "product", ... */
const char *kbm_found_in_name(enum kbm_found_in place);

/* A word of the scripts that is near to one that was typed, or has it inside. *near (may become
 * NULL: there is none) is the caller's to free(). */
enum kbm_code kbm_scripts_suggest(const char *typed, const struct kbm_script_info *const *scripts,
				  size_t count, char **near, struct kbm_error *error);

#endif
