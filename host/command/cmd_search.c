/* kbmend search: the scripts that know these words or numbers. */
#include "command/command.h"

#include "base/limits.h"
#include "command/script_filter.h"
#include "command/session.h"
#include "report/report_search.h"

#include <stdlib.h>
#include <string.h>

/* What is searched: the scripts that could be read, listed and as headers, in the same order. */
struct shelf {
	struct kbm_listed_script *listed;
	const struct kbm_script_info **infos;
	size_t count;
};

/* Scripts that cannot be read are named, each on its line; what they say is not known. */
static enum kbm_code fill_shelf(const struct kbm_scripts *scripts, struct shelf *shelf, int *status,
				struct kbm_error *error)
{
	shelf->listed = calloc(scripts->count + 1, sizeof *shelf->listed);
	shelf->infos = calloc(scripts->count + 1, sizeof(const struct kbm_script_info *));
	if (shelf->listed == NULL || shelf->infos == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < scripts->count; i++) {
		const struct kbm_script *script = &scripts->items[i];
		if (script->problem.code != KBM_OK) {
			kbm_command_note("not searched: %s", script->problem.message);
			*status = KBM_EXIT_UNKNOWN;
			continue;
		}
		shelf->listed[shelf->count] =
		    (struct kbm_listed_script){.info = &script->info,
					       .path = script->path,
					       .sha256 = script->sha256,
					       .shadows = script->shadows};
		shelf->infos[shelf->count++] = &script->info;
	}
	return KBM_OK;
}

/* --- nothing was found: why, and what to type instead ---------------------------------------- */

/* How many scripts meet these operands. */
static enum kbm_code count_hits(const struct shelf *shelf, char *const *operands, size_t count,
				size_t *found, struct kbm_error *error)
{
	struct kbm_query query = {0};
	struct kbm_hits hits = {0};
	enum kbm_code code = kbm_query_parse(operands, count, &query, error);
	if (code == KBM_OK)
		code = kbm_scripts_search(&query, shelf->infos, shelf->count, &hits, error);
	if (code == KBM_OK)
		*found = hits.count;
	kbm_hits_clear(&hits);
	kbm_query_clear(&query);
	return code;
}

/* The same, of the words of a phrase one by one. */
static enum kbm_code count_apart(const struct shelf *shelf, const char *phrase, size_t *found,
				 struct kbm_error *error)
{
	struct kbm_words words = {0};
	struct kbm_text_list apart = {0};
	enum kbm_code code = kbm_words_read(phrase, &words, error);
	for (size_t i = 0; code == KBM_OK && i < words.count; i++)
		if (!kbm_text_list_add(&apart, kbm_word_folded(&words, i)))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		code = count_hits(shelf, apart.items, apart.count, found, error);
	kbm_text_list_clear(&apart);
	kbm_words_clear(&words);
	return code;
}

/* A term that no script meets, nor anything like it in another sense. */
static enum kbm_code explain_near(const struct shelf *shelf, const struct kbm_term *term,
				  struct kbm_error *error)
{
	char *near = NULL;
	const char *folded = kbm_word_folded(term->words, term->first);
	enum kbm_code code = KBM_OK;
	if (term->count == 1)
		code = kbm_scripts_suggest(folded, shelf->infos, shelf->count, &near, error);
	if (code != KBM_OK)
		return code;
	if (near != NULL)
		kbm_command_note("no script has '%.100s'; did you mean '%.100s'?", term->shown,
				 near);
	else
		kbm_command_note("no script has '%.100s'; `kbmend list` shows them all",
				 term->shown);
	free(near);
	return KBM_OK;
}

/* A term that no script meets. */
static enum kbm_code explain_term(const struct shelf *shelf, const struct kbm_term *term,
				  struct kbm_error *error)
{
	const char *folded = kbm_word_folded(term->words, term->first);
	size_t found = 0;
	enum kbm_code code = KBM_OK;
	if (term->kind == KBM_TERM_EVENT || term->kind == KBM_TERM_ERROR) {
		char *number[] = {(char *)folded};
		code = count_hits(shelf, number, 1, &found, error);
	} else if (term->count > 1) {
		code = count_apart(shelf, term->shown, &found, error);
	}
	if (code != KBM_OK)
		return code;
	if (found == 0)
		return explain_near(shelf, term, error);
	const char *has = found == 1 ? "has" : "have";
	if (term->count > 1)
		kbm_command_note("no script has the phrase '%.100s'; %zu %s its words: leave out "
				 "the quotes",
				 term->shown, found, has);
	else
		kbm_command_note("no script has '%.100s', but %zu %s %s as something else: "
				 "`kbmend search %s`",
				 term->shown, found, has, folded, folded);
	return KBM_OK;
}

static enum kbm_code explain_nothing(const struct shelf *shelf, const struct kbm_query *query,
				     struct kbm_error *error)
{
	if (shelf->count == 0) {
		kbm_command_note("there is no script to search; --scripts DIR names a folder");
		return KBM_OK;
	}
	for (size_t i = 0; i < query->term_count; i++) {
		struct kbm_query one = {.terms = &query->terms[i], .term_count = 1};
		struct kbm_hits hits = {0};
		enum kbm_code code =
		    kbm_scripts_search(&one, shelf->infos, shelf->count, &hits, error);
		bool is_met = hits.count > 0;
		kbm_hits_clear(&hits);
		if (code != KBM_OK)
			return code;
		if (!is_met)
			return explain_term(shelf, &query->terms[i], error);
	}
	kbm_command_note("each of the %zu words is in some script, but no script has them all: "
			 "leave one out",
			 query->term_count);
	return KBM_OK;
}

/* --- the command ------------------------------------------------------------------------------ */

static bool report(const struct kbm_options *options, const struct shelf *shelf,
		   const struct kbm_query *query, const struct kbm_hits *hits,
		   struct kbm_bytes *out)
{
	struct kbm_report_style style = kbm_session_style(options);
	if (options->format != KBM_FORMAT_TEXT)
		return kbm_report_search_json(query, shelf->listed, hits,
					      options->format == KBM_FORMAT_JSONL, out);
	return kbm_report_search_text(shelf->listed, hits, &style, out);
}

static int search(const struct kbm_call *call, const struct kbm_scripts *scripts,
		  const struct kbm_query *query)
{
	struct shelf shelf = {0};
	struct kbm_hits hits = {0};
	struct kbm_error error = {0};
	struct kbm_bytes out;
	int status = KBM_EXIT_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = fill_shelf(scripts, &shelf, &status, &error);
	if (code == KBM_OK)
		code = kbm_scripts_search(query, shelf.infos, shelf.count, &hits, &error);
	if (code == KBM_OK && hits.count == 0) {
		status = KBM_EXIT_UNKNOWN;
		code = explain_nothing(&shelf, query, &error);
	}
	if (code == KBM_OK) {
		report(call->options, &shelf, query, &hits, &out);
		status = kbm_command_print(&out, status);
	} else {
		status = kbm_command_fail(&error);
	}
	kbm_bytes_clear(&out);
	kbm_hits_clear(&hits);
	free(shelf.listed);
	free(shelf.infos);
	return status;
}

/* Adds an operand; MSExchangeIMC:4086 is how event logs are quoted: two, that need not stand
 * together. */
static bool add_operand(const char *operand, struct kbm_text_list *list)
{
	if (!kbm_text_list_add(list, operand))
		return false;
	char *colon = strchr(list->items[list->count - 1], ':');
	bool is_joint = colon != NULL && colon > list->items[list->count - 1] && colon[1] != '\0' &&
			strpbrk(operand, " \t") == NULL && strchr(colon + 1, ':') == NULL;
	if (!is_joint)
		return true;
	*colon = '\0';
	return kbm_text_list_add(list, colon + 1);
}

static enum kbm_code parse_operands(const struct kbm_call *call, struct kbm_query *query,
				    struct kbm_error *error)
{
	struct kbm_text_list list = {0};
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < call->operand_count; i++)
		if (!add_operand(call->operands[i], &list))
			code = kbm_fail(error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		code = kbm_query_parse(list.items, list.count, query, error);
	kbm_text_list_clear(&list);
	return code;
}

static int run_search(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_scripts scripts = {0};
	struct kbm_query query = {0};
	struct kbm_error error = {0};
	enum kbm_code code = parse_operands(call, &query, &error);
	if (code != KBM_OK)
		return kbm_command_reject(call, &error);
	code = kbm_session_open(call->options, &session, &error);
	if (code == KBM_OK)
		code = kbm_scripts_load(session.broker, &session.paths, call->options->scripts,
					NULL, 0, &scripts, &error);
	if (code == KBM_OK)
		code = kbm_script_filter(call->options, &scripts, &error);
	int status = code == KBM_OK ? search(call, &scripts, &query) : kbm_command_fail(&error);
	kbm_query_clear(&query);
	kbm_scripts_clear(&scripts);
	kbm_session_close(&session);
	return status;
}

static const enum kbm_option_id options[] = {
    KBM_OPTION_SEVERITY, KBM_OPTION_CATEGORY, KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT,
    KBM_OPTION_MEMORY,	 KBM_OPTION_FORMAT,   KBM_OPTION_UNSAFE,  KBM_OPTION_VERBOSE,
    KBM_OPTION_QUIET,	 KBM_OPTION_COLOR,    KBM_OPTION_HELP,	  KBM_OPTION_END};

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "scripts were found"},
    {KBM_EXIT_UNKNOWN, "none was found, or one could not be read and was not searched"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_command kbm_command_search = {
    .name = "search",
    .operands = "WORD... [OPTIONS]",
    .summary = "Find scripts by words, event, error and article numbers",
    .details = "  kbmend search connector start    both words, wherever they stand\n"
	       "  kbmend search \"control blocks\"   these words beside each other\n"
	       "  kbmend search 2140               an event or an error; 0x85c is the same\n"
	       "  kbmend search event 4086         an event only\n"
	       "  kbmend search IMC:4086           an event and its source\n"
	       "  kbmend search error -1328        0xfffffad0 and 4294965968 are the same\n"
	       "  kbmend search KB298565           an article: Q298565 and 298565, too\n"
	       "\nA script is found when it meets every word: in its id, title, symptoms,\n"
	       "references, products, categories or description. Case does not matter. The\n"
	       "beginning of a word is enough, or that of a part (IMC of MSExchangeIMC), from\n"
	       "three letters on; a number must be whole.\n"
	       "The best comes first: an id, an event's or error's number, the title, a\n"
	       "symptom's text, its source, products and categories, the description. Of\n"
	       "equals, one whose title has the number, too, then the more severe.\n",
    .exits = exits,
    .options = options,
    .takes_numbers = true,
    .least_operands = 1,
    .most_operands = KBM_SEARCH_MAX_WORDS,
    .run = run_search,
};
