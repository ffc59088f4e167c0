/* Which RDN of one name stands for which of the other.
 *
 * The alignment has, in this order: the fewest rows that differ in meaning; among those the fewest
 * missing and extra RDNs; the fewest wrong types; the fewest wrong values; the fewest that are
 * spelt differently; and then pairs as near the root as can be. So a lost site level is one missing
 * RDN, and `o=` with a wrong name is a wrong value, not one missing and one extra. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>

/* Costs compare as numbers; no field can reach the next: at most 128 rows. */
#define COST_SPELLING  ((uint64_t)1)
#define COST_VALUE     ((uint64_t)1 << 8)
#define COST_TYPE      ((uint64_t)1 << 16)
#define COST_GAP       ((uint64_t)1 << 24)
#define COST_DIFFERENT ((uint64_t)1 << 32)

static const uint8_t *key_of(const struct kbm_dn_side *side, size_t index, size_t *length)
{
	*length = side->offsets[index + 1] - side->offsets[index];
	return side->keys.data + side->offsets[index];
}

bool kbm_dn_same_rdn(const struct kbm_dn_side *left, size_t left_index,
		     const struct kbm_dn_side *right, size_t right_index)
{
	size_t left_length;
	size_t right_length;
	const uint8_t *left_key = key_of(left, left_index, &left_length);
	const uint8_t *right_key = key_of(right, right_index, &right_length);
	return left_length == right_length && memcmp(left_key, right_key, left_length) == 0;
}

/* The length of the canonical type in a key of one AVA: it ends before the first `=` or `#`. */
static size_t type_length(const uint8_t *key, size_t length)
{
	size_t at = 0;
	while (at < length && key[at] != '=' && key[at] != '#')
		at++;
	return at;
}

/* RDNs with unequal keys. Sets are unequal as a whole: there is no telling which AVA was meant. */
static unsigned different_kinds(const struct kbm_dn_side *left, size_t left_index,
				const struct kbm_dn_side *right, size_t right_index)
{
	if (left->dn->rdns[left_index].ava_count != 1 ||
	    right->dn->rdns[right_index].ava_count != 1)
		return KBM_DN_VALUE;
	size_t left_length;
	size_t right_length;
	const uint8_t *left_key = key_of(left, left_index, &left_length);
	const uint8_t *right_key = key_of(right, right_index, &right_length);
	size_t left_type = type_length(left_key, left_length);
	size_t right_type = type_length(right_key, right_length);
	unsigned kinds = 0;
	if (left_type != right_type || memcmp(left_key, right_key, left_type) != 0)
		kinds |= KBM_DN_TYPE;
	if (left_length - left_type != right_length - right_type ||
	    memcmp(left_key + left_type, right_key + right_type, left_length - left_type) != 0)
		kinds |= KBM_DN_VALUE;
	return kinds;
}

bool kbm_dn_same_octets(const struct kbm_ava *left, const struct kbm_ava *right)
{
	return left->is_ber == right->is_ber && left->value_length == right->value_length &&
	       memcmp(left->value, right->value, left->value_length) == 0;
}

bool kbm_dn_spelt_alike(const struct kbm_rdn *left, const struct kbm_rdn *right)
{
	if (left->ava_count != right->ava_count)
		return false;
	for (size_t i = 0; i < left->ava_count; i++) {
		const struct kbm_ava *a = &left->avas[i];
		const struct kbm_ava *b = &right->avas[i];
		if (strcmp(a->type, b->type) != 0 || !kbm_dn_same_octets(a, b))
			return false;
	}
	return true;
}

static uint64_t pair_cost(const struct kbm_dn_side *left, size_t left_index,
			  const struct kbm_dn_side *right, size_t right_index)
{
	if (kbm_dn_same_rdn(left, left_index, right, right_index))
		return kbm_dn_spelt_alike(&left->dn->rdns[left_index],
					  &right->dn->rdns[right_index])
			   ? 0
			   : COST_SPELLING;
	unsigned kinds = different_kinds(left, left_index, right, right_index);
	return COST_DIFFERENT + ((kinds & KBM_DN_TYPE) != 0 ? COST_TYPE : 0) +
	       ((kinds & KBM_DN_VALUE) != 0 ? COST_VALUE : 0);
}

static enum kbm_code finish_row(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
				struct kbm_dn_row *row, struct kbm_error *error)
{
	if (row->left == KBM_DN_NOTHING || row->right == KBM_DN_NOTHING) {
		row->kinds = row->left == KBM_DN_NOTHING ? KBM_DN_MISSING : KBM_DN_EXTRA;
		return KBM_OK;
	}
	size_t i = (size_t)row->left;
	size_t j = (size_t)row->right;
	row->kinds = 0;
	if (kbm_dn_same_rdn(left, i, right, j))
		return kbm_dn_rdn_kinds(left, i, right, j, &row->kinds, error);
	row->kinds = different_kinds(left, i, right, j);
	return KBM_OK;
}

/* Wagner-Fischer from the leaves, so that the walk back starts at the root. */
static enum kbm_code align_edited(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
				  struct kbm_dn_row *rows, size_t *row_count,
				  struct kbm_error *error)
{
	size_t left_count = left->dn->rdn_count;
	size_t right_count = right->dn->rdn_count;
	size_t width = right_count + 1;
	uint64_t *cost = calloc((left_count + 1) * width, sizeof *cost);
	uint64_t *pairs = calloc((left_count + 1) * width, sizeof *pairs);
	if (cost == NULL || pairs == NULL) {
		free(cost);
		free(pairs);
		return kbm_fail(error, KBM_MEMORY, "no memory to compare %zu with %zu RDNs",
				left_count, right_count);
	}
	for (size_t i = left_count + 1; i-- > 0;) {
		for (size_t j = right_count + 1; j-- > 0;) {
			uint64_t best = i == left_count && j == right_count ? 0 : UINT64_MAX;
			uint64_t gap = COST_DIFFERENT + COST_GAP;
			if (i < left_count && j < right_count) {
				pairs[i * width + j] = pair_cost(left, i, right, j);
				best = cost[(i + 1) * width + j + 1] + pairs[i * width + j];
			}
			if (i < left_count && cost[(i + 1) * width + j] + gap < best)
				best = cost[(i + 1) * width + j] + gap;
			if (j < right_count && cost[i * width + j + 1] + gap < best)
				best = cost[i * width + j + 1] + gap;
			cost[i * width + j] = best;
		}
	}
	size_t count = 0;
	for (size_t i = 0, j = 0; i < left_count || j < right_count; count++) {
		bool both = i < left_count && j < right_count;
		uint64_t here = cost[i * width + j];
		struct kbm_dn_row row = {.left = KBM_DN_NOTHING, .right = KBM_DN_NOTHING};
		bool paired = both && here == cost[(i + 1) * width + j + 1] + pairs[i * width + j];
		bool extra = !paired && i < left_count &&
			     here == cost[(i + 1) * width + j] + COST_DIFFERENT + COST_GAP;
		if (paired || extra)
			row.left = (int)i++;
		if (paired || !extra)
			row.right = (int)j++;
		rows[count] = row;
	}
	*row_count = count;
	free(cost);
	free(pairs);
	return KBM_OK;
}

/* One fixed order of two different names, whichever is called left. */
static bool comes_later(const struct kbm_dn_side *left, const struct kbm_dn_side *right)
{
	size_t common =
	    left->keys.length < right->keys.length ? left->keys.length : right->keys.length;
	int order = common == 0 ? 0 : memcmp(left->keys.data, right->keys.data, common);
	return order != 0 ? order > 0 : left->keys.length > right->keys.length;
}

static bool same_keys(const struct kbm_dn_side *left, const struct kbm_dn_side *right)
{
	return left->keys.length == right->keys.length &&
	       (left->keys.length == 0 ||
		memcmp(left->keys.data, right->keys.data, left->keys.length) == 0);
}

enum kbm_code kbm_dn_align(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
			   struct kbm_dn_row *rows, size_t *row_count, struct kbm_error *error)
{
	size_t count = 0;
	enum kbm_code code = KBM_OK;
	if (same_keys(left, right)) {
		for (; count < left->dn->rdn_count; count++)
			rows[count] = (struct kbm_dn_row){.left = (int)count, .right = (int)count};
	} else if (!comes_later(left, right)) {
		code = align_edited(left, right, rows, &count, error);
	} else {
		code = align_edited(right, left, rows, &count, error);
		for (size_t i = 0; i < count; i++) {
			int swapped = rows[i].left;
			rows[i].left = rows[i].right;
			rows[i].right = swapped;
		}
	}
	for (size_t i = 0; i < count && code == KBM_OK; i++)
		code = finish_row(left, right, &rows[i], error);
	if (code == KBM_OK)
		*row_count = count;
	return code;
}
