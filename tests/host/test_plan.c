/* plan/plan: merging, contradictions, validation and the prediction. */
#include "plan_fixture.h"

/* --- gathering ------------------------------------------------------------------------------- */

Test(plan, puts_typed_changes_before_manual_steps_in_order)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result first = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result second = result_of("Q2", KBM_VERDICT_FAIL);
	add_manual(&first, "Q1", "start the service");
	add_set(&first, "Q1", "A", "1", "2", KBM_RISK_LOW);
	add_set(&second, "Q2", "B", "1", "2", KBM_RISK_LOW);
	add_manual(&second, "Q2", "reboot");
	add_to_plan(&plan, "Q1", &first, KBM_OK, &error);
	add_to_plan(&plan, "Q2", &second, KBM_OK, &error);
	cr_assert(eq(sz, plan.change_count, 4));
	EXPECT_TEXT(plan.changes[0].place.name, "A");
	EXPECT_TEXT(plan.changes[1].place.name, "B");
	EXPECT_TEXT(plan.changes[2].text, "start the service");
	EXPECT_TEXT(plan.changes[3].text, "reboot");
	cr_expect(eq(sz, kbm_plan_count(&plan, false), 2));
	cr_expect(eq(sz, kbm_plan_count(&plan, true), 2));
	cr_expect(eq(sz, plan.script_count, 2));
	kbm_result_clear(&first);
	kbm_result_clear(&second);
	kbm_plan_clear(&plan);
}

Test(plan, merges_equal_changes_and_keeps_the_higher_risk)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result first = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result second = result_of("Q2", KBM_VERDICT_FAIL);
	add_set(&first, "Q1", "SiteDN", "1", "2", KBM_RISK_LOW);
	add_set(&first, "Q1", "SITEDN", "1", "2", KBM_RISK_LOW);
	add_manual(&first, "Q1", "start");
	add_set(&second, "Q2", "sitedn", "1", "2", KBM_RISK_HIGH);
	add_manual(&second, "Q2", "start");
	add_to_plan(&plan, "Q1", &first, KBM_OK, &error);
	cr_expect(eq(int, (int)kbm_plan_risk(&plan), KBM_RISK_LOW));
	add_to_plan(&plan, "Q2", &second, KBM_OK, &error);
	cr_assert(eq(sz, plan.change_count, 2));
	EXPECT_TEXT(plan.changes[0].place.name, "SiteDN");
	EXPECT_TEXT(plan.changes[0].script, "Q1");
	cr_expect(eq(int, (int)kbm_plan_risk(&plan), KBM_RISK_HIGH));
	kbm_result_clear(&first);
	kbm_result_clear(&second);
	kbm_plan_clear(&plan);
}

Test(plan, leaves_out_what_is_right_already)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_set(&result, "Q1", "A", "same", "same", KBM_RISK_LOW);
	add_set(&result, "Q1", "B", "old", "new", KBM_RISK_LOW);
	add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
	cr_assert(eq(sz, plan.change_count, 1));
	EXPECT_TEXT(plan.changes[0].place.name, "B");
	kbm_result_clear(&result);
	kbm_plan_clear(&plan);
}

/* Every other one; `context` is where the first one stands. */
static bool is_odd(const void *context, const struct kbm_change *change)
{
	const struct kbm_change *first = context;
	return (change - first) % 2 != 0;
}

Test(plan, keeps_the_changes_that_are_meant)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	static const char *const names[] = {"A", "B", "C", "D", "E"};
	for (size_t i = 0; i < 5; i++)
		add_set(&result, "Q1", names[i], "1", "2", KBM_RISK_LOW);
	add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
	kbm_plan_keep(&plan, is_odd, plan.changes);
	cr_assert(eq(sz, plan.change_count, 2));
	EXPECT_TEXT(plan.changes[0].place.name, "B");
	EXPECT_TEXT(plan.changes[1].place.name, "D");
	kbm_result_clear(&result);
	kbm_plan_clear(&plan);
}

Test(plan, refuses_contradictions_and_stays_as_it_was)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result first = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result second = result_of("Q2", KBM_VERDICT_FAIL);
	add_set(&first, "Q1", "SiteDN", "1", "2", KBM_RISK_LOW);
	add_value_read(&first, "SiteDN", "1");
	add_set(&second, "Q2", "sitedn", "1", "3", KBM_RISK_LOW);
	add_to_plan(&plan, "Q1", &first, KBM_OK, &error);
	add_to_plan(&plan, "Q2", &second, KBM_REFUSED, &error);
	EXPECT_HAS(error.message, "Q1");
	EXPECT_HAS(error.message, "Q2");
	EXPECT_HAS(error.message, IMC_PATH "\\sitedn");
	cr_expect(eq(sz, plan.change_count, 1));
	cr_expect(eq(sz, plan.script_count, 1));
	cr_expect(eq(sz, plan.precondition_count, 1));
	kbm_result_clear(&first);
	kbm_result_clear(&second);
	kbm_plan_clear(&plan);
}

/* What Q2 wants beside a Q1 that deletes the key A\B. */
static void beside_deleted_key(const char *physical, bool of_value, enum kbm_code expected)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result first = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result second = result_of("Q2", KBM_VERDICT_FAIL);
	add_key(&first, "Q1", "A\\B", true);
	if (of_value) {
		add_set(&second, "Q2", "x", "1", "2", KBM_RISK_LOW);
		free(second.changes[0].place.physical);
		second.changes[0].place.physical = strdup(physical);
	} else {
		add_key(&second, "Q2", physical, false);
	}
	add_to_plan(&plan, "Q1", &first, KBM_OK, &error);
	add_to_plan(&plan, "Q2", &second, expected, &error);
	kbm_result_clear(&first);
	kbm_result_clear(&second);
	kbm_plan_clear(&plan);
}

Test(plan, lets_nothing_happen_inside_a_deleted_key)
{
	beside_deleted_key("a\\b", true, KBM_REFUSED);
	beside_deleted_key("A\\b\\C\\D", true, KBM_REFUSED);
	beside_deleted_key("A\\B", false, KBM_REFUSED);
	beside_deleted_key("A\\B\\C", false, KBM_REFUSED);
	beside_deleted_key("A\\BC", true, KBM_OK);
	beside_deleted_key("A\\B!", false, KBM_OK);
	beside_deleted_key("A", true, KBM_OK);
	beside_deleted_key("A\\\xc3\xa4", false, KBM_OK);
}

Test(plan, refuses_two_scripts_that_read_different_things)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result first = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_result second = result_of("Q2", KBM_VERDICT_FAIL);
	add_value_read(&first, "SiteDN", "1");
	add_value_read(&second, "SiteDN", "2");
	add_to_plan(&plan, "Q1", &first, KBM_OK, &error);
	add_to_plan(&plan, "Q2", &second, KBM_REFUSED, &error);
	EXPECT_HAS(error.message, "changed meanwhile");
	kbm_result_clear(&first);
	kbm_result_clear(&second);
	kbm_plan_clear(&plan);
}

Test(plan, takes_only_results_that_failed)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_ERROR);
	add_set(&result, "Q1", "A", "1", "2", KBM_RISK_LOW);
	add_to_plan(&plan, "Q1", &result, KBM_USAGE, &error);
	cr_expect(eq(sz, plan.script_count, 0));
	kbm_result_clear(&result);
}

/* --- validation ------------------------------------------------------------------------------ */

/* A sound plan of one of each operation. */
static struct kbm_plan sound_plan(void)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_set(&result, "Q1", "A", "1", "2", KBM_RISK_LOW);
	add_set(&result, "Q1", "B", "1", NULL, KBM_RISK_LOW);
	add_key(&result, "Q1", "New\\Key", false);
	add_key(&result, "Q1", "Old\\Key", true);
	add_modify(&result, "Q1", "cn=A,o=B", "displayName", "x", "y");
	add_manual(&result, "Q1", "start");
	add_value_read(&result, "A", "1");
	add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
	kbm_result_clear(&result);
	return plan;
}

static void expect_invalid(struct kbm_plan *plan, const char *part)
{
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_validate(plan, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID), "expected: %s", part);
	EXPECT_HAS(error.message, part);
}

Test(plan, accepts_a_sound_plan)
{
	struct kbm_plan plan = sound_plan();
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_validate(&plan, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	kbm_plan_clear(&plan);
}

Test(plan, refuses_operations_that_do_not_fit_their_states)
{
	struct kbm_plan plan = sound_plan();
	plan.changes[0].op = KBM_CREATE_KEY;
	expect_invalid(&plan, "change 1: its place does not fit its op");
	plan.changes[0].op = KBM_DELETE_VALUE;
	expect_invalid(&plan, "change 1: what shall be after does not fit");
	plan.changes[0].op = KBM_SET_VALUE;
	plan.changes[2].before.present = true;
	expect_invalid(&plan, "change 3: what was before does not fit");
	plan.changes[2].before.present = false;
	kbm_state_clear(&plan.changes[1].before);
	expect_invalid(&plan, "change 2: what was before");
	kbm_plan_clear(&plan);
}

Test(plan, refuses_places_that_are_none)
{
	struct kbm_plan plan = sound_plan();
	char *physical = plan.changes[0].place.physical;
	static const char *const wrong[] = {"\\A", "A\\", "A\\\\B"};
	for (size_t i = 0; i < 3; i++) {
		plan.changes[0].place.physical = (char *)wrong[i];
		expect_invalid(&plan, "where.physical");
	}
	char *longer = malloc(257);
	memset(longer, 'x', 256);
	longer[256] = '\0';
	plan.changes[0].place.physical = longer;
	expect_invalid(&plan, "where.physical");
	longer[255] = '\0';
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_validate(&plan, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	free(longer);
	plan.changes[0].place.physical = physical;
	char *hive = plan.changes[0].place.hive;
	static const char *const no_hives[] = {"", "\\SYSTEM", "SYSTEM\\", "HKU\\\\x"};
	for (size_t i = 0; i < 4; i++) {
		plan.changes[0].place.hive = (char *)no_hives[i];
		expect_invalid(&plan, "where.hive");
	}
	plan.changes[0].place.hive = hive;
	free(plan.changes[4].place.path);
	plan.changes[4].place.path = strdup("no name");
	expect_invalid(&plan, "change 5: where.dn");
	kbm_plan_clear(&plan);
}

Test(plan, refuses_a_roots_deletion_and_repetitions)
{
	struct kbm_plan plan = sound_plan();
	plan.changes[3].place.physical[0] = '\0';
	expect_invalid(&plan, "root");
	strcpy(plan.changes[3].place.physical, "Old");
	free(plan.changes[1].place.name);
	plan.changes[1].place.name = strdup("a");
	expect_invalid(&plan, "contradict");
	kbm_plan_clear(&plan);
}

Test(plan, refuses_no_change_no_script_and_long_values)
{
	struct kbm_plan plan = sound_plan();
	struct kbm_error error = {0};
	plan.changes[0].after.values[0].data[0] = '1';
	expect_invalid(&plan, "change 1: it changes nothing");
	plan.changes[0].after.values[0].data[0] = '2';
	plan.changes[5].script[1] = '9';
	expect_invalid(&plan, "change 6: its script");
	plan.changes[5].script[1] = '1';
	plan.scripts[0].sha256[3] = 'X';
	expect_invalid(&plan, "sha256");
	plan.scripts[0].sha256[3] = 'a';
	uint8_t *large = calloc(1, KBM_PLAN_MAX_VALUE_BYTES + 1);
	kbm_state_set_value(&plan.changes[0].after, KBM_REG_BINARY, large,
			    KBM_PLAN_MAX_VALUE_BYTES);
	enum kbm_code code = kbm_plan_validate(&plan, &error);
	cr_expect(eq(int, (int)code, KBM_OK));
	kbm_state_set_value(&plan.changes[0].after, KBM_REG_BINARY, large,
			    KBM_PLAN_MAX_VALUE_BYTES + 1);
	code = kbm_plan_validate(&plan, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT));
	free(large);
	kbm_plan_clear(&plan);
}

/* The worst that a plan file can hold must not take quadratic time in long names. */
Test(plan, finds_contradictions_among_many_long_names_quickly, .timeout = 20)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	char *dn = malloc(30000);
	for (size_t i = 0; i < KBM_PLAN_MAX_CHANGES; i++) {
		int start = snprintf(dn, 30000, "cn=%zu", i);
		memset(dn + start, 'x', 20000);
		strcpy(dn + start + 20000, ",o=A");
		add_modify(&result, "Q1", dn, "displayName", "x", "y");
	}
	add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
	cr_expect(eq(sz, plan.change_count, KBM_PLAN_MAX_CHANGES));
	free(dn);
	kbm_result_clear(&result);
	kbm_plan_clear(&plan);
}

/* --- the prediction -------------------------------------------------------------------------- */

struct judged {
	struct kbm_plan plan;
	struct kbm_result before;
	struct kbm_result after;
};

/* A plan for one finding with a change and one that a person must end. */
static struct judged judge_case(enum kbm_verdict after)
{
	struct judged judged = {.before = result_of("Q1", KBM_VERDICT_FAIL),
				.after = result_of("Q1", after)};
	struct kbm_error error = {0};
	add_finding(&judged.before, "site", "SiteDN differs", "a", "b", true);
	add_finding(&judged.before, "reinstalled", "Exchange was reinstalled", NULL, NULL, false);
	add_set(&judged.before, "Q1", "SiteDN", "a", "b", KBM_RISK_LOW);
	add_to_plan(&judged.plan, "Q1", &judged.before, KBM_OK, &error);
	return judged;
}

static void expect_judgement(struct judged *judged, enum kbm_prediction prediction,
			     const char *reason, size_t remain)
{
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_judge(&judged->plan, &judged->before, &judged->after, &error);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(eq(int, (int)judged->plan.prediction, (int)prediction), "%s",
		  judged->plan.prediction_reason);
	if (reason == NULL)
		EXPECT_TEXT(judged->plan.prediction_reason, "");
	else
		EXPECT_HAS(judged->plan.prediction_reason, reason);
	cr_expect(eq(sz, judged->plan.remain.count, remain));
	kbm_plan_clear(&judged->plan);
	kbm_result_clear(&judged->before);
	kbm_result_clear(&judged->after);
}

Test(plan, predicts_pass_when_the_check_passes)
{
	struct judged judged = judge_case(KBM_VERDICT_PASS);
	expect_judgement(&judged, KBM_PREDICTION_PASS, NULL, 1);
}

Test(plan, lists_what_only_a_person_can_end)
{
	struct judged judged = judge_case(KBM_VERDICT_PASS); /* which does not see it any more */
	struct kbm_error error = {0};
	cr_assert(
	    eq(int, (int)kbm_plan_judge(&judged.plan, &judged.before, &judged.after, &error), 0));
	cr_assert(eq(sz, judged.plan.remain.count, 1));
	EXPECT_TEXT(judged.plan.remain.items[0], "Exchange was reinstalled");
	expect_judgement(&judged, KBM_PREDICTION_PASS, NULL, 1);
	judged = judge_case(KBM_VERDICT_FAIL); /* which does: listed once all the same */
	add_finding(&judged.after, "reinstalled", "Exchange was reinstalled", NULL, NULL, false);
	expect_judgement(&judged, KBM_PREDICTION_PASS, NULL, 1);
}

Test(plan, predicts_failure_when_a_finding_is_still_there)
{
	struct judged judged = judge_case(KBM_VERDICT_FAIL);
	add_finding(&judged.after, "site", "SiteDN differs", "b", "c", false);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "'site' is still there", 1);
}

Test(plan, predicts_failure_when_a_finding_is_new)
{
	struct judged judged = judge_case(KBM_VERDICT_FAIL);
	add_finding(&judged.after, "reinstalled", "Exchange was reinstalled", NULL, NULL, false);
	add_finding(&judged.after, "depth", "too deep", NULL, NULL, false);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "'depth' is new: too deep", 1);
}

Test(plan, takes_the_same_id_elsewhere_for_a_new_finding)
{
	struct judged judged = judge_case(KBM_VERDICT_FAIL);
	add_finding(&judged.after, "site", "SiteDN differs", "b", "c", false);
	free(judged.after.findings[0].place.name);
	judged.after.findings[0].place.name = strdup("Other!");
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "'site' is new", 1);
}

Test(plan, is_not_fooled_by_other_verdicts)
{
	struct judged judged = judge_case(KBM_VERDICT_NOTAPPLICABLE);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "not applicable", 1);
	judged = judge_case(KBM_VERDICT_ERROR);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "error", 1);
	judged = judge_case(KBM_VERDICT_UNKNOWN);
	expect_judgement(&judged, KBM_PREDICTION_UNKNOWN, "as it was asked", 1);
	judged = judge_case(KBM_VERDICT_FIXED);
	expect_judgement(&judged, KBM_PREDICTION_UNKNOWN, "fixed", 1);
	judged = judge_case(KBM_VERDICT_FAIL); /* without a finding */
	expect_judgement(&judged, KBM_PREDICTION_UNKNOWN, "without a finding", 1);
	judged = judge_case(KBM_VERDICT_PASS); /* with one */
	add_finding(&judged.after, "depth", "too deep", NULL, NULL, false);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "is new", 1);
}

Test(plan, predicts_nothing_for_manual_steps)
{
	struct judged judged = {.before = result_of("Q1", KBM_VERDICT_FAIL),
				.after = result_of("Q1", KBM_VERDICT_FAIL)};
	struct kbm_error error = {0};
	add_finding(&judged.before, "a", "b", NULL, NULL, false);
	add_finding(&judged.after, "a", "b", NULL, NULL, false);
	add_manual(&judged.before, "Q1", "start");
	add_to_plan(&judged.plan, "Q1", &judged.before, KBM_OK, &error);
	expect_judgement(&judged, KBM_PREDICTION_NONE, NULL, 1);
}

Test(plan, names_several_reasons)
{
	struct judged judged = judge_case(KBM_VERDICT_FAIL);
	for (int i = 0; i < 1000; i++)
		add_finding(&judged.after, "depth", "a message that is long enough to fill much",
			    NULL, NULL, false);
	expect_judgement(&judged, KBM_PREDICTION_FAIL, "; finding 'depth' is new", 1);
}
