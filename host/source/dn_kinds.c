/* How RDNs with the same meaning differ in spelling. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>

/* Two texts after the same steps. */
struct pair {
	struct kbm_bytes left;
	struct kbm_bytes right;
};

struct text {
	const char *bytes;
	size_t length;
};

static bool same_text(struct text left, struct text right)
{
	return left.length == right.length &&
	       (left.length == 0 || memcmp(left.bytes, right.bytes, left.length) == 0);
}

static enum kbm_code same_after(struct text left, struct text right, unsigned steps,
				struct pair *scratch, bool *same, struct kbm_error *error)
{
	kbm_bytes_reset(&scratch->left);
	kbm_bytes_reset(&scratch->right);
	enum kbm_code code =
	    kbm_dn_prepare(left.bytes, left.length, steps, &scratch->left, NULL, error);
	if (code == KBM_OK)
		code =
		    kbm_dn_prepare(right.bytes, right.length, steps, &scratch->right, NULL, error);
	if (code != KBM_OK)
		return code;
	*same = scratch->left.length == scratch->right.length &&
		(scratch->left.length == 0 ||
		 memcmp(scratch->left.data, scratch->right.data, scratch->left.length) == 0);
	return KBM_OK;
}

/* A kind is named when the texts stay different with all the other steps. Where case folding and
 * normalisation could each explain a difference (U+FB01 and "fi"), normalisation is named. */
static enum kbm_code text_kinds(struct text left, struct text right, bool same_but_blanks,
				struct pair *scratch, unsigned *kinds, struct kbm_error *error)
{
	bool same_but_case = false;
	bool same_but_unicode = false;
	enum kbm_code code = same_after(left, right, KBM_DN_STEP_UNICODE | KBM_DN_STEP_BLANKS,
					scratch, &same_but_case, error);
	unsigned without_unicode = KBM_DN_STEP_BLANKS | (same_but_case ? 0U : KBM_DN_STEP_FOLD);
	if (code == KBM_OK)
		code = same_after(left, right, without_unicode, scratch, &same_but_unicode, error);
	if (code != KBM_OK)
		return code;
	if (!same_but_case)
		*kinds |= KBM_DN_CASE;
	if (!same_but_unicode)
		*kinds |= KBM_DN_UNICODE;
	if (!same_but_blanks)
		*kinds |= KBM_DN_SPACE;
	return KBM_OK;
}

/* Scratch for one RDN's comparison, so that thousands of AVAs cost no allocation each. */
struct workshop {
	struct pair ber;
	struct pair prepared;
};

static enum kbm_code ava_kinds(const struct kbm_ava *left, const struct kbm_ava *right,
			       bool same_blanks, struct workshop *workshop, unsigned *kinds,
			       struct kbm_error *error)
{
	*kinds |= kbm_dn_type_kinds(left->type, right->type);
	if (kbm_dn_same_octets(left, right))
		return KBM_OK;
	struct text left_text;
	struct text right_text;
	if (!kbm_dn_ava_text(left, &workshop->ber.left, &left_text.bytes, &left_text.length) ||
	    !kbm_dn_ava_text(right, &workshop->ber.right, &right_text.bytes, &right_text.length))
		return kbm_fail(error, KBM_INTERNAL, "equal values of which only one is text");
	bool same = same_text(left_text, right_text);
	if (left->is_ber != right->is_ber ||
	    (left->is_ber && (same || left->value[0] != right->value[0])))
		*kinds |= KBM_DN_BER;
	return same ? KBM_OK
		    : text_kinds(left_text, right_text, same_blanks, &workshop->prepared, kinds,
				 error);
}

/* --- several AVAs: which belongs to which ------------------------------------------------------
 */

struct item {
	const struct kbm_ava *ava;
	const uint8_t *key;
	size_t key_length;
	size_t index; /* in the RDN as written */
	size_t partner;
};

static int compare_bytes(const void *left, size_t left_length, const void *right,
			 size_t right_length)
{
	size_t common = left_length < right_length ? left_length : right_length;
	int order = common == 0 ? 0 : memcmp(left, right, common);
	return order != 0 ? order : (left_length > right_length) - (left_length < right_length);
}

static int by_key(const struct item *a, const struct item *b)
{
	return compare_bytes(a->key, a->key_length, b->key, b->key_length);
}

static int by_value(const struct item *a, const struct item *b)
{
	int order = (int)a->ava->is_ber - (int)b->ava->is_ber;
	return order != 0 ? order
			  : compare_bytes(a->ava->value, a->ava->value_length, b->ava->value,
					  b->ava->value_length);
}

typedef int (*item_order)(const struct item *, const struct item *);

static int same_meaning(const struct item *a, const struct item *b)
{
	return by_key(a, b);
}

static int same_type(const struct item *a, const struct item *b)
{
	int order = by_key(a, b);
	return order != 0 ? order : strcmp(a->ava->type, b->ava->type);
}

static int same_value(const struct item *a, const struct item *b)
{
	int order = by_key(a, b);
	return order != 0 ? order : by_value(a, b);
}

static int same_spelling(const struct item *a, const struct item *b)
{
	int order = same_value(a, b);
	return order != 0 ? order : strcmp(a->ava->type, b->ava->type);
}

/* The closest spelling first. Ties go by place, on both sides alike: so the pairs are the same
 * whichever side is called left. */
static const item_order passes[] = {same_spelling, same_value, same_type, same_meaning};

enum { NO_PARTNER = -1 };

static int compare_items(const void *left, const void *right, void *order)
{
	const struct item *a = left;
	const struct item *b = right;
	int result = (*(const item_order *)order)(a, b);
	return result != 0 ? result : (a->index > b->index) - (a->index < b->index);
}

/* Moves the items without a partner to the front and sorts them. */
static size_t sort_open(struct item *items, size_t count, item_order order)
{
	size_t open = 0;
	for (size_t i = 0; i < count; i++) {
		if (items[i].partner == (size_t)NO_PARTNER) {
			struct item moved = items[i];
			items[i] = items[open];
			items[open++] = moved;
		}
	}
	qsort_r(items, open, sizeof *items, compare_items, &order);
	return open;
}

static void pair_up(struct item *left, struct item *right, size_t count)
{
	for (size_t pass = 0; pass < sizeof passes / sizeof passes[0]; pass++) {
		size_t left_open = sort_open(left, count, passes[pass]);
		size_t right_open = sort_open(right, count, passes[pass]);
		for (size_t i = 0, j = 0; i < left_open && j < right_open;) {
			int order = passes[pass](&left[i], &right[j]);
			if (order == 0) {
				left[i].partner = right[j].index;
				right[j].partner = left[i].index;
			}
			i += order <= 0;
			j += order >= 0;
		}
	}
}

static void make_items(const struct kbm_dn_side *side, size_t rdn_index, struct item *items)
{
	const struct kbm_rdn *rdn = &side->dn->rdns[rdn_index];
	const struct kbm_dn_ava_key *keys = &side->avas[side->firsts[rdn_index]];
	for (size_t i = 0; i < rdn->ava_count; i++)
		items[i] = (struct item){.ava = &rdn->avas[i],
					 .key = side->ava_keys.data + keys[i].key.start,
					 .key_length = keys[i].key.length,
					 .index = i,
					 .partner = (size_t)NO_PARTNER};
}

/* Whether the same blanks were taken out of two values to make their keys. */
static bool same_blanks(const struct kbm_dn_side *left, size_t left_ava,
			const struct kbm_dn_side *right, size_t right_ava)
{
	struct kbm_dn_span a = left->avas[left_ava].blanks;
	struct kbm_dn_span b = right->avas[right_ava].blanks;
	return a.length == b.length &&
	       (a.length == 0 ||
		memcmp(left->blanks.data + a.start, right->blanks.data + b.start, a.length) == 0);
}

static enum kbm_code set_kinds(const struct kbm_dn_side *left, size_t left_index,
			       const struct kbm_dn_side *right, size_t right_index,
			       struct workshop *workshop, unsigned *kinds, struct kbm_error *error)
{
	const struct kbm_rdn *partners = &right->dn->rdns[right_index];
	size_t count = partners->ava_count;
	enum kbm_code code = KBM_OK;
	struct item *items = calloc(2 * count, sizeof *items);
	if (items == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for %zu attribute values", count);
	make_items(left, left_index, items);
	make_items(right, right_index, items + count);
	pair_up(items, items + count, count);
	for (size_t i = 0; i < count && code == KBM_OK; i++) {
		const struct item *item = &items[i];
		bool same = same_blanks(left, left->firsts[left_index] + item->index, right,
					right->firsts[right_index] + item->partner);
		if (item->partner != item->index)
			*kinds |= KBM_DN_ORDER;
		code = ava_kinds(item->ava, &partners->avas[item->partner], same, workshop, kinds,
				 error);
	}
	free(items);
	return code;
}

enum kbm_code kbm_dn_rdn_kinds(const struct kbm_dn_side *left, size_t left_index,
			       const struct kbm_dn_side *right, size_t right_index, unsigned *kinds,
			       struct kbm_error *error)
{
	struct workshop workshop;
	enum kbm_code code = KBM_OK;
	unsigned found = 0;
	kbm_bytes_init(&workshop.ber.left, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&workshop.ber.right, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&workshop.prepared.left, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&workshop.prepared.right, KBM_DN_MAX_KEY_BYTES);
	const struct kbm_rdn *rdn = &left->dn->rdns[left_index];
	if (rdn->ava_count == 1)
		code = ava_kinds(
		    &rdn->avas[0], &right->dn->rdns[right_index].avas[0],
		    same_blanks(left, left->firsts[left_index], right, right->firsts[right_index]),
		    &workshop, &found, error);
	else
		code = set_kinds(left, left_index, right, right_index, &workshop, &found, error);
	kbm_bytes_clear(&workshop.ber.left);
	kbm_bytes_clear(&workshop.ber.right);
	kbm_bytes_clear(&workshop.prepared.left);
	kbm_bytes_clear(&workshop.prepared.right);
	if (code == KBM_OK)
		*kinds = found;
	return code;
}
