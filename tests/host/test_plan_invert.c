/* plan/plan_invert: each change comes back, in reverse order, as a valid plan. */
#include "plan_fixture.h"

#include "plan/plan_invert.h"
#include "plan/plan_json.h"
#include "source/secret_values.h"

static void add_attribute(struct kbm_result *result, const char *before, const char *after)
{
	struct kbm_change change = change_of(KBM_MODIFY_ENTRY, "Q1");
	change.place = place_of(KBM_PLACE_ATTRIBUTE, "cn=MTA,o=Contoso", NULL, "description");
	if (before != NULL)
		kbm_state_add_value(&change.before, before, strlen(before));
	if (after != NULL)
		kbm_state_add_value(&change.after, after, strlen(after));
	change.before.present = before != NULL;
	change.after.present = after != NULL;
	cr_assert(kbm_result_add_change(result, &change));
}

/* A plan with the result's changes, which it takes over. */
static struct kbm_plan plan_with(struct kbm_result *result)
{
	struct kbm_plan plan = {
	    .changes = result->changes, .change_count = result->change_count, .script_count = 1};
	plan.scripts = calloc(1, sizeof *plan.scripts);
	plan.scripts[0].id = strdup("Q1");
	plan.scripts[0].version = strdup("1.0.0");
	plan.scripts[0].sha256 = strdup(SHA256_OF_A_SCRIPT);
	plan.target.name = strdup("EXCH1");
	plan.target.control_set = strdup("ControlSet001");
	plan.target.control_set_source = strdup("Current");
	plan.prediction_reason = strdup("");
	result->changes = NULL;
	result->change_count = 0;
	kbm_result_clear(result);
	return plan;
}

Test(plan_invert, takes_each_change_back_in_reverse_order)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_plan twice = {0};
	struct kbm_result result = {0};
	add_set(&result, "Q1", "SiteDN", "/o=A", "/o=B", KBM_RISK_HIGH);
	add_set(&result, "Q1", "New", NULL, "x", KBM_RISK_LOW);
	add_set(&result, "Q1", "Old", "y", NULL, KBM_RISK_LOW);
	add_attribute(&result, "one", "two");
	struct kbm_plan plan = plan_with(&result);
	cr_assert(eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_OK),
		  "%s", error.message);
	static const enum kbm_change_op ops[] = {KBM_MODIFY_ENTRY, KBM_SET_VALUE, KBM_DELETE_VALUE,
						 KBM_SET_VALUE};
	cr_assert(eq(sz, inverse.change_count, 4));
	for (size_t i = 0; i < 4; i++) {
		const struct kbm_change *old = &plan.changes[3 - i];
		const struct kbm_change *new = &inverse.changes[i];
		cr_expect(eq(int, (int)new->op, (int)ops[i]), "change %zu", i);
		cr_expect(kbm_state_equal(&new->before, &old->after) &&
			  kbm_state_equal(&new->after, &old->before) &&
			  kbm_place_equal(&new->place, &old->place));
		cr_expect(eq(int, (int)new->risk, (int)old->risk));
	}
	cr_assert(
	    eq(int, kbm_plan_invert(&inverse, KBM_INVERSE_BY_CHANGES, &twice, &error), KBM_OK),
	    "%s", error.message);
	cr_assert(eq(sz, twice.change_count, 4));
	for (size_t i = 0; i < 4; i++)
		cr_expect(kbm_change_same(&twice.changes[i], &plan.changes[i]) &&
			      twice.changes[i].op == plan.changes[i].op,
			  "change %zu", i);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&inverse);
	kbm_plan_clear(&twice);
}

Test(plan_invert, leaves_keys_that_were_made_to_people)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_result result = {0};
	add_key(&result, "Q1", "ControlSet001\\Services\\New", false);
	add_set(&result, "Q1", "SiteDN", NULL, "/o=B", KBM_RISK_LOW);
	struct kbm_plan plan = plan_with(&result);
	cr_assert(eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_OK),
		  "%s", error.message);
	cr_assert(eq(sz, inverse.change_count, 2));
	cr_expect(eq(int, (int)inverse.changes[0].op, (int)KBM_DELETE_VALUE));
	cr_expect(eq(int, (int)inverse.changes[1].op, (int)KBM_MANUAL));
	EXPECT_HAS(inverse.changes[1].text,
		   "\\Services\\New, and those above it that were made for it, unless");
	kbm_plan_clear(&plan);
	kbm_plan_clear(&inverse);
}

/* What lies at and below a key that goes is left out; one that does not go stays, with its step. */
Test(plan_invert, deletes_the_keys_that_may_go)
{
	static const bool goes[][3] = {
	    {true, true, false}, {false, true, false}, {false, false, false}};
	static const size_t typed[] = {2, 2, 1};
	static const size_t steps[] = {0, 1, 2};
	for (size_t i = 0; i < 3; i++) {
		struct kbm_error error = {0};
		struct kbm_plan inverse = {0};
		struct kbm_result result = {0};
		add_key(&result, "Q1", "ControlSet001\\Services\\New", false);
		add_key(&result, "Q1", "ControlSet001\\Services\\New\\Deep", false);
		add_set(&result, "Q1", "SiteDN", NULL, "/o=B", KBM_RISK_LOW);
		struct kbm_plan plan = plan_with(&result);
		cr_assert(
		    eq(int, kbm_plan_invert_with_keys(&plan, goes[i], &inverse, &error), KBM_OK),
		    "%s", error.message);
		cr_expect(eq(sz, kbm_plan_count(&inverse, false), typed[i]), "row %zu", i);
		cr_expect(eq(sz, kbm_plan_count(&inverse, true), steps[i]), "row %zu", i);
		cr_expect(eq(int, (int)inverse.changes[0].op, (int)KBM_DELETE_VALUE));
		if (i < 2) {
			cr_expect(eq(int, (int)inverse.changes[1].op, (int)KBM_DELETE_KEY));
			bool is_deep = strstr(inverse.changes[1].place.physical, "Deep") != NULL;
			cr_expect(eq(int, is_deep, i == 1));
		}
		kbm_plan_clear(&plan);
		kbm_plan_clear(&inverse);
	}
}

/* A plan has a mask in the place of a secret, and a mask is no value. */
Test(plan_invert, leaves_a_secret_to_a_backup)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_result result = {0};
	add_set(&result, "Q1", "ImagePath", "C:\\K.exe " KBM_SECRET_MASK, "C:\\K.exe",
		KBM_RISK_LOW);
	free(result.changes[0].place.physical);
	result.changes[0].place.physical = strdup("ControlSet001\\Services\\MSExchangeKMS");
	struct kbm_plan plan = plan_with(&result);
	cr_expect(
	    eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_REFUSED));
	EXPECT_HAS(error.message, "change 1 replaced ImagePath of");
	EXPECT_HAS(error.message, "held a secret that is not in the plan");
	cr_expect(eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_BACKUP, &inverse, &error), KBM_OK));
	kbm_plan_clear(&plan);
	kbm_plan_clear(&inverse);
}

Test(plan_invert, refuses_what_only_a_backup_can_bring_back)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_result deleted = {0};
	add_key(&deleted, "Q1", "ControlSet001\\Services\\Gone", true);
	struct kbm_plan plan = plan_with(&deleted);
	cr_expect(
	    eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_REFUSED));
	EXPECT_HAS(error.message, "change 1 deleted the key");
	kbm_plan_clear(&plan);
	struct kbm_result made = {0};
	add_key(&made, "Q1", "ControlSet001\\Services\\New", false);
	plan = plan_with(&made);
	cr_expect(
	    eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_REFUSED));
	EXPECT_HAS(error.message, "nothing in the plan");
	kbm_plan_clear(&plan);
}

Test(plan_invert, tells_what_a_backup_brings_back)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_result result = {0};
	add_key(&result, "Q1", "ControlSet001" SERVICES, false);
	add_set(&result, "Q1", "SiteDN", NULL, "/o=B", KBM_RISK_LOW); /* goes with its key */
	add_key(&result, "Q1", "ControlSet001" SERVICES "\\Sub", false);
	add_key(&result, "Q1", "ControlSet001\\Services\\MSExchangeIMC\\Parameters2", false);
	add_key(&result, "Q1", "ControlSet001\\Services\\Gone", true);
	struct kbm_plan plan = plan_with(&result);
	cr_assert(eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_BACKUP, &inverse, &error), KBM_OK),
		  "%s", error.message);
	static const struct {
		enum kbm_change_op op;
		const char *physical;
	} rows[] = {
	    {KBM_CREATE_KEY, "ControlSet001\\Services\\Gone"},
	    {KBM_DELETE_KEY, "ControlSet001\\Services\\MSExchangeIMC\\Parameters2"},
	    {KBM_DELETE_KEY, "ControlSet001" SERVICES},
	};
	cr_assert(eq(sz, inverse.change_count, 3));
	for (size_t i = 0; i < 3; i++) {
		cr_expect(eq(int, (int)inverse.changes[i].op, (int)rows[i].op), "row %zu", i);
		EXPECT_TEXT(inverse.changes[i].place.physical, rows[i].physical);
	}
	kbm_plan_clear(&plan);
	kbm_plan_clear(&inverse);
}

Test(plan_invert, survives_its_file)
{
	struct kbm_error error = {0};
	struct kbm_plan inverse = {0};
	struct kbm_plan read = {0};
	struct kbm_bytes json;
	struct kbm_result result = {0};
	kbm_bytes_init(&json, KBM_MIB);
	add_set(&result, "Q1", "SiteDN", "/o=A", "/o=B", KBM_RISK_LOW);
	add_attribute(&result, NULL, "two");
	struct kbm_plan plan = plan_with(&result);
	cr_assert(eq(int, kbm_plan_invert(&plan, KBM_INVERSE_BY_CHANGES, &inverse, &error), KBM_OK),
		  "%s", error.message);
	cr_assert(eq(int, kbm_plan_to_json(&inverse, &json, &error), KBM_OK), "%s", error.message);
	cr_assert(
	    eq(int, kbm_plan_from_json(kbm_bytes_text(&json), json.length, &read, &error), KBM_OK),
	    "%s", error.message);
	cr_assert(eq(sz, read.change_count, 2));
	for (size_t i = 0; i < 2; i++)
		cr_expect(kbm_change_same(&read.changes[i], &inverse.changes[i]));
	kbm_bytes_clear(&json);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&inverse);
	kbm_plan_clear(&read);
}
