/* plan/plan_secrets: secrets in changes, reads and findings are found and masked, nothing else is.
 */
#include "plan_fixture.h"

#include "plan/plan_secrets.h"

#define ENTRY "cn=MTA,o=Contoso"

static void set_blob(struct kbm_state *state, const char *text)
{
	cr_assert(kbm_state_add_value(state, text, strlen(text)));
}

static void add_attribute_change(struct kbm_result *result, const char *attribute,
				 const char *before, const char *after)
{
	struct kbm_change change = change_of(KBM_MODIFY_ENTRY, "Q1");
	change.place = place_of(KBM_PLACE_ATTRIBUTE, ENTRY, NULL, attribute);
	if (before != NULL)
		set_blob(&change.before, before);
	if (after != NULL)
		set_blob(&change.after, after);
	cr_assert(kbm_result_add_change(result, &change));
}

/* A search for the entry, which has one attribute of one value, or of none. */
static void add_search(struct kbm_result *result, const char *attribute, const char *value)
{
	struct kbm_state values = {0};
	if (value != NULL)
		set_blob(&values, value);
	struct kbm_precondition read = {
	    .kind = KBM_READ_SEARCH, .base = strdup(ENTRY), .base_exists = true};
	read.entries.items = calloc(1, sizeof *read.entries.items);
	read.entries.count = 1;
	read.entries.items[0].dn = strdup(ENTRY);
	read.entries.items[0].attributes = calloc(1, sizeof(struct kbm_attribute));
	read.entries.items[0].attribute_count = 1;
	read.entries.items[0].attributes[0] = (struct kbm_attribute){
	    .name = strdup(attribute), .values = values.values, .value_count = values.value_count};
	cr_assert(kbm_result_add_read(result, &read));
}

static enum kbm_code refuse(const struct kbm_result *result, struct kbm_error *error)
{
	const struct kbm_plan plan = {.changes = result->changes,
				      .change_count = result->change_count,
				      .preconditions = result->reads,
				      .precondition_count = result->read_count};
	return kbm_plan_refuse_secrets(&plan, error);
}

Test(plan_secrets, are_found_before_and_after_a_change)
{
	static const char *const states[][2] = {{"hunter2", NULL}, {NULL, "s3cret"}, {"a", "b"}};
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		struct kbm_error error = {0};
		struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
		add_attribute_change(&result, "description", "old", "new");
		cr_expect(eq(int, refuse(&result, &error), KBM_OK));
		add_attribute_change(&result, "UserPassword;x-a", states[i][0], states[i][1]);
		cr_expect(eq(int, refuse(&result, &error), KBM_REFUSED));
		EXPECT_HAS(error.message, "UserPassword;x-a of " ENTRY);
		kbm_result_clear(&result);
	}
}

Test(plan_secrets, are_found_in_what_a_plan_rests_on)
{
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_search(&result, "description", "hunter2");
	add_search(&result, "MTA-Local-Cred", NULL);
	cr_expect(eq(int, refuse(&result, &error), KBM_OK));
	kbm_result_clear(&result);
	result = result_of("Q1", KBM_VERDICT_FAIL);
	add_search(&result, "MTA-Local-Cred", "hunter2");
	cr_expect(eq(int, refuse(&result, &error), KBM_REFUSED));
	EXPECT_HAS(error.message, "MTA-Local-Cred of " ENTRY);
	kbm_result_clear(&result);
}

/* Who compares a secret says what it is. */
Test(plan_secrets, are_found_and_masked_in_filters)
{
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_search(&result, "description", "x");
	result.reads[0].filter = strdup("(&(cn=*)(!(2.5.4.35=hunter2)))");
	cr_expect(eq(int, refuse(&result, &error), KBM_REFUSED));
	EXPECT_HAS(error.message, "the plan rests on 2.5.4.35 of " ENTRY);
	cr_assert(eq(int, kbm_result_mask_secrets(&result, &error), KBM_OK));
	EXPECT_TEXT(result.reads[0].filter, "(a secret; --include-secrets shows it)");
	cr_expect(eq(int, refuse(&result, &error), KBM_OK));
	kbm_result_clear(&result);
}

/* Whatever was said with a secret in it, is said without. */
Test(plan_secrets, are_masked_in_words)
{
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_attribute_change(&result, "userPassword", "old one", "s3cret");
	free(result.reason);
	free(result.output);
	free(result.changes[0].why);
	result.reason = strdup("it was old one");
	result.output = strdup("s3cret, and s3cret");
	result.changes[0].why = strdup("s3cre is shorter");
	cr_assert(eq(int, kbm_result_mask_secrets(&result, &error), KBM_OK));
	EXPECT_TEXT(result.reason, "it was (a secret; --include-secrets shows it)");
	EXPECT_TEXT(result.output, "(a secret; --include-secrets shows it), and "
				   "(a secret; --include-secrets shows it)");
	EXPECT_TEXT(result.changes[0].why, "s3cre is shorter");
	kbm_result_clear(&result);
}

static void expect_masked(const struct kbm_blob *values, size_t count)
{
	cr_assert(eq(sz, count, 1));
	EXPECT_TEXT((const char *)values[0].data, "(a secret; --include-secrets shows it)");
}

Test(plan_secrets, are_masked_with_their_number)
{
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_attribute_change(&result, "description", "old", "new");
	add_attribute_change(&result, "userPassword", NULL, "s3cret");
	set_blob(&result.changes[1].after, "another");
	add_search(&result, "userPassword", "hunter2");
	cr_assert(eq(int, kbm_result_mask_secrets(&result, &error), KBM_OK));
	EXPECT_TEXT((char *)result.changes[0].before.values[0].data, "old");
	EXPECT_TEXT((char *)result.changes[0].after.values[0].data, "new");
	bool is_present = result.changes[1].before.present;
	cr_expect(not(is_present));
	expect_masked(result.changes[1].after.values, result.changes[1].after.value_count);
	const struct kbm_attribute *read = result.reads[0].entries.items[0].attributes;
	expect_masked(read->values, read->value_count);
	kbm_result_clear(&result);
}

Test(plan_secrets, are_masked_in_observations)
{
	struct kbm_result result = {.reason = strdup("r"), .output = strdup("")};
	for (size_t i = 0; i < 2; i++) {
		struct kbm_observation row = {
		    .what = strdup("w"),
		    .place = {.kind = KBM_PLACE_ATTRIBUTE,
			      .path = strdup("o=x"),
			      .name = strdup(i == 0 ? "userPassword" : "cn")},
		    .expected = strdup("s3cret"),
		    .difference = strdup("s3cret")};
		cr_assert(kbm_result_add_observation(&result, &row));
	}
	cr_assert(eq(int, (int)kbm_result_mask_secrets(&result, NULL), KBM_OK));
	EXPECT_TEXT(result.observations[0].expected, "(a secret; --include-secrets shows it)");
	EXPECT_TEXT(result.observations[0].difference, "(a secret; --include-secrets shows it)");
	bool is_said = result.observations[0].found != NULL;
	cr_expect(not(is_said));
	EXPECT_TEXT(result.observations[1].expected, "s3cret");
	kbm_result_clear(&result);
}

Test(plan_secrets, are_masked_in_findings)
{
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	static const char *const attributes[] = {"userPassword", "description"};
	for (size_t i = 0; i < 2; i++) {
		struct kbm_finding finding = {
		    .id = strdup("weak"),
		    .message = strdup("it is weak"),
		    .because = strdup("all are"),
		    .place = place_of(KBM_PLACE_ATTRIBUTE, ENTRY, NULL, attributes[i]),
		    .expected = strdup("s3cret")};
		cr_assert(kbm_result_add_finding(&result, &finding));
	}
	cr_assert(eq(int, kbm_result_mask_secrets(&result, &error), KBM_OK));
	EXPECT_TEXT(result.findings[0].expected, "(a secret; --include-secrets shows it)");
	bool is_said = result.findings[0].found != NULL;
	cr_expect(not(is_said));
	EXPECT_TEXT(result.findings[1].expected, "s3cret");
	kbm_result_clear(&result);
}
