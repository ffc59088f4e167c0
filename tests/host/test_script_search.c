/* plan/script_search: every form in which people type numbers, words and phrases, and their false
 * friends; the order of what is found; and a way out when nothing is. */
#include "plan/script_search.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LIST(...)                                                                           \
	{                                                                                   \
		.items = (char *[]){__VA_ARGS__}, .count = COUNT(((char *[]){__VA_ARGS__})) \
	}

enum { MAX_OPERANDS = 8 };

static struct kbm_symptom imc[] = {
    {.event = 4086, .source = "MSExchangeIMC", .error = "", .text = "the service does not start"},
    {.event = -1, .source = "", .error = "2140", .text = "ends with an internal error"}};
static struct kbm_symptom store[] = {
    {.event = 5000, .source = "MSExchangeIS", .error = "4294966090", .text = ""},
    {.event = 1120, .source = "MSExchangeIS", .error = "", .text = "Jet error -1605"}};
static struct kbm_symptom control_blocks[] = {
    {.event = 9301, .source = "MSExchangeMTA", .error = "", .text = ""},
    {.event = 21400, .source = "MSExchangeMTA", .error = "", .text = ""}};
static struct kbm_symptom log_files[] = {
    {.event = 188, .source = "ESE97", .error = "0xfffffad0", .text = ""},
    {.event = -1, .source = "", .error = "0xC8000713", .text = ""}};
static struct kbm_symptom admin[] = {
    {.event = -1, .source = "", .error = "c1031d9f", .text = ""},
    {.event = -1, .source = "", .error = "DS_E_NO_SUCH_OBJECT", .text = ""},
    {.event = -1, .source = "", .error = "80040111-0521-00000000", .text = ""}};
static struct kbm_symptom events_only[] = {
    {.event = 2140, .source = "MSExchangeSA", .error = "", .text = ""}};
static struct kbm_product exchange[] = {{.name = "Microsoft Exchange Server", .versions = "5.5"}};
static struct kbm_product windows[] = {{.name = "Windows NT", .versions = "4.0 SP6a"}};

#define NONE .version = "1.0.0"
static struct kbm_script_info scripts[] = {
    {NONE, .id = "Q298565", .title = "Internet Mail Connector does not start",
     .description = "SiteDN differs. See also article Q163243.", .symptoms = imc,
     .symptom_count = COUNT(imc), .references = LIST("Q298565", "Q256986"),
     .categories = LIST("exchange", "startup"), .products = exchange, .product_count = 1},
    {NONE, .id = "Q260230", .title = "Store stops with an error", .description = "",
     .symptoms = store, .symptom_count = COUNT(store),
     .references = LIST("https://support.example/kb/264816")},
    {NONE, .id = "Q197378", .title = "MTA has too few TCP/IP Control blocks",
     .description = "They connect to 21400 or 5.5 others.", .symptoms = control_blocks,
     .symptom_count = COUNT(control_blocks)},
    {NONE, .id = "Q200941",
     .title = "STRASSE und Gr\xC3\xB6\xC3\x9F"
	      "e der Logdateien",
     .description = "A connector's log is not the blocks of control.", .symptoms = log_files,
     .symptom_count = COUNT(log_files)},
    {NONE, .id = "admin-codes", .title = "Administrator shows a code",
     .description = "It may follow event 4086, or errors 1067 and 4015.", .symptoms = admin,
     .symptom_count = COUNT(admin), .products = windows, .product_count = 1},
    {NONE, .id = "Q111111", .title = "Connect again", .description = "Q298565 is another.",
     .symptoms = events_only, .symptom_count = COUNT(events_only)},
};

static const struct kbm_script_info *const *all(void)
{
	static const struct kbm_script_info *pointers[COUNT(scripts)];
	for (size_t i = 0; i < COUNT(scripts); i++)
		pointers[i] = &scripts[i];
	return pointers;
}

/* The operands of a line, between '|'. */
static size_t split(char *line, char **operands)
{
	size_t count = 0;
	for (char *at = strtok(line, "|"); at != NULL; at = strtok(NULL, "|"))
		operands[count++] = at;
	return count;
}

/* "Q298565:error Q111111:event": what was found, and where its first term was met. */
static void search(const char *line, struct kbm_bytes *found)
{
	char *copy = strdup(line);
	char *operands[MAX_OPERANDS];
	struct kbm_query query = {0};
	struct kbm_hits hits = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_query_parse(operands, split(copy, operands), &query, &error);
	if (code == KBM_OK)
		code = kbm_scripts_search(&query, all(), COUNT(scripts), &hits, &error);
	cr_assert(code == KBM_OK, "%s: %s", line, error.message);
	kbm_bytes_reset(found);
	for (size_t i = 0; i < hits.count; i++)
		kbm_bytes_printf(found, "%s%s:%s", i > 0 ? " " : "", hits.items[i].info->id,
				 kbm_found_in_name(hits.items[i].matches[0].place));
	kbm_hits_clear(&hits);
	kbm_query_clear(&query);
	free(copy);
}

static void expect_found(const char *line, const char *expected)
{
	struct kbm_bytes found;
	kbm_bytes_init(&found, 4096);
	search(line, &found);
	cr_expect(strcmp(kbm_bytes_text(&found), expected) == 0, "'%s' found %s, not %s", line,
		  kbm_bytes_text(&found), expected);
	kbm_bytes_clear(&found);
}

#define ERROR_2140 "Q298565:error"
#define BOTH_2140  "Q111111:event Q298565:error"
#define EVENT_4086 "Q298565:event admin-codes:description"
#define ARTICLE	   "Q298565:id Q111111:description"
#define MINUS_1206 "Q260230:error"
#define MINUS_1328 "Q200941:error"
#define MINUS_1605 "Q260230:symptom"

static const struct {
	const char *line;
	const char *found;
} cases[] = {
    /* numbers alone, in every base */
    {"2140", BOTH_2140},
    {"#2140", BOTH_2140},
    {"02140", BOTH_2140},
    {"(2140)", BOTH_2140},
    {"0x85c", BOTH_2140},
    {"0X85C", BOTH_2140},
    {"0x0000085C", BOTH_2140},
    {"85c", BOTH_2140},
    {"0000085C", BOTH_2140},
    {"\xEF\xBC\x92\xEF\xBC\x91\xEF\xBC\x94\xEF\xBC\x90", BOTH_2140}, /* full width */
    {"2140L", BOTH_2140},
    {"0x85CUL", BOTH_2140},
    {"0X0000085Cu", BOTH_2140},
    {"-1206LL", MINUS_1206},
    {"event 4086UL", EVENT_4086},
    {"2140ulll", ""},
    {"2140x", ""},
    {"L", ""},
    {"0xL", ""},
    {"4086", EVENT_4086},
    {"0xff6", EVENT_4086},
    {"9301", "Q197378:event"},
    {"4294966090", MINUS_1206},
    {"0xFFFFFB4A", MINUS_1206},
    {"fffffb4a", MINUS_1206},
    {"-1206", MINUS_1206},
    {"0xFFFFFFFFFFFFFB4A", MINUS_1206},
    {"\xE2\x88\x92"
     "1206",
     MINUS_1206}, /* a minus sign as web pages have it */
    {"0xfffffad0", MINUS_1328},
    {"4294965968", MINUS_1328},
    {"-1328", MINUS_1328},
    {"-1605", MINUS_1605},
    {"4294965691", MINUS_1605},
    {"0xfffff9bb", MINUS_1605},
    {"3355445011", "Q200941:error"},
    {"-1811", "Q200941:error"},
    {"c8000713", "Q200941:error"},
    {"C1031D9F", "admin-codes:error"},
    {"0xc1031d9f", "admin-codes:error"},
    {"3238206879", "admin-codes:error"},
    {"c103", "admin-codes:error"},
    {"80040111", "admin-codes:error"},
    {"0x80040111", "admin-codes:error"},
    {"-2147221231", "admin-codes:error"},
    {"80040111-0521-00000000", "admin-codes:error"},
    {"ds_e_no_such_object", "admin-codes:error"},
    /* numbers of a kind */
    {"event 4086", EVENT_4086},
    {"event|4086", EVENT_4086},
    {"event id 4086", EVENT_4086},
    {"event|id|4086", EVENT_4086},
    {"Event ID: 4086", EVENT_4086},
    {"Event|ID:|4086", EVENT_4086},
    {"EventID=4086", EVENT_4086},
    {"events #4086", EVENT_4086},
    {"event|0xff6", EVENT_4086},
    {"id 4086", EVENT_4086},
    {"error 2140", ERROR_2140},
    {"Error|2140", ERROR_2140},
    {"error code 0x85C", ERROR_2140},
    {"error number 85c", ERROR_2140},
    {"error|-1328", MINUS_1328},
    {"event 2140", "Q111111:event"},
    {"error 1067", "admin-codes:description"},
    {"error 4015", "admin-codes:description"},
    {"Q298565", ARTICLE},
    {"q298565", ARTICLE},
    {"298565", ARTICLE},
    {"KB298565", ARTICLE},
    {"kb 298565", ARTICLE},
    {"KB|298565", ARTICLE},
    {"kb-298565", ARTICLE},
    {"Q 298565", ARTICLE},
    {"article Q298565", ARTICLE},
    {"256986", "Q298565:reference"},
    {"KB256986", "Q298565:reference"},
    {"Q264816", "Q260230:reference"},
    {"264816", "Q260230:reference"},
    {"Q163243", "Q298565:description"},
    /* false friends */
    {"214", ""},
    {"21400", "Q197378:event"},
    {"1605", ""},
    {"1206", ""},
    {"error 4086", ""},
    {"event 1067", ""},
    {"error 5000", ""},
    {"0x2140", ""},
    {"Q29856", ""},
    {"Q2140", ""},
    {"kb 2140", ""},
    {"5", ""},
    {"c", ""},
    {"co", ""},
    {"mail_", "Q298565:title"},
    {"onnector", ""},
    {"99999999999999999999999999", ""},
    /* words */
    {"connect", "Q111111:title Q298565:title Q197378:description Q200941:description"},
    {"CONNECTOR", "Q298565:title Q200941:description"},
    {"stra\xC3\x9F"
     "e",
     "Q200941:title"},
    {"GR\xC3\x96SSE", "Q200941:title"},
    {"gro\xCC\x88sse", "Q200941:title"},
    {"msexchangeis", "Q260230:source"},
    {"IMC", "Q298565:source"},
    {"imc", "Q298565:source"},
    {"MC", ""},
    {"xchange", ""},
    {"ExchangeIMC", "Q298565:source"},
    {"event 4086 of IMC", "Q298565:source"},
    {"MSExchange", "Q111111:source Q197378:source Q260230:source Q298565:source"},
    {"exchange", "Q298565:product Q111111:source Q197378:source Q260230:source"},
    {"startup", "Q298565:category"},
    {"5.5", "Q298565:product Q197378:description"},
    {"sp6a", "admin-codes:product"},
    {"admin-codes", "admin-codes:id"},
    {"admin", "admin-codes:id"},
    /* several, and phrases */
    {"connector|start", "Q298565:title"},
    {"start|connector", "Q298565:title"},
    {"connector|4086", "Q298565:title"},
    {"event|4086|connector", "Q298565:event"},
    {"event|msexchangemta", "Q197378:source"},
    {"4086|9301", ""},
    {"control|blocks", "Q197378:title Q200941:description"},
    {"control blocks", "Q197378:title"},
    {"Control  Bloc", "Q197378:title"},
    {"contr blocks", ""},
    {"tcp/ip", "Q197378:title"},
    {"event 4086 of MSExchangeIMC", "Q298565:source"},
};

Test(script_search, finds_what_was_typed_in_its_order)
{
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_found(cases[i].line, cases[i].found);
}

Test(script_search, ranks_whole_words_before_beginnings_before_parts)
{
	static const struct kbm_script_info ranked[] = {
	    {NONE, .id = "a", .title = "MSExchangeIMC", .description = ""},
	    {NONE, .id = "b", .title = "Imchost", .description = ""},
	    {NONE, .id = "c", .title = "imc", .description = ""},
	    {NONE, .id = "d", .title = "Longimc", .description = "imc"},
	};
	static const struct kbm_script_info *pointers[COUNT(ranked)];
	char *operands[] = {"IMC"};
	char ids[COUNT(ranked) + 1] = "";
	struct kbm_query query = {0};
	struct kbm_hits hits = {0};
	for (size_t i = 0; i < COUNT(ranked); i++)
		pointers[i] = &ranked[i];
	cr_assert(eq(int, kbm_query_parse(operands, 1, &query, NULL), KBM_OK));
	cr_assert(
	    eq(int, kbm_scripts_search(&query, pointers, COUNT(ranked), &hits, NULL), KBM_OK));
	cr_assert(eq(sz, hits.count, COUNT(ranked)));
	for (size_t i = 0; i < hits.count; i++)
		ids[i] = hits.items[i].info->id[0];
	cr_expect(eq(str, ids, "cbad"));
	kbm_hits_clear(&hits);
	kbm_query_clear(&query);
}

/* All three have the error; it stands in a title, in a description, and is of a severe script. */
Test(script_search, ranks_equals_by_what_else_meets_and_by_severity)
{
	static struct kbm_symptom error[] = {
	    {.event = -1, .source = "", .error = "2140", .text = ""}};
	static struct kbm_alias alias[] = {
	    {.kb = "Q5", .title = "Stops with error 2140", .symptoms = error, .symptom_count = 1}};
	static const struct kbm_script_info ranked[] = {
	    {NONE, .id = "a", .title = "x", .description = "", .symptoms = error,
	     .symptom_count = 1, .severity = KBM_SEVERITY_LOW},
	    {NONE, .id = "b", .title = "x", .description = "", .symptoms = error,
	     .symptom_count = 1, .severity = KBM_SEVERITY_HIGH},
	    {NONE, .id = "c", .title = "x", .description = "error 2140", .symptoms = error,
	     .symptom_count = 1},
	    {NONE, .id = "d", .title = "Ends with 2140", .description = "", .symptoms = error,
	     .symptom_count = 1},
	    {NONE, .id = "e", .title = "2140", .description = "",
	     .severity = KBM_SEVERITY_CRITICAL},
	    {NONE, .id = "f", .title = "x", .description = "", .aliases = alias, .alias_count = 1,
	     .severity = KBM_SEVERITY_HIGH},
	};
	static const struct kbm_script_info *pointers[COUNT(ranked)];
	char *operands[] = {"2140"};
	char ids[COUNT(ranked) + 1] = "";
	struct kbm_query query = {0};
	struct kbm_hits hits = {0};
	for (size_t i = 0; i < COUNT(ranked); i++)
		pointers[i] = &ranked[i];
	cr_assert(eq(int, kbm_query_parse(operands, 1, &query, NULL), KBM_OK));
	cr_assert(
	    eq(int, kbm_scripts_search(&query, pointers, COUNT(ranked), &hits, NULL), KBM_OK));
	for (size_t i = 0; i < hits.count; i++)
		ids[i] = hits.items[i].info->id[0];
	cr_expect(eq(str, ids, "fdcbae"));
	cr_expect(eq(ptr, (void *)hits.items[0].matches[0].alias, (void *)alias));
	kbm_hits_clear(&hits);
	kbm_query_clear(&query);
}

Test(script_search, says_what_matched)
{
	char *operands[] = {"0x85C", "CONNECT", "internal  error"};
	struct kbm_query query = {0};
	struct kbm_hits hits = {0};
	struct kbm_error error = {0};
	cr_assert(eq(int, kbm_query_parse(operands, COUNT(operands), &query, &error), KBM_OK));
	cr_assert(
	    eq(int, kbm_scripts_search(&query, all(), COUNT(scripts), &hits, &error), KBM_OK));
	cr_assert(eq(sz, hits.count, 1));
	const struct kbm_match *matches = hits.items[0].matches;
	cr_expect(eq(str, matches[0].text, "2140"));
	cr_expect(eq(sz, matches[0].item, 1));
	cr_expect(eq(str, matches[1].text, "Connector"));
	cr_expect(eq(str, matches[2].text, "internal error"));
	cr_expect(eq(int, matches[2].place, KBM_FOUND_TEXT));
	cr_expect(eq(str, query.terms[2].shown, "internal  error"));
	kbm_hits_clear(&hits);
	kbm_query_clear(&query);
}

Test(script_search, refuses_what_has_no_word)
{
	static const char *const empty[] = {"", " ", "...", "\xFF\xFE", "#", "-"};
	for (size_t i = 0; i < COUNT(empty); i++) {
		char *operands[] = {"connector", (char *)empty[i]};
		struct kbm_query query = {0};
		struct kbm_error error = {0};
		enum kbm_code code = kbm_query_parse(operands, 2, &query, &error);
		cr_expect(eq(int, code, KBM_USAGE), "'%s'", empty[i]);
		cr_expect(eq(ptr, query.terms, NULL));
	}
}

static const struct {
	const char *typed;
	const char *near;
} suggestions[] = {
    {"conector", "Connector"}, {"4068", "4086"},
    {"Q289565", "Q298565"},    {"imc", "MSExchangeIMC"},
    {"1605", "-1605"},	       {"exhcange", "Exchange"},
    {"strat", "start"},	       {"bloks", "blocks"},
    {"zzzzzz", NULL},	       {"x", NULL},
    {"c1031d9", "c1031d9f"},
};

Test(script_search, suggests_a_word_that_is_near)
{
	for (size_t i = 0; i < COUNT(suggestions); i++) {
		char *near = NULL;
		struct kbm_error error = {0};
		cr_assert(eq(
		    int,
		    kbm_scripts_suggest(suggestions[i].typed, all(), COUNT(scripts), &near, &error),
		    KBM_OK));
		const char *wanted = suggestions[i].near;
		cr_expect(strcmp(near == NULL ? "-" : near, wanted == NULL ? "-" : wanted) == 0,
			  "'%s': %s, not %s", suggestions[i].typed, near, wanted);
		free(near);
	}
}

Test(script_search, survives_words_of_any_length)
{
	enum { LENGTH = 200000 };
	char *word = malloc(LENGTH + 1);
	cr_assert(ne(ptr, word, NULL));
	memset(word, '9', LENGTH);
	word[LENGTH] = '\0';
	expect_found(word, "");
	memset(word, 'w', LENGTH);
	expect_found(word, "");
	for (size_t i = 0; i + 1 < LENGTH; i += 2)
		memcpy(word + i, "a ", 2);
	expect_found(word, "");
	free(word);
}
