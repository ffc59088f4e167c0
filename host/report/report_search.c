/* Scripts that were found, and where. */
#include "report/report_search.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#include <string.h>

/* What was met, as people call it: "event 4086 of MSExchangeIMC". Prose gives the word itself. */
static void append_found(const struct kbm_hit *hit, const struct kbm_match *match,
			 struct kbm_bytes *out)
{
	const struct kbm_script_info *info = hit->info;
	const struct kbm_alias *alias = match->alias;
	const struct kbm_symptom *symptoms = alias == NULL ? info->symptoms : alias->symptoms;
	const struct kbm_product *products = alias == NULL ? info->products : alias->products;
	switch (match->place) {
	case KBM_FOUND_ID:
		kbm_bytes_append_text(out, alias == NULL ? info->id : alias->kb);
		break;
	case KBM_FOUND_EVENT:
	case KBM_FOUND_ERROR:
	case KBM_FOUND_SOURCE:
		kbm_symptom_append(&symptoms[match->item], out);
		break;
	case KBM_FOUND_REFERENCE:
		kbm_bytes_append_text(out, info->references.items[match->item]);
		break;
	case KBM_FOUND_PRODUCT:
		kbm_bytes_printf(out, "%s %s", products[match->item].name,
				 products[match->item].versions);
		break;
	case KBM_FOUND_CATEGORY:
		kbm_bytes_append_text(out, info->categories.items[match->item]);
		break;
	case KBM_FOUND_TITLE:
	case KBM_FOUND_TEXT:
	case KBM_FOUND_DESCRIPTION:
		kbm_bytes_append_text(out, match->text);
		break;
	}
}

/* A phrase for one match, but for whose it is. */
static void append_phrase(const struct kbm_hit *hit, const struct kbm_match *match,
			  struct kbm_bytes *out)
{
	struct kbm_bytes found;
	kbm_bytes_init(&found, KBM_REPORT_MAX_BYTES);
	append_found(hit, match, &found);
	const char *text = kbm_bytes_text(&found);
	switch (match->place) {
	case KBM_FOUND_EVENT:
	case KBM_FOUND_ERROR:
	case KBM_FOUND_SOURCE:
		kbm_bytes_append_text(out, text);
		break;
	case KBM_FOUND_ID:
	case KBM_FOUND_REFERENCE:
	case KBM_FOUND_PRODUCT:
	case KBM_FOUND_CATEGORY:
		kbm_bytes_printf(out, "%s %s", kbm_found_in_name(match->place), text);
		break;
	case KBM_FOUND_TITLE:
	case KBM_FOUND_DESCRIPTION:
		kbm_bytes_printf(out, "\"%s\" in the %s", text, kbm_found_in_name(match->place));
		break;
	case KBM_FOUND_TEXT:
		kbm_bytes_printf(out, "\"%s\" in a symptom", text);
		break;
	}
	if (found.failed)
		out->failed = true;
	kbm_bytes_clear(&found);
}

/* "alias Q314148: The MTA stops" says all of an alias that is met by its id. */
static void append_match(const struct kbm_hit *hit, const struct kbm_match *match,
			 struct kbm_bytes *out)
{
	const struct kbm_alias *alias = match->alias;
	if (alias != NULL && match->place == KBM_FOUND_ID) {
		kbm_bytes_printf(out, "alias %s: %s", alias->kb, alias->title);
		return;
	}
	append_phrase(hit, match, out);
	if (alias != NULL)
		kbm_bytes_printf(out, " (alias %s: %s)", alias->kb, alias->title);
}

/* These are shown as the whole symptom. */
static bool is_of_symptom(enum kbm_found_in place)
{
	return place == KBM_FOUND_EVENT || place == KBM_FOUND_ERROR || place == KBM_FOUND_SOURCE;
}

/* Several terms may meet one thing. */
static bool is_repeated(const struct kbm_hit *hit, size_t index)
{
	const struct kbm_match *match = &hit->matches[index];
	for (size_t i = 0; i < index; i++) {
		const struct kbm_match *other = &hit->matches[i];
		bool is_prose = match->place == KBM_FOUND_TITLE || match->place == KBM_FOUND_TEXT ||
				match->place == KBM_FOUND_DESCRIPTION;
		bool is_same = other->place == match->place ||
			       (is_of_symptom(other->place) && is_of_symptom(match->place));
		if (is_same && other->alias == match->alias && other->item == match->item &&
		    (!is_prose || strcmp(other->text, match->text) == 0))
			return true;
	}
	return false;
}

static void append_matches(const struct kbm_hit *hit, struct kbm_bytes *out)
{
	for (size_t i = 0; i < hit->match_count; i++) {
		if (is_repeated(hit, i))
			continue;
		kbm_bytes_append_text(out, i > 0 ? "; " : "");
		append_match(hit, &hit->matches[i], out);
	}
}

bool kbm_report_search_text(const struct kbm_listed_script *scripts, const struct kbm_hits *hits,
			    const struct kbm_report_style *style, struct kbm_bytes *out)
{
	for (size_t i = 0; i < hits->count; i++) {
		const struct kbm_hit *hit = &hits->items[i];
		struct kbm_bytes where;
		kbm_bytes_init(&where, KBM_REPORT_MAX_BYTES);
		append_matches(hit, &where);
		kbm_report_listed_text(&scripts[hit->index], kbm_bytes_text(&where), style, out);
		if (where.failed)
			out->failed = true;
		kbm_bytes_clear(&where);
	}
	if (!style->quiet && hits->count > 0)
		kbm_bytes_printf(out, "\n%zu script%s. `kbmend describe ID` tells more.\n",
				 hits->count, hits->count == 1 ? "" : "s");
	return !out->failed;
}

static json_t *json_match(const struct kbm_term *term, const struct kbm_hit *hit,
			  const struct kbm_match *match)
{
	struct kbm_bytes found;
	json_t *object = json_object();
	kbm_bytes_init(&found, KBM_REPORT_MAX_BYTES);
	append_found(hit, match, &found);
	bool done =
	    object != NULL && !found.failed && kbm_json_put_text(object, "term", term->shown) &&
	    kbm_json_put_text(object, "place", kbm_found_in_name(match->place)) &&
	    kbm_json_put_text(object, "found", kbm_bytes_text(&found)) &&
	    kbm_json_put_text(object, "alias", match->alias == NULL ? NULL : match->alias->kb);
	kbm_bytes_clear(&found);
	return kbm_json_whole(object, done);
}

static json_t *json_hit(const struct kbm_query *query, const struct kbm_listed_script *scripts,
			const struct kbm_hit *hit)
{
	json_t *object = kbm_report_script_object(&scripts[hit->index]);
	json_t *matches = NULL;
	bool done = object != NULL && kbm_json_put_array(object, "matches", &matches);
	for (size_t i = 0; done && i < hit->match_count; i++)
		done =
		    kbm_json_append(matches, json_match(&query->terms[i], hit, &hit->matches[i]));
	return kbm_json_whole(object, done);
}

bool kbm_report_search_json(const struct kbm_query *query, const struct kbm_listed_script *scripts,
			    const struct kbm_hits *hits, bool lines, struct kbm_bytes *out)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < hits->count; i++)
		done = kbm_json_append(array, json_hit(query, scripts, &hits->items[i]));
	for (size_t i = 0; done && lines && i < json_array_size(array); i++)
		done = kbm_json_write(json_array_get(array, i), false, out, NULL) == KBM_OK;
	if (done && !lines)
		done = kbm_json_write(array, true, out, NULL) == KBM_OK;
	if (!done)
		out->failed = true;
	json_decref(array);
	return !out->failed;
}
