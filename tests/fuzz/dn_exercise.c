#include "dn_exercise.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEMAND(holds)                                                                              \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static struct kbm_dn *parse(const struct dn_text *text)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_dn_parse(text->bytes, text->length, text->form, &dn, &error);
	DEMAND((code == KBM_OK) == (dn != NULL));
	DEMAND(code == KBM_OK || error.message[0] != '\0');
	return dn;
}

static struct kbm_dn_comparison compare(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	DEMAND(kbm_dn_compare(left, right, &comparison, &error) == KBM_OK);
	return comparison;
}

static bool is_identical(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_dn_comparison comparison = compare(left, right);
	bool identical = comparison.verdict == KBM_DN_IDENTICAL;
	DEMAND(!identical || (comparison.kinds == 0 && comparison.difference_count == 0));
	kbm_dn_comparison_clear(&comparison);
	return identical;
}

/* --- symmetry -------------------------------------------------------------------------------- */

static unsigned mirror(unsigned kinds)
{
	unsigned rest = kinds & ~(unsigned)(KBM_DN_MISSING | KBM_DN_EXTRA);
	return rest | ((kinds & KBM_DN_MISSING) != 0 ? KBM_DN_EXTRA : 0U) |
	       ((kinds & KBM_DN_EXTRA) != 0 ? KBM_DN_MISSING : 0U);
}

static bool same_text(const char *left, const char *right)
{
	if (left == NULL || right == NULL)
		return left == right;
	return strcmp(left, right) == 0;
}

static void check_mirrored(const struct kbm_dn_comparison *there,
			   const struct kbm_dn_comparison *back)
{
	unsigned kinds = 0;
	DEMAND(there->verdict == back->verdict);
	DEMAND(there->kinds == mirror(back->kinds));
	DEMAND(there->difference_count == back->difference_count);
	for (size_t i = 0; i < there->difference_count; i++) {
		const struct kbm_dn_difference *a = &there->differences[i];
		const struct kbm_dn_difference *b = &back->differences[i];
		DEMAND(a->position == b->position);
		DEMAND(a->kinds == mirror(b->kinds));
		DEMAND(same_text(a->left, b->right) && same_text(a->right, b->left));
		if (a->left != NULL && a->right != NULL)
			DEMAND(same_text(a->type, b->right_type) &&
			       same_text(a->right_type, b->type));
		else
			DEMAND(same_text(a->type, b->type));
		kinds |= a->kinds;
	}
	DEMAND(kinds == there->kinds);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool same_key(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_bytes a;
	struct kbm_bytes b;
	struct kbm_error error;
	kbm_bytes_init(&a, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&b, KBM_DN_MAX_KEY_BYTES);
	DEMAND(kbm_dn_normalize(left, &a, &error) == KBM_OK);
	DEMAND(kbm_dn_normalize(right, &b, &error) == KBM_OK);
	bool same =
	    a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
	kbm_bytes_clear(&a);
	kbm_bytes_clear(&b);
	return same;
}

/* --- forms ----------------------------------------------------------------------------------- */

/* The name written in a form and read again; NULL where the form cannot hold it, or only beyond the
 * cap (escapes make it longer). */
static struct kbm_dn *convert(const struct kbm_dn *dn, enum kbm_dn_form form)
{
	struct kbm_bytes written;
	struct kbm_error error;
	struct kbm_dn *converted = NULL;
	kbm_bytes_init(&written, 4 * KBM_DN_MAX_BYTES);
	enum kbm_code code = kbm_dn_write(dn, form, &written, &error);
	DEMAND(code == KBM_OK || (code == KBM_INVALID && form == KBM_DN_X500));
	if (code == KBM_OK && written.length <= KBM_DN_MAX_BYTES) {
		struct dn_text text = {kbm_bytes_text(&written), written.length, form};
		converted = parse(&text);
		DEMAND(converted != NULL);
		DEMAND(is_identical(dn, converted));
	}
	kbm_bytes_clear(&written);
	return converted;
}

/* The verdict and all that differs stay as they are when one side, or both, change their form. */
static void check_converted(const struct kbm_dn *left, const struct kbm_dn *right,
			    const struct kbm_dn_comparison *expected, enum kbm_dn_form form)
{
	struct kbm_dn *new_left = convert(left, form);
	struct kbm_dn *new_right = convert(right, form);
	const struct kbm_dn *pairs[][2] = {
	    {new_left, right}, {left, new_right}, {new_left, new_right}};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		if (pairs[i][0] == NULL || pairs[i][1] == NULL)
			continue;
		struct kbm_dn_comparison found = compare(pairs[i][0], pairs[i][1]);
		DEMAND(found.verdict == expected->verdict);
		DEMAND(found.kinds == expected->kinds);
		DEMAND(found.difference_count == expected->difference_count);
		kbm_dn_comparison_clear(&found);
	}
	kbm_dn_free(new_left);
	kbm_dn_free(new_right);
}

/* --- all of them ----------------------------------------------------------------------------- */

/* The way up is one RDN a step, and ends at the empty name. */
static void check_parent(const struct kbm_dn *dn)
{
	struct kbm_dn *above = NULL;
	struct kbm_error error;
	enum kbm_code code = kbm_dn_parent(dn, &above, &error);
	DEMAND(code == (dn->rdn_count > 0 ? KBM_OK : KBM_NOT_FOUND));
	if (code != KBM_OK)
		return;
	DEMAND(above->rdn_count == dn->rdn_count - 1);
	DEMAND(!same_key(above, dn));
	kbm_dn_free(convert(above, KBM_DN_LDAP));
	kbm_dn_free(above);
}

static enum kbm_dn_verdict check_pair(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_dn_comparison there = compare(left, right);
	struct kbm_dn_comparison back = compare(right, left);
	check_mirrored(&there, &back);
	DEMAND(same_key(left, right) == (there.verdict != KBM_DN_DIFFERENT));
	check_converted(left, right, &there, KBM_DN_LDAP);
	check_converted(left, right, &there, KBM_DN_X500);
	enum kbm_dn_verdict verdict = there.verdict;
	kbm_dn_comparison_clear(&there);
	kbm_dn_comparison_clear(&back);
	return verdict;
}

enum dn_outcome exercise_dns(const struct dn_text *left_text, const struct dn_text *right_text)
{
	static const enum dn_outcome outcomes[] = {[KBM_DN_IDENTICAL] = DN_IDENTICAL,
						   [KBM_DN_EQUIVALENT] = DN_EQUIVALENT,
						   [KBM_DN_DIFFERENT] = DN_DIFFERENT};
	enum dn_outcome outcome = DN_UNREADABLE;
	struct kbm_dn *left = parse(left_text);
	struct kbm_dn *right = parse(right_text);
	if (left != NULL) {
		DEMAND(is_identical(left, left));
		check_parent(left);
	}
	if (right != NULL)
		DEMAND(is_identical(right, right));
	if (left != NULL && right != NULL)
		outcome = outcomes[check_pair(left, right)];
	kbm_dn_free(left);
	kbm_dn_free(right);
	return outcome;
}
