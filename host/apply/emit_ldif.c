/* A plan's directory changes as a pair of LDIF files. */
#include "apply/emit_ldif.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/ldif_write.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

/* A directory change of the plan, and the first one of the same entry. */
struct step {
	const struct kbm_change *change;
	size_t number; /* from 1, in the plan */
	size_t entry;  /* index into the same array */
	struct kbm_bytes key;
};

/* One of the two files. */
struct file {
	const struct kbm_plan *plan;
	const struct step *steps;
	size_t count;
	bool undo;
	struct kbm_bytes *out;
};

/* --- what LDIF can hold ---------------------------------------------------------------------- */

/* In a record that modifies, these begin a modification. */
static bool is_operation(const char *name)
{
	static const char *const words[] = {"add", "delete", "replace", "increment"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (kbm_text_equals_ascii_case(name, words[i]))
			return true;
	return false;
}

static enum kbm_code check(const struct step *step, struct kbm_error *error)
{
	const struct kbm_place *place = &step->change->place;
	const char *why = NULL;
	if (!kbm_text_is_utf8(place->path, strlen(place->path)))
		why = "its entry's name is no UTF-8";
	else if (!kbm_attribute_name_is_valid(place->name, place->name_length))
		why = "its attribute's name is none";
	else if (kbm_ldif_is_word(place->name) || is_operation(place->name))
		why = "its attribute is called as a word of LDIF";
	return why == NULL
		   ? KBM_OK
		   : kbm_fail(error, KBM_REFUSED, "change %zu cannot go to an LDIF file: %s",
			      step->number, why);
}

/* --- changes by entry ------------------------------------------------------------------------ */

static void clear_steps(struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kbm_bytes_clear(&steps[i].key);
	free(steps);
}

static bool keys_equal(const struct kbm_bytes *left, const struct kbm_bytes *right)
{
	return left->length == right->length && memcmp(left->data, right->data, left->length) == 0;
}

/* Finds the entry of the last step: a name may be written in several ways. */
static enum kbm_code find_entry(struct step *steps, size_t last, struct kbm_error *error)
{
	struct step *step = &steps[last];
	const char *dn = step->change->place.path;
	kbm_bytes_init(&step->key, 16 * KBM_DN_MAX_BYTES);
	if (kbm_dn_text_key(dn, strlen(dn), &step->key, NULL) != KBM_OK) {
		kbm_bytes_reset(&step->key); /* equal only to itself */
		kbm_bytes_append_text(&step->key, dn);
	}
	if (step->key.failed)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	step->entry = 0;
	while (step->entry < last && !keys_equal(&steps[step->entry].key, &step->key))
		step->entry++;
	return KBM_OK;
}

/* *steps is the caller's, released with clear_steps(). */
static enum kbm_code gather(const struct kbm_plan *plan, struct step **steps, size_t *count,
			    struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	struct step *made = calloc(plan->change_count + 1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	size_t made_count = 0;
	for (size_t i = 0; code == KBM_OK && i < plan->change_count; i++) {
		if (plan->changes[i].op != KBM_MODIFY_ENTRY)
			continue;
		struct step *step = &made[made_count++];
		step->change = &plan->changes[i];
		step->number = i + 1;
		code = check(step, error);
		if (code == KBM_OK)
			code = find_entry(made, made_count - 1, error);
	}
	if (code == KBM_OK && made_count == 0)
		code = kbm_fail(error, KBM_REFUSED,
				"the plan changes nothing in the directory: there is no LDIF file "
				"to write%s",
				kbm_plan_count(plan, false) == 0
				    ? ""
				    : "; --emit reg:FILE writes what it changes in the registry");
	if (code != KBM_OK) {
		clear_steps(made, made_count);
		return code;
	}
	*steps = made;
	*count = made_count;
	return KBM_OK;
}

/* --- records --------------------------------------------------------------------------------- */

static bool has_text(const char *text)
{
	return text != NULL && *text != '\0';
}

/* base64 that stands for text is told to people. */
static void explain(const char *name, const struct kbm_blob *value, struct kbm_bytes *out)
{
	const char *text = (const char *)value->data;
	if (!kbm_ldif_is_plain(value) && memchr(text, '\0', value->length) == NULL &&
	    kbm_text_is_utf8(text, value->length))
		kbm_ldif_put_comment(out, "%s: %.*s", name, (int)value->length, text);
}

/* Who runs the file is asked nothing: the file itself must say what deserves a thought. */
static void put_reason(const struct file *file, const struct step *step)
{
	const struct kbm_change *change = step->change;
	kbm_ldif_put_comment(file->out, "change %zu of %s%s%s", step->number, change->script,
			     has_text(change->why) ? ": " : "",
			     has_text(change->why) ? change->why : "");
	if (file->undo)
		return;
	if (change->risk == KBM_RISK_HIGH)
		kbm_ldif_put_comment(file->out, "risk high: ldapmodify does not ask; take this "
						"change out unless you are sure of it");
	else if (change->risk == KBM_RISK_MEDIUM)
		kbm_ldif_put_comment(file->out, "risk medium: make sure of it first");
}

static void put_values(const struct file *file, const char *operation,
		       const struct kbm_place *place, const struct kbm_state *state)
{
	if (state->value_count == 0)
		return;
	kbm_bytes_printf(file->out, "%s: %s\n", operation, place->name);
	for (size_t i = 0; i < state->value_count; i++) {
		const struct kbm_blob *value = &state->values[i];
		explain(place->name, value, file->out);
		kbm_ldif_put_value(place->name, value, file->out);
	}
	kbm_bytes_append_text(file->out, "-\n");
}

/* The step at a position of the file; an undo goes backwards. */
static const struct step *step_at(const struct file *file, size_t position)
{
	return &file->steps[file->undo ? file->count - 1 - position : position];
}

/* All changes of one entry: the server makes all of them or none. */
static void put_record(const struct file *file, size_t first)
{
	size_t entry = step_at(file, first)->entry;
	char *dn = file->steps[entry].change->place.path;
	const struct kbm_blob name = {(uint8_t *)dn, strlen(dn)};
	kbm_bytes_append_byte(file->out, '\n');
	explain("dn", &name, file->out);
	kbm_ldif_put_value("dn", &name, file->out);
	kbm_bytes_append_text(file->out, "changetype: modify\n");
	for (size_t i = first; i < file->count; i++) {
		const struct step *step = step_at(file, i);
		const struct kbm_change *change = step->change;
		if (step->entry != entry)
			continue;
		put_reason(file, step);
		put_values(file, "delete", &change->place,
			   file->undo ? &change->after : &change->before);
		put_values(file, "add", &change->place,
			   file->undo ? &change->before : &change->after);
	}
}

static bool is_first(const struct file *file, size_t position)
{
	for (size_t i = 0; i < position; i++)
		if (step_at(file, i)->entry == step_at(file, position)->entry)
			return false;
	return true;
}

/* --- files ----------------------------------------------------------------------------------- */

static void put_header(const struct file *file)
{
	const struct kbm_target_identity *target = &file->plan->target;
	kbm_ldif_put_version(file->out);
	kbm_bytes_append_byte(file->out, '\n');
	kbm_ldif_put_comment(file->out, "kbmend %s for %s", file->undo ? "undo" : "fix",
			     has_text(target->name) ? target->name : "a computer without name");
	for (size_t i = 0; i < file->plan->script_count; i++)
		kbm_ldif_put_comment(file->out, "script %s %s", file->plan->scripts[i].id,
				     file->plan->scripts[i].version);
	for (size_t i = 0; i < target->source_count; i++) {
		const struct kbm_source_identity *source = &target->sources[i];
		if (strcmp(source->kind, "ldap") == 0 || strcmp(source->kind, "ldif") == 0)
			kbm_ldif_put_comment(file->out, "made for %s", source->path);
	}
	kbm_ldif_put_comment(
	    file->out, "%s, entry by entry; the server refuses an entry whose old values moved:",
	    file->undo ? "takes the fix back" : "makes the changes");
	kbm_ldif_put_comment(file->out, "  ldapmodify -H URI -D WHO -W -f THIS-FILE");
}

/* What the file does not do. */
static void put_others(const struct file *file)
{
	const struct kbm_plan *plan = file->plan;
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		if (change->op == KBM_MODIFY_ENTRY)
			continue;
		kbm_bytes_append_byte(file->out, '\n');
		if (change->op == KBM_MANUAL)
			kbm_ldif_put_comment(file->out, "by hand, step %zu: %s", i + 1,
					     change->text);
		else
			kbm_ldif_put_comment(file->out,
					     "not in this file: change %zu, in the registry, of %s",
					     i + 1, change->place.path);
	}
}

static enum kbm_code write_file(const struct file *file, struct kbm_error *error)
{
	put_header(file);
	for (size_t i = 0; i < file->count; i++)
		if (is_first(file, i))
			put_record(file, i);
	if (!file->undo)
		put_others(file);
	return file->out->failed
		   ? kbm_fail(error, KBM_LIMIT, "more than %zu bytes of LDIF", file->out->maximum)
		   : KBM_OK;
}

enum kbm_code kbm_emit_ldif(const struct kbm_plan *plan, struct kbm_bytes *fix,
			    struct kbm_bytes *undo, struct kbm_error *error)
{
	struct step *steps = NULL;
	size_t count = 0;
	enum kbm_code code = gather(plan, &steps, &count, error);
	if (code != KBM_OK)
		return code;
	const struct file fix_file = {plan, steps, count, false, fix};
	const struct file undo_file = {plan, steps, count, true, undo};
	code = write_file(&fix_file, error);
	if (code == KBM_OK)
		code = write_file(&undo_file, error);
	if (code != KBM_OK) {
		kbm_bytes_reset(fix);
		kbm_bytes_reset(undo);
	}
	clear_steps(steps, count);
	return code;
}
