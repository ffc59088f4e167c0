/* plan/result and plan/precondition: gathering within limits, equal reads, long answers. */
#include "plan_fixture.h"

Test(result, keeps_a_place_that_is_read_twice_once)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_PASS);
	add_value_read(&result, "SiteDN", "first");
	add_value_read(&result, "SITEDN", "second");
	add_value_read(&result, "Other", NULL);
	struct kbm_precondition key = {
	    .kind = KBM_READ_KEY, .place = place_of(KBM_PLACE_KEY, IMC_PATH, IMC_PHYSICAL, NULL)};
	kbm_result_add_read(&result, &key);
	cr_assert(eq(sz, result.read_count, 3));
	EXPECT_TEXT(result.reads[0].place.name, "SiteDN");
	cr_expect(eq(sz, result.reads[0].state.values[0].length, 12));
	kbm_result_clear(&result);
}

static struct kbm_precondition search_of(const char *base, const char *filter)
{
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH,
					.base = strdup(base),
					.scope = KBM_SCOPE_SUB,
					.base_exists = true};
	if (filter != NULL)
		read.filter = strdup(filter);
	kbm_text_list_add(&read.attributes, "cn");
	return read;
}

Test(result, tells_searches_apart_by_all_they_ask)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_PASS);
	struct kbm_precondition reads[] = {search_of("o=A", NULL), search_of("o=A", "(cn=x)"),
					   search_of("o=B", NULL), search_of("o=A", NULL),
					   search_of("o=A", NULL)};
	reads[4].scope = KBM_SCOPE_ONE;
	for (size_t i = 0; i < 5; i++)
		kbm_result_add_read(&result, &reads[i]);
	struct kbm_precondition more = search_of("o=A", NULL);
	kbm_text_list_add(&more.attributes, "rdn");
	kbm_result_add_read(&result, &more);
	cr_expect(eq(sz, result.read_count, 5));
	kbm_result_clear(&result);
}

Test(result, refuses_more_than_the_limits_and_keeps_the_item)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	for (size_t i = 0; i < KBM_PLAN_MAX_CHANGES; i++)
		add_manual(&result, "Q1", "x");
	struct kbm_change change = change_of(KBM_MANUAL, "Q1");
	int added = kbm_result_add_change(&result, &change);
	cr_expect(eq(int, added, 0));
	EXPECT_TEXT(change.script, "Q1");
	kbm_change_clear(&change);
	for (size_t i = 0; i < KBM_SCRIPT_MAX_FINDINGS; i++)
		add_finding(&result, "a", "b", NULL, NULL, false);
	struct kbm_finding finding = {.id = strdup("one more")};
	added = kbm_result_add_finding(&result, &finding);
	cr_expect(eq(int, added, 0));
	kbm_finding_clear(&finding);
	kbm_result_clear(&result);
}

Test(result, takes_thousands_of_reads_in_no_time, .timeout = 10)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_PASS);
	char name[32];
	for (unsigned i = 0; i < KBM_PLAN_MAX_READS; i++) {
		snprintf(name, sizeof name, "value %u", i);
		add_value_read(&result, name, NULL);
	}
	cr_expect(eq(sz, result.read_count, KBM_PLAN_MAX_READS));
	/* Each is found again, and dropped. */
	for (unsigned i = 0; i < KBM_PLAN_MAX_READS; i++) {
		snprintf(name, sizeof name, "VALUE %u", i);
		add_value_read(&result, name, NULL);
	}
	cr_expect(eq(sz, result.read_count, KBM_PLAN_MAX_READS));
	struct kbm_precondition read = {.kind = KBM_READ_VALUE, .place = value_place("one more")};
	int added = kbm_result_add_read(&result, &read);
	cr_expect(eq(int, added, 0));
	kbm_precondition_clear(&read);
	kbm_result_clear(&result);
}

/* An answer of `count` entries with a value of 1000 bytes each, in either order. */
static struct kbm_precondition answer_of(size_t count, bool backwards)
{
	struct kbm_precondition read = search_of("o=A", NULL);
	read.entries.items = calloc(count, sizeof *read.entries.items);
	read.entries.count = count;
	for (size_t i = 0; i < count; i++) {
		struct kbm_entry *entry = &read.entries.items[i];
		char dn[32];
		snprintf(dn, sizeof dn, "cn=%zu,o=A", backwards ? count - 1 - i : i);
		entry->dn = strdup(dn);
		entry->attributes = calloc(1, sizeof *entry->attributes);
		entry->attribute_count = 1;
		entry->attributes[0].name = strdup("cn");
		entry->attributes[0].values = calloc(1, sizeof(struct kbm_blob));
		entry->attributes[0].value_count = 1;
		entry->attributes[0].values[0].data = calloc(1, 1001);
		entry->attributes[0].values[0].length = 1000;
	}
	return read;
}

Test(result, shortens_long_answers_alike_in_any_order)
{
	struct kbm_precondition small = answer_of(10, false);
	struct kbm_precondition forwards = answer_of(100, false);
	struct kbm_precondition backwards = answer_of(100, true);
	struct kbm_precondition fewer = answer_of(99, false);
	kbm_precondition_shorten(&small);
	kbm_precondition_shorten(&forwards);
	kbm_precondition_shorten(&backwards);
	kbm_precondition_shorten(&fewer);
	cr_expect(eq(ptr, small.entries_sha256, NULL));
	cr_expect(eq(sz, small.entries.count, 10));
	cr_expect(eq(sz, forwards.entries.count, 0));
	cr_expect(eq(sz, forwards.entry_count, 100));
	EXPECT_TEXT(forwards.entries_sha256, backwards.entries_sha256);
	cr_expect(ne(str, forwards.entries_sha256, fewer.entries_sha256));
	cr_expect(eq(sz, strlen(forwards.entries_sha256), 64));
	kbm_precondition_clear(&small);
	kbm_precondition_clear(&forwards);
	kbm_precondition_clear(&backwards);
	kbm_precondition_clear(&fewer);
}

Test(result, copies_reads_deeply)
{
	struct kbm_precondition read = answer_of(3, false);
	struct kbm_precondition copy = {0};
	int done = kbm_precondition_copy(&read, &copy);
	int same = kbm_precondition_same(&read, &copy);
	kbm_precondition_clear(&read);
	cr_expect(eq(int, done, 1));
	cr_expect(eq(int, same, 1));
	cr_assert(eq(sz, copy.entries.count, 3));
	EXPECT_TEXT(copy.entries.items[2].dn, "cn=2,o=A");
	kbm_precondition_clear(&copy);
}

Test(result, knows_its_words)
{
	for (int i = KBM_VERDICT_PASS; i <= KBM_VERDICT_FIXED; i++) {
		enum kbm_verdict verdict = KBM_VERDICT_PASS;
		int known = kbm_verdict_parse(kbm_verdict_name((enum kbm_verdict)i), &verdict);
		cr_expect(eq(int, known, 1));
		cr_expect(eq(int, (int)verdict, i));
	}
	enum kbm_verdict verdict = KBM_VERDICT_PASS;
	int known = kbm_verdict_parse("Pass", &verdict);
	cr_expect(eq(int, known, 0));
	enum kbm_severity severity = KBM_SEVERITY_INFO;
	known = kbm_severity_parse("critical", &severity);
	cr_expect(eq(int, known, 1));
	cr_expect(eq(int, (int)severity, KBM_SEVERITY_CRITICAL));
}

Test(result, sorts_parameters_and_lets_the_last_one_win)
{
	struct kbm_params params = {0};
	kbm_params_set(&params, "server", "A");
	kbm_params_set(&params, "depth", "site");
	kbm_params_set(&params, "server", "B");
	cr_assert(eq(sz, params.count, 2));
	EXPECT_TEXT(params.items[0].name, "depth");
	EXPECT_TEXT(params.items[1].value, "B");
	kbm_params_clear(&params);
}
