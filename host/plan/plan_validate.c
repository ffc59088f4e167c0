/* Whether a plan makes sense by itself: plans come from files, and files from anybody. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "plan/conflict.h"
#include "source/dn.h"
#include "source/ldap_uri.h"

/* What is being looked at, for messages: "change 3". */
struct subject {
	const char *what;
	size_t number; /* from 1 */
	struct kbm_error *error;
};

static enum kbm_code invalid(const struct subject *subject, const char *why)
{
	return kbm_fail(subject->error, KBM_INVALID, "%s %zu: %s", subject->what, subject->number,
			why);
}

static bool is_text(const char *text, size_t maximum)
{
	return text != NULL && strlen(text) <= maximum;
}

static bool is_word(const char *text)
{
	return is_text(text, KBM_TEXT_MAX_BYTES) && text[0] != '\0';
}

static bool is_sha256(const char *text)
{
	return text != NULL && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* UTF-16 units of a WTF-8 text; SIZE_MAX for none. */
static size_t count_units(const char *text, size_t length)
{
	size_t units = 0;
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t code = kbm_text_next(text + at, length - at, &size);
		if (code == UINT32_MAX)
			return SIZE_MAX;
		units += code > UINT16_MAX ? 2 : 1;
	}
	return units;
}

/* Components of 1 to 255 units, not deeper than Windows allows; "" is a hive's root. */
static bool is_key_path(const char *path)
{
	size_t depth = 0;
	if (!is_text(path, KBM_PATH_MAX_BYTES))
		return false;
	if (path[0] == '\0')
		return true;
	for (const char *at = path;; depth++) {
		size_t length = strcspn(at, "\\");
		if (length == 0 || depth >= KBM_HIVE_MAX_DEPTH ||
		    count_units(at, length) > KBM_HIVE_MAX_KEY_UNITS)
			return false;
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
}

static enum kbm_code check_registry_place(const struct kbm_place *place,
					  const struct subject *subject)
{
	if (!is_word(place->hive) || !is_key_path(place->hive))
		return invalid(subject, "where.hive names no hive");
	if (!is_key_path(place->physical))
		return invalid(subject, "where.physical is no path of keys");
	if (!is_text(place->path, KBM_PATH_MAX_BYTES) || place->path[0] == '\0')
		return invalid(subject, "where.path is missing or too long");
	if (place->kind == KBM_PLACE_KEY)
		return place->name == NULL ? KBM_OK : invalid(subject, "a key has no value name");
	if (place->name == NULL ||
	    count_units(place->name, place->name_length) > KBM_HIVE_MAX_NAME_UNITS)
		return invalid(subject, "where.name is no value name");
	return KBM_OK;
}

static enum kbm_code check_directory_place(const struct kbm_place *place,
					   const struct subject *subject)
{
	struct kbm_dn *dn = NULL;
	if (!is_text(place->path, KBM_DN_MAX_BYTES) || place->path[0] == '\0' ||
	    kbm_dn_parse(place->path, strlen(place->path), KBM_DN_LDAP, &dn, NULL) != KBM_OK)
		return invalid(subject, "where.dn is no distinguished name");
	kbm_dn_free(dn);
	if (place->kind == KBM_PLACE_ENTRY)
		return KBM_OK;
	/* An attribute description (RFC 4512 section 2.5) */
	size_t length = place->name == NULL ? 0 : place->name_length;
	if (length == 0 || length != strlen(place->name) ||
	    strspn(place->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				"-.;_") != length)
		return invalid(subject, "where.attribute is no attribute name");
	return KBM_OK;
}

static enum kbm_code check_place(const struct kbm_place *place, const struct subject *subject)
{
	switch (place->kind) {
	case KBM_PLACE_NONE:
		return KBM_OK;
	case KBM_PLACE_VALUE:
	case KBM_PLACE_KEY:
		return check_registry_place(place, subject);
	case KBM_PLACE_ENTRY:
	case KBM_PLACE_ATTRIBUTE:
		return check_directory_place(place, subject);
	}
	return invalid(subject, "where is of no known kind");
}

/* A state must have the shape that its place asks for. */
static enum kbm_code check_state(enum kbm_place_kind kind, const struct kbm_state *state,
				 size_t most_bytes, const struct subject *subject)
{
	for (size_t i = 0; i < state->value_count; i++)
		if (state->values[i].length > most_bytes)
			return kbm_fail(subject->error, KBM_LIMIT,
					"%s %zu: a value of %zu bytes, at most %zu", subject->what,
					subject->number, state->values[i].length, most_bytes);
	bool fits = false;
	switch (kind) {
	case KBM_PLACE_VALUE:
		fits = state->value_count == (state->present ? 1U : 0U);
		break;
	case KBM_PLACE_KEY:
	case KBM_PLACE_ENTRY:
		fits = state->value_count == 0 && state->type == 0;
		break;
	case KBM_PLACE_ATTRIBUTE:
		fits = state->present == (state->value_count > 0) && state->type == 0;
		break;
	case KBM_PLACE_NONE:
		fits = !state->present && state->value_count == 0;
		break;
	}
	return fits ? KBM_OK : invalid(subject, "a state does not fit its place");
}

/* The place that an operation needs, and whether something is there before and after. */
static const struct {
	enum kbm_place_kind kind;
	bool may_be_before, may_be_absent_before;
	bool may_be_after, may_be_absent_after;
} rules[] = {
    [KBM_SET_VALUE] = {KBM_PLACE_VALUE, true, true, true, false},
    [KBM_DELETE_VALUE] = {KBM_PLACE_VALUE, true, false, false, true},
    [KBM_CREATE_KEY] = {KBM_PLACE_KEY, false, true, true, false},
    [KBM_DELETE_KEY] = {KBM_PLACE_KEY, true, false, false, true},
    [KBM_MODIFY_ENTRY] = {KBM_PLACE_ATTRIBUTE, true, true, true, true},
    [KBM_MANUAL] = {KBM_PLACE_NONE, false, true, false, true},
};

static enum kbm_code check_operation(const struct kbm_change *change, const struct subject *subject)
{
	if ((size_t)change->op >= sizeof rules / sizeof rules[0])
		return invalid(subject, "its op is unknown");
	if (change->place.kind != rules[change->op].kind)
		return invalid(subject, "its place does not fit its op");
	if (change->before.present ? !rules[change->op].may_be_before
				   : !rules[change->op].may_be_absent_before)
		return invalid(subject, "what was before does not fit its op");
	if (change->after.present ? !rules[change->op].may_be_after
				  : !rules[change->op].may_be_absent_after)
		return invalid(subject, "what shall be after does not fit its op");
	if (change->op == KBM_DELETE_KEY && change->place.physical[0] == '\0')
		return invalid(subject, "a hive's root cannot be deleted");
	if (change->op == KBM_MANUAL)
		return is_word(change->text) ? KBM_OK : invalid(subject, "it has no text");
	if (change->text != NULL)
		return invalid(subject, "only a manual step has a text");
	if (kbm_state_equal(&change->before, &change->after))
		return invalid(subject, "it changes nothing");
	return KBM_OK;
}

static bool is_script_of(const struct kbm_plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->script_count; i++)
		if (strcmp(plan->scripts[i].id, id) == 0)
			return true;
	return false;
}

static enum kbm_code check_change(const struct kbm_plan *plan, const struct kbm_change *change,
				  const struct subject *subject)
{
	enum kbm_code code = check_place(&change->place, subject);
	if (code == KBM_OK)
		code = check_state(change->place.kind, &change->before, KBM_PLAN_MAX_VALUE_BYTES,
				   subject);
	if (code == KBM_OK)
		code = check_state(change->place.kind, &change->after, KBM_PLAN_MAX_VALUE_BYTES,
				   subject);
	if (code == KBM_OK)
		code = check_operation(change, subject);
	if (code != KBM_OK)
		return code;
	if (!is_word(change->script) || !is_script_of(plan, change->script))
		return invalid(subject, "its script is not in the plan's list");
	if (change->finding != NULL && !is_text(change->finding, KBM_TEXT_MAX_BYTES))
		return invalid(subject, "its finding's name is too long");
	if ((change->why != NULL && !is_text(change->why, KBM_TEXT_MAX_BYTES)) ||
	    (change->step != NULL && !is_text(change->step, KBM_TEXT_MAX_BYTES)))
		return invalid(subject, "its why or step is too long");
	return change->risk <= KBM_RISK_HIGH ? KBM_OK : invalid(subject, "its risk is unknown");
}

static enum kbm_code check_changes(const struct kbm_plan *plan, struct kbm_error *error)
{
	if (plan->change_count > KBM_PLAN_MAX_CHANGES)
		return kbm_fail(error, KBM_LIMIT, "the plan has %zu changes, at most %u",
				plan->change_count, KBM_PLAN_MAX_CHANGES);
	if (plan->change_count == 0)
		return KBM_OK;
	for (size_t i = 0; i < plan->change_count; i++) {
		struct subject subject = {"change", i + 1, error};
		enum kbm_code code = check_change(plan, &plan->changes[i], &subject);
		if (code != KBM_OK)
			return code;
	}
	struct kbm_meeting *meetings = calloc(plan->change_count, sizeof *meetings);
	if (meetings == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory to check a plan");
	for (size_t i = 0; i < plan->change_count; i++)
		meetings[i].change = &plan->changes[i];
	enum kbm_code code = kbm_conflict_find(meetings, plan->change_count, error);
	for (size_t i = 0; code == KBM_OK && i < plan->change_count; i++)
		if (meetings[i].speaker != i)
			code = kbm_fail(error, KBM_INVALID, "change %zu repeats change %zu", i + 1,
					meetings[i].speaker + 1);
	free(meetings);
	if (code == KBM_REFUSED && error != NULL)
		error->code = KBM_INVALID;
	return code == KBM_REFUSED ? KBM_INVALID : code;
}

static enum kbm_code check_read(const struct kbm_precondition *read, const struct subject *subject)
{
	if (read->kind != KBM_READ_SEARCH) {
		enum kbm_place_kind kind =
		    read->kind == KBM_READ_VALUE ? KBM_PLACE_VALUE : KBM_PLACE_KEY;
		if (read->place.kind != kind)
			return invalid(subject, "its place does not fit what was read");
		enum kbm_code code = check_place(&read->place, subject);
		return code == KBM_OK
			   ? check_state(kind, &read->state, KBM_HIVE_MAX_VALUE_BYTES, subject)
			   : code;
	}
	if (!is_text(read->base, KBM_DN_MAX_BYTES))
		return invalid(subject, "its base is missing or too long");
	if (read->filter != NULL && !is_text(read->filter, KBM_FILTER_MAX_BYTES))
		return invalid(subject, "its filter is too long");
	if (read->attributes.count > KBM_DIRECTORY_MAX_ATTRIBUTES)
		return invalid(subject, "it asks for too many attributes");
	if (read->entries.count > KBM_DIRECTORY_MAX_ENTRIES)
		return invalid(subject, "it has too many entries");
	if (!read->base_exists && (read->entries.count > 0 || read->entries_sha256 != NULL))
		return invalid(subject, "it has entries below a base that does not exist");
	if (read->entries_sha256 != NULL &&
	    (!is_sha256(read->entries_sha256) || read->entries.count > 0))
		return invalid(subject,
			       "its entries_sha256 is no SHA-256, or stands beside entries");
	return KBM_OK;
}

static enum kbm_code check_target(const struct kbm_target_identity *target, struct kbm_error *error)
{
	static const char *const kinds[] = {"hive", "reg", "ldif", "ldap"};
	if (target->source_count > KBM_PLAN_MAX_SOURCES)
		return kbm_fail(error, KBM_LIMIT, "the target has %zu sources, at most %u",
				target->source_count, KBM_PLAN_MAX_SOURCES);
	for (size_t i = 0; i < target->source_count; i++) {
		const struct kbm_source_identity *source = &target->sources[i];
		struct subject subject = {"source", i + 1, error};
		bool known = false;
		for (size_t j = 0; j < sizeof kinds / sizeof kinds[0]; j++)
			known =
			    known || (source->kind != NULL && strcmp(source->kind, kinds[j]) == 0);
		if (!known)
			return invalid(&subject, "its kind is unknown");
		if (!is_text(source->path, KBM_PATH_MAX_BYTES) || source->path[0] == '\0')
			return invalid(&subject, "its path is missing or too long");
		if (kbm_ldap_uri_is(source->path) != (strcmp(source->kind, "ldap") == 0))
			return invalid(&subject, "its path does not fit its kind");
		if (source->sha256 != NULL && !is_sha256(source->sha256))
			return invalid(&subject, "its sha256 is no SHA-256");
	}
	return KBM_OK;
}

static enum kbm_code check_scripts(const struct kbm_plan *plan, struct kbm_error *error)
{
	if (plan->script_count > KBM_PLAN_MAX_SCRIPTS)
		return kbm_fail(error, KBM_LIMIT, "the plan has %zu scripts, at most %u",
				plan->script_count, KBM_PLAN_MAX_SCRIPTS);
	for (size_t i = 0; i < plan->script_count; i++) {
		const struct kbm_plan_script *script = &plan->scripts[i];
		struct subject subject = {"script", i + 1, error};
		if (!is_word(script->id) || !is_text(script->version, KBM_TEXT_MAX_BYTES))
			return invalid(&subject, "its id or version is missing");
		if (!is_sha256(script->sha256))
			return invalid(&subject, "its sha256 is no SHA-256");
		if (script->params.count > KBM_PARAMETER_MAX)
			return invalid(&subject, "it has too many parameters");
		for (size_t j = 0; j < script->params.count; j++)
			if (!kbm_text_is_utf8(script->params.items[j].name,
					      strlen(script->params.items[j].name)))
				return invalid(&subject, "a parameter's name is no UTF-8");
		for (size_t j = 0; j < i; j++)
			if (strcmp(plan->scripts[j].id, script->id) == 0)
				return invalid(&subject, "its id is in the list already");
	}
	return KBM_OK;
}

enum kbm_code kbm_plan_validate(const struct kbm_plan *plan, struct kbm_error *error)
{
	enum kbm_code code = check_target(&plan->target, error);
	if (code == KBM_OK)
		code = check_scripts(plan, error);
	if (code == KBM_OK)
		code = check_changes(plan, error);
	if (code == KBM_OK && plan->precondition_count > KBM_PLAN_MAX_ALL_READS)
		code = kbm_fail(error, KBM_LIMIT, "the plan rests on %zu reads, at most %u",
				plan->precondition_count, KBM_PLAN_MAX_ALL_READS);
	for (size_t i = 0; code == KBM_OK && i < plan->precondition_count; i++) {
		struct subject subject = {"precondition", i + 1, error};
		code = check_read(&plan->preconditions[i], &subject);
	}
	return code;
}
