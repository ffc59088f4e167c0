/* Places, states and the typed changes of a plan: copying, comparing, naming. */
#include "plan/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/dn.h"
#include "source/secret_values.h"
#include "source/syntax.h"

/* Copies a text that may be NULL. */
static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

/* --- places ---------------------------------------------------------------------------------- */

void kbm_place_free(struct kbm_place *place)
{
	free(place->path);
	free(place->hive);
	free(place->physical);
	free(place->name);
	memset(place, 0, sizeof *place);
}

bool kbm_place_copy(const struct kbm_place *from, struct kbm_place *to)
{
	struct kbm_place copy = {.kind = from->kind};
	bool done = copy_text(from->path, &copy.path) && copy_text(from->hive, &copy.hive) &&
		    copy_text(from->physical, &copy.physical);
	if (done && from->name != NULL) {
		copy.name = malloc(from->name_length + 1);
		done = copy.name != NULL;
		if (done) {
			memcpy(copy.name, from->name, from->name_length);
			copy.name[from->name_length] = '\0';
			copy.name_length = from->name_length;
		}
	}
	if (!done) {
		kbm_place_free(&copy);
		return false;
	}
	*to = copy;
	return true;
}

static bool names_equal(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return kbm_text_compare_names(left, strlen(left), right, strlen(right)) == 0;
}

/* Texts that are no DNs are equal only to themselves. */
static bool dns_equal(const char *left, const char *right)
{
	if (left == NULL || right == NULL || strcmp(left, right) == 0)
		return left == right || (left != NULL && right != NULL);
	struct kbm_bytes first;
	struct kbm_bytes second;
	kbm_bytes_init(&first, 8 * KBM_DN_MAX_BYTES);
	kbm_bytes_init(&second, 8 * KBM_DN_MAX_BYTES);
	bool equal = kbm_dn_text_key(left, strlen(left), &first, NULL) == KBM_OK &&
		     kbm_dn_text_key(right, strlen(right), &second, NULL) == KBM_OK &&
		     first.length == second.length &&
		     (first.length == 0 || memcmp(first.data, second.data, first.length) == 0);
	kbm_bytes_clear(&first);
	kbm_bytes_clear(&second);
	return equal;
}

static bool registry_keys_equal(const struct kbm_place *left, const struct kbm_place *right)
{
	if (left->physical == NULL || right->physical == NULL)
		return left->physical == right->physical && names_equal(left->path, right->path);
	return names_equal(left->hive, right->hive) && names_equal(left->physical, right->physical);
}

static bool value_names_equal(const struct kbm_place *left, const struct kbm_place *right)
{
	if (left->name == NULL || right->name == NULL)
		return left->name == right->name;
	return kbm_text_compare_names(left->name, left->name_length, right->name,
				      right->name_length) == 0;
}

static bool attributes_equal(const struct kbm_place *left, const struct kbm_place *right)
{
	if (left->name == NULL || right->name == NULL)
		return left->name == right->name;
	const struct kbm_attribute_query query = kbm_attribute_query(left->name);
	return kbm_attribute_is_same(&query, right->name);
}

bool kbm_place_equal(const struct kbm_place *left, const struct kbm_place *right)
{
	if (left->kind != right->kind)
		return false;
	switch (left->kind) {
	case KBM_PLACE_NONE:
		return true;
	case KBM_PLACE_VALUE:
		return value_names_equal(left, right) && registry_keys_equal(left, right);
	case KBM_PLACE_KEY:
		return registry_keys_equal(left, right);
	case KBM_PLACE_ENTRY:
		return dns_equal(left->path, right->path);
	case KBM_PLACE_ATTRIBUTE:
		return attributes_equal(left, right) && dns_equal(left->path, right->path);
	}
	return false;
}

bool kbm_place_is_registry(const struct kbm_place *place)
{
	return place->kind == KBM_PLACE_VALUE || place->kind == KBM_PLACE_KEY;
}

bool kbm_place_same_entry(const struct kbm_place *left, const struct kbm_place *right)
{
	return dns_equal(left->path, right->path);
}

bool kbm_place_text(const struct kbm_place *place, struct kbm_bytes *out)
{
	if (place->kind == KBM_PLACE_NONE || place->path == NULL)
		return true;
	if (!kbm_bytes_append_text(out, place->path))
		return false;
	if (place->kind == KBM_PLACE_VALUE)
		return kbm_bytes_append_text(out, place->name_length == 0 ? "\\(default)" : "\\") &&
		       kbm_bytes_append(out, place->name, place->name_length);
	if (place->kind == KBM_PLACE_ATTRIBUTE)
		return kbm_bytes_append_text(out, ": ") &&
		       kbm_bytes_append(out, place->name, place->name_length);
	return true;
}

/* --- states ---------------------------------------------------------------------------------- */

void kbm_state_clear(struct kbm_state *state)
{
	for (size_t i = 0; i < state->value_count; i++)
		free(state->values[i].data);
	free(state->values);
	memset(state, 0, sizeof *state);
}

bool kbm_state_add_value(struct kbm_state *state, const void *data, size_t length)
{
	uint8_t *copy = length < SIZE_MAX ? malloc(length + 1) : NULL;
	if (copy == NULL)
		return false;
	if (length > 0)
		memcpy(copy, data, length);
	copy[length] = 0;
	struct kbm_blob *values =
	    reallocarray(state->values, state->value_count + 1, sizeof *values);
	if (values == NULL) {
		free(copy);
		return false;
	}
	state->values = values;
	values[state->value_count++] = (struct kbm_blob){.data = copy, .length = length};
	state->present = true;
	return true;
}

bool kbm_state_set_value(struct kbm_state *state, uint32_t type, const void *data, size_t length)
{
	struct kbm_state made = {0};
	if (!kbm_state_add_value(&made, data, length))
		return false;
	made.type = type;
	kbm_state_clear(state);
	*state = made;
	return true;
}

bool kbm_state_copy(const struct kbm_state *from, struct kbm_state *to)
{
	struct kbm_state copy = {0};
	for (size_t i = 0; i < from->value_count; i++) {
		if (!kbm_state_add_value(&copy, from->values[i].data, from->values[i].length)) {
			kbm_state_clear(&copy);
			return false;
		}
	}
	copy.present = from->present;
	copy.type = from->type;
	*to = copy;
	return true;
}

static int compare_blobs(const void *left, const void *right)
{
	const struct kbm_blob *first = left;
	const struct kbm_blob *second = right;
	if (first->length != second->length)
		return first->length < second->length ? -1 : 1;
	return first->length == 0 ? 0 : memcmp(first->data, second->data, first->length);
}

static bool same_order(const struct kbm_state *left, const struct kbm_state *right)
{
	for (size_t i = 0; i < left->value_count; i++)
		if (compare_blobs(&left->values[i], &right->values[i]) != 0)
			return false;
	return true;
}

/* An attribute's values are a set (RFC 4511 section 4.1.7): servers may order them anew. Without
 * memory the answer is false, which makes a caller stop rather than go on. */
static bool same_set(const struct kbm_state *left, const struct kbm_state *right)
{
	size_t count = left->value_count;
	struct kbm_blob *first = calloc(count, sizeof *first);
	struct kbm_blob *second = calloc(count, sizeof *second);
	bool equal = first != NULL && second != NULL;
	if (equal) {
		memcpy(first, left->values, count * sizeof *first);
		memcpy(second, right->values, count * sizeof *second);
		qsort(first, count, sizeof *first, compare_blobs);
		qsort(second, count, sizeof *second, compare_blobs);
	}
	for (size_t i = 0; equal && i < count; i++)
		equal = compare_blobs(&first[i], &second[i]) == 0;
	free(first);
	free(second);
	return equal;
}

bool kbm_state_equal(const struct kbm_state *left, const struct kbm_state *right)
{
	if (left->present != right->present)
		return false;
	if (!left->present)
		return true;
	if (left->type != right->type || left->value_count != right->value_count)
		return false;
	return same_order(left, right) || (left->value_count > 1 && same_set(left, right));
}

/* --- changes --------------------------------------------------------------------------------- */

void kbm_change_clear(struct kbm_change *change)
{
	free(change->script);
	free(change->finding);
	kbm_place_free(&change->place);
	kbm_state_clear(&change->before);
	kbm_state_clear(&change->after);
	free(change->why);
	free(change->step);
	free(change->text);
	memset(change, 0, sizeof *change);
}

bool kbm_change_copy(const struct kbm_change *from, struct kbm_change *to)
{
	struct kbm_change copy = {.op = from->op, .risk = from->risk};
	if (!copy_text(from->script, &copy.script) || !copy_text(from->finding, &copy.finding) ||
	    !kbm_place_copy(&from->place, &copy.place) ||
	    !kbm_state_copy(&from->before, &copy.before) ||
	    !kbm_state_copy(&from->after, &copy.after) || !copy_text(from->why, &copy.why) ||
	    !copy_text(from->step, &copy.step) || !copy_text(from->text, &copy.text)) {
		kbm_change_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

bool kbm_change_lost_secret(const struct kbm_change *change)
{
	const struct kbm_place *place = &change->place;
	const struct kbm_state *before = &change->before;
	return place->kind == KBM_PLACE_VALUE && before->value_count > 0 &&
	       kbm_value_may_be_secret(place->physical, place->name, place->name_length) &&
	       kbm_value_is_masked(before->values[0].data, before->values[0].length);
}

bool kbm_change_same(const struct kbm_change *left, const struct kbm_change *right)
{
	if (left->op != right->op)
		return false;
	if (left->op == KBM_MANUAL)
		return left->text != NULL && right->text != NULL &&
		       strcmp(left->text, right->text) == 0;
	return kbm_place_equal(&left->place, &right->place) &&
	       kbm_state_equal(&left->after, &right->after);
}

/* --- words ----------------------------------------------------------------------------------- */

static const char *const op_names[] = {"set_value",  "delete_value", "create_key",
				       "delete_key", "modify_entry", "manual"};
static const char *const risk_names[] = {"low", "medium", "high"};

const char *kbm_change_op_name(enum kbm_change_op op)
{
	return op_names[op];
}

bool kbm_change_op_parse(const char *name, enum kbm_change_op *op)
{
	for (size_t i = 0; i < sizeof op_names / sizeof op_names[0]; i++) {
		if (strcmp(op_names[i], name) == 0) {
			*op = (enum kbm_change_op)i;
			return true;
		}
	}
	return false;
}

const char *kbm_risk_name(enum kbm_risk risk)
{
	return risk_names[risk];
}

bool kbm_risk_parse(const char *name, enum kbm_risk *risk)
{
	for (size_t i = 0; i < sizeof risk_names / sizeof risk_names[0]; i++) {
		if (strcmp(risk_names[i], name) == 0) {
			*risk = (enum kbm_risk)i;
			return true;
		}
	}
	return false;
}
