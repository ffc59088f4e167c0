/* Evaluating search filters: three-valued, with a fourth outcome for what cannot be known. */
#include "source/filter.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/filter_node.h"

#include <stdlib.h>
#include <string.h>

/* UNKNOWABLE stands for any of the others: it goes away only where a neighbour decides. */
enum outcome { IS_FALSE, IS_TRUE, IS_UNDEFINED, IS_UNKNOWABLE };

struct evaluation {
	const struct kbm_entry *entry;
	bool assume_known; /* what to think of attributes nobody has told of */
	bool is_bound;
	struct kbm_bytes normal;	       /* scratch */
	const struct kbm_filter_node *culprit; /* the first assertion that could not be known */
	const char *why;
	enum kbm_code code; /* memory */
	struct kbm_error *error;
};

void kbm_filter_free(struct kbm_filter *filter)
{
	if (filter == NULL)
		return;
	kbm_arena_clear(&filter->arena);
	free(filter);
}

static void bind_node(struct kbm_filter_node *node,
		      bool (*knows)(void *context, const char *name, size_t length), void *context)
{
	for (struct kbm_filter_node *child = node->child; child != NULL; child = child->next)
		bind_node(child, knows, context);
	if (node->attribute.asked != NULL && node->attribute.type == NULL)
		node->is_known = knows(context, node->attribute.asked, node->attribute.base_length);
}

void kbm_filter_bind(struct kbm_filter *filter,
		     bool (*knows)(void *context, const char *name, size_t length), void *context)
{
	bind_node(filter->root, knows, context);
	filter->is_bound = true;
}

static enum outcome unknowable(struct evaluation *evaluation, const struct kbm_filter_node *node,
			       const char *why)
{
	if (evaluation->culprit == NULL) {
		evaluation->culprit = node;
		evaluation->why = why;
	}
	return IS_UNKNOWABLE;
}

/* The pieces in order, without overlap. */
static bool has_substrings(const struct kbm_filter_piece *pieces, const char *text, size_t length)
{
	size_t at = 0;
	for (const struct kbm_filter_piece *piece = pieces; piece != NULL; piece = piece->next) {
		if (piece->length > length - at)
			return false;
		if (piece->part == KBM_VALUE_FINAL) {
			at = length - piece->length;
		} else if (piece->part == KBM_VALUE_ANY) {
			const char *found =
			    memmem(text + at, length - at, piece->text, piece->length);
			if (found == NULL)
				return false;
			at = (size_t)(found - text);
		}
		if (memcmp(text + at, piece->text, piece->length) != 0)
			return false;
		at += piece->length;
	}
	return true;
}

/* An entry is of the superclasses of its classes, too, which it need not list (RFC 4512 section
 * 3.3). */
static bool is_of_class(const struct kbm_filter_node *node, const char *name, size_t length)
{
	return kbm_attribute_names_equal(name, length, node->pieces->text, node->pieces->length) ||
	       (node->object_class != NULL &&
		kbm_object_class_includes(node->object_class, name, length));
}

static bool value_matches(struct evaluation *evaluation, const struct kbm_filter_node *node,
			  const struct kbm_blob *value)
{
	/* Nearly every filter asks for a class: spare the copy. */
	if (node->syntax == KBM_SYNTAX_CLASS && node->kind == KBM_FILTER_EQUAL)
		return is_of_class(node, (const char *)value->data, value->length);
	struct kbm_bytes *normal = &evaluation->normal;
	kbm_bytes_reset(normal);
	struct kbm_error error;
	enum kbm_code code = kbm_syntax_normalize(node->syntax, KBM_VALUE_WHOLE, value->data,
						  value->length, normal, &error);
	if (code == KBM_MEMORY || code == KBM_INTERNAL)
		evaluation->code = kbm_fail(evaluation->error, code, "%s", error.message);
	if (code != KBM_OK)
		return false;
	const char *text = kbm_bytes_text(normal);
	switch (node->kind) {
	case KBM_FILTER_EQUAL:
		return normal->length == node->pieces->length &&
		       memcmp(text, node->pieces->text, normal->length) == 0;
	case KBM_FILTER_SUBSTRINGS:
		return has_substrings(node->pieces, text, normal->length);
	case KBM_FILTER_AT_LEAST:
		return kbm_syntax_order(text, node->pieces->text) >= 0;
	case KBM_FILTER_AT_MOST:
		return kbm_syntax_order(text, node->pieces->text) <= 0;
	case KBM_FILTER_PRESENT:
		return true;
	case KBM_FILTER_AND:
	case KBM_FILTER_OR:
	case KBM_FILTER_NOT:
		break;
	}
	return false;
}

/* Why the attribute's syntax cannot answer this kind of question, or NULL. */
static const char *missing_rule(const struct kbm_filter_node *node)
{
	switch (node->kind) {
	case KBM_FILTER_EQUAL:
		return kbm_syntax_has_equality(node->syntax) ? NULL : "no rule for equality";
	case KBM_FILTER_SUBSTRINGS:
		return kbm_syntax_has_substrings(node->syntax) ? NULL : "no rule for substrings";
	case KBM_FILTER_AT_LEAST:
	case KBM_FILTER_AT_MOST:
		return node->attribute.type != NULL && node->attribute.type->ordered
			   ? NULL
			   : "no rule for ordering";
	case KBM_FILTER_PRESENT:
	case KBM_FILTER_AND:
	case KBM_FILTER_OR:
	case KBM_FILTER_NOT:
		break;
	}
	return NULL;
}

/* Of which every class is a subclass, whether an entry names it or not (RFC 4512 section 2.4.1). */
static bool is_top(const struct kbm_filter_node *node)
{
	return node->kind == KBM_FILTER_EQUAL && node->value_is_valid &&
	       (kbm_text_equals_ascii_case(node->pieces->text, "top") ||
		strcmp(node->pieces->text, "2.5.6.0") == 0);
}

static enum outcome evaluate_assertion(struct evaluation *evaluation,
				       const struct kbm_filter_node *node)
{
	bool is_held = false;
	bool is_cut = false;
	bool is_class = node->syntax == KBM_SYNTAX_CLASS;
	const char *missing = missing_rule(node);
	/* Every entry has classes (RFC 4512 section 2.4): one without comes from a partial export.
	 */
	if (is_class && (node->kind == KBM_FILTER_PRESENT || is_top(node)))
		return IS_TRUE;
	for (size_t i = 0; i < evaluation->entry->attribute_count; i++) {
		const struct kbm_attribute *attribute = &evaluation->entry->attributes[i];
		if (!kbm_attribute_includes(&node->attribute, attribute->name))
			continue;
		is_held = true;
		is_cut =
		    is_cut || kbm_attribute_is_cut(attribute->name) || attribute->value_count == 0;
		if (node->kind == KBM_FILTER_PRESENT)
			return IS_TRUE;
		if (missing != NULL || !node->value_is_valid)
			break;
		for (size_t j = 0; j < attribute->value_count; j++) {
			if (value_matches(evaluation, node, &attribute->values[j]))
				return IS_TRUE;
		}
	}
	bool is_known = node->is_known || is_held;
	if (!is_known && !(evaluation->assume_known && !evaluation->is_bound))
		return IS_UNDEFINED;
	if (missing != NULL)
		return unknowable(evaluation, node, missing);
	if (!node->value_is_valid)
		return IS_UNDEFINED;
	if (is_class && !is_held)
		return unknowable(evaluation, node, "no value");
	return is_cut ? unknowable(evaluation, node, "only a part of its values") : IS_FALSE;
}

static enum outcome evaluate(struct evaluation *evaluation, const struct kbm_filter_node *node);

/* `decides` ends the list: false for and, true for or. Otherwise what is least known counts. */
static enum outcome evaluate_list(struct evaluation *evaluation, const struct kbm_filter_node *node,
				  enum outcome decides)
{
	enum outcome outcome = decides == IS_FALSE ? IS_TRUE : IS_FALSE;
	for (const struct kbm_filter_node *child = node->child; child != NULL;
	     child = child->next) {
		enum outcome one = evaluate(evaluation, child);
		if (one == decides)
			return decides;
		if (one == IS_UNKNOWABLE || (one == IS_UNDEFINED && outcome != IS_UNKNOWABLE))
			outcome = one;
	}
	return outcome;
}

static enum outcome evaluate(struct evaluation *evaluation, const struct kbm_filter_node *node)
{
	if (node->kind == KBM_FILTER_AND)
		return evaluate_list(evaluation, node, IS_FALSE);
	if (node->kind == KBM_FILTER_OR)
		return evaluate_list(evaluation, node, IS_TRUE);
	if (node->kind != KBM_FILTER_NOT)
		return evaluate_assertion(evaluation, node);
	enum outcome outcome = evaluate(evaluation, node->child);
	if (outcome == IS_TRUE)
		return IS_FALSE;
	return outcome == IS_FALSE ? IS_TRUE : outcome;
}

static enum kbm_code cannot_know(const struct evaluation *evaluation, struct kbm_error *error)
{
	const struct kbm_filter_node *node = evaluation->culprit;
	return kbm_fail(error, KBM_UNSUPPORTED,
			"filter, byte %zu: the answer cannot be known: '%.80s' has %s here",
			node->position + 1, node->attribute.asked, evaluation->why);
}

enum kbm_code kbm_filter_matches(const struct kbm_filter *filter, const struct kbm_entry *entry,
				 enum kbm_truth *truth, struct kbm_error *error)
{
	struct evaluation evaluation = {
	    .entry = entry, .is_bound = filter->is_bound, .code = KBM_OK, .error = error};
	kbm_bytes_init(&evaluation.normal, KBM_LDIF_MAX_LINE_BYTES * 4);
	enum outcome outcome = evaluate(&evaluation, filter->root);
	bool depends = false;
	if (!filter->is_bound && outcome != IS_UNKNOWABLE) {
		evaluation.assume_known = true;
		enum outcome other = evaluate(&evaluation, filter->root);
		depends = other != IS_UNKNOWABLE && (other == IS_TRUE) != (outcome == IS_TRUE);
		if (other == IS_UNKNOWABLE)
			outcome = other;
	}
	kbm_bytes_clear(&evaluation.normal);
	if (evaluation.code != KBM_OK)
		return evaluation.code;
	if (depends)
		return kbm_fail(
		    error, KBM_UNSUPPORTED,
		    "filter: the answer cannot be known: it names an attribute of which "
		    "nobody knows whether the directory has it");
	if (outcome == IS_UNKNOWABLE)
		return cannot_know(&evaluation, error);
	*truth = outcome == IS_TRUE ? KBM_TRUE : outcome == IS_FALSE ? KBM_FALSE : KBM_UNDEFINED;
	return KBM_OK;
}

bool kbm_filter_escape(const char *value, size_t length, struct kbm_bytes *out)
{
	bool is_utf8 = kbm_text_is_utf8(value, length);
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = (uint8_t)value[i];
		if (byte == 0 || strchr("()*\\", byte) != NULL || (byte > 0x7f && !is_utf8))
			kbm_bytes_printf(out, "\\%02x", byte);
		else
			kbm_bytes_append_byte(out, byte);
	}
	return !out->failed;
}

static bool compares(const struct kbm_filter_node *node, enum kbm_syntax syntax)
{
	for (; node != NULL; node = node->next) {
		if (node->child != NULL && compares(node->child, syntax))
			return true;
		if (node->child == NULL && node->kind != KBM_FILTER_PRESENT &&
		    node->syntax == syntax)
			return true;
	}
	return false;
}

bool kbm_filter_compares(const struct kbm_filter *filter, enum kbm_syntax syntax)
{
	return compares(filter->root, syntax);
}

static const char *find_compared(const struct kbm_filter_node *node,
				 bool (*wanted)(const char *name))
{
	for (; node != NULL; node = node->next) {
		const char *below = node->child == NULL ? NULL : find_compared(node->child, wanted);
		if (below != NULL)
			return below;
		if (node->child == NULL && node->kind != KBM_FILTER_PRESENT &&
		    wanted(node->attribute.asked))
			return node->attribute.asked;
	}
	return NULL;
}

const char *kbm_filter_find_compared(const struct kbm_filter *filter,
				     bool (*wanted)(const char *name))
{
	return find_compared(filter->root, wanted);
}
