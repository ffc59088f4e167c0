/* Results, findings and changes in a line each: for the tests of plan/ and report/. */
#ifndef KBM_TESTS_PLAN_FIXTURE_H
#define KBM_TESTS_PLAN_FIXTURE_H

#include "base/limits.h"
#include "base/text.h"
#include "plan/plan.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHA256_OF_A_SCRIPT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SERVICES	   "\\Services\\MSExchangeIMC\\Parameters"
#define IMC_PATH	   "HKLM\\SYSTEM\\CurrentControlSet" SERVICES
#define IMC_PHYSICAL	   "ControlSet001" SERVICES

#define EXPECT_TEXT(actual, expected) cr_expect(eq(str, (char *)(actual), (char *)(expected)))
#define EXPECT_HAS(text, part)                                                 \
	do {                                                                   \
		int has = strstr((text), (part)) != NULL;                      \
		cr_expect(eq(int, has, 1), "'%s' lacks '%s'", (text), (part)); \
	} while (0)

static inline void expect_no_blank_at_line_ends(const char *text)
{
	int has = strstr(text, " \n") != NULL;
	cr_expect(eq(int, has, 0), "a line ends in a blank:\n%s", text);
}

static inline struct kbm_place place_of(enum kbm_place_kind kind, const char *path,
					const char *physical, const char *name)
{
	struct kbm_place place = {.kind = kind, .path = strdup(path)};
	if (physical != NULL) {
		place.hive = strdup("SYSTEM");
		place.physical = strdup(physical);
	}
	if (name != NULL) {
		place.name = strdup(name);
		place.name_length = strlen(name);
	}
	return place;
}

static inline struct kbm_place value_place(const char *name)
{
	return place_of(KBM_PLACE_VALUE, IMC_PATH, IMC_PHYSICAL, name);
}

/* REG_SZ with its NUL; NULL: absent. */
static inline void set_text(struct kbm_state *state, const char *text)
{
	struct kbm_bytes bytes;
	if (text == NULL)
		return;
	kbm_bytes_init(&bytes, KBM_MIB);
	kbm_text_to_utf16(text, strlen(text), &bytes);
	kbm_bytes_append_zeros(&bytes, 2);
	kbm_state_set_value(state, KBM_REG_SZ, bytes.data, bytes.length);
	kbm_bytes_clear(&bytes);
}

static inline struct kbm_change change_of(enum kbm_change_op op, const char *script)
{
	return (struct kbm_change){.op = op,
				   .script = strdup(script),
				   .finding = strdup("site"),
				   .why = strdup("the directory says so"),
				   .step = strdup("RESOLUTION 3")};
}

static inline void add_set(struct kbm_result *result, const char *script, const char *name,
			   const char *before, const char *after, enum kbm_risk risk)
{
	struct kbm_change change =
	    change_of(after == NULL ? KBM_DELETE_VALUE : KBM_SET_VALUE, script);
	change.place = value_place(name);
	change.risk = risk;
	set_text(&change.before, before);
	set_text(&change.after, after);
	kbm_result_add_change(result, &change);
}

static inline void add_key(struct kbm_result *result, const char *script, const char *physical,
			   bool deletes)
{
	struct kbm_change change = change_of(deletes ? KBM_DELETE_KEY : KBM_CREATE_KEY, script);
	change.place = place_of(KBM_PLACE_KEY, physical, physical, NULL);
	change.before.present = deletes;
	change.after.present = !deletes;
	kbm_result_add_change(result, &change);
}

static inline void add_modify(struct kbm_result *result, const char *script, const char *dn,
			      const char *attribute, const char *before, const char *after)
{
	struct kbm_change change = change_of(KBM_MODIFY_ENTRY, script);
	change.place = place_of(KBM_PLACE_ATTRIBUTE, dn, NULL, attribute);
	if (before != NULL)
		kbm_state_add_value(&change.before, before, strlen(before));
	if (after != NULL)
		kbm_state_add_value(&change.after, after, strlen(after));
	kbm_result_add_change(result, &change);
}

static inline void add_manual(struct kbm_result *result, const char *script, const char *text)
{
	struct kbm_change change = change_of(KBM_MANUAL, script);
	change.text = strdup(text);
	kbm_result_add_change(result, &change);
}

static inline void add_finding(struct kbm_result *result, const char *id, const char *message,
			       const char *found, const char *expected, bool has_changes)
{
	struct kbm_finding finding = {.id = strdup(id),
				      .message = strdup(message),
				      .place = value_place("SiteDN"),
				      .found = found == NULL ? NULL : strdup(found),
				      .expected = expected == NULL ? NULL : strdup(expected),
				      .because = strdup("the server's entry says so"),
				      .has_changes = has_changes};
	kbm_result_add_finding(result, &finding);
}

static inline void add_value_read(struct kbm_result *result, const char *name, const char *text)
{
	struct kbm_precondition read = {.kind = KBM_READ_VALUE, .place = value_place(name)};
	set_text(&read.state, text);
	kbm_result_add_read(result, &read);
}

static inline struct kbm_result result_of(const char *script, enum kbm_verdict verdict)
{
	return (struct kbm_result){.script = strdup(script),
				   .verdict = verdict,
				   .reason = strdup("as it was asked"),
				   .output = strdup("")};
}

static inline struct kbm_script_info script_of(const char *id)
{
	return (struct kbm_script_info){.id = strdup(id),
					.version = strdup("1.0.0"),
					.title = strdup("A title"),
					.severity = KBM_SEVERITY_HIGH};
}

/* Adds and asserts the outcome. */
static inline void add_to_plan(struct kbm_plan *plan, const char *id,
			       const struct kbm_result *result, enum kbm_code expected,
			       struct kbm_error *error)
{
	struct kbm_script_info script = script_of(id);
	enum kbm_code code = kbm_plan_add(plan, &script, SHA256_OF_A_SCRIPT, NULL, result, error);
	cr_expect(eq(int, (int)code, (int)expected), "%s", error->message);
	kbm_script_info_clear(&script);
}

#endif
