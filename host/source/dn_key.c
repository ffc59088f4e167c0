/* Keys of names: equal exactly when the names are identical or equivalent.
 *
 * Root first. An RDN is its AVAs in byte order, joined with 01, and a 00 behind: so the key of a
 * name begins with the key of each of its ancestors. An AVA is the canonical type, `=`, the
 * prepared text (or `#` and the BER octets, when they are no text), 00 to 02 escaped. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>

enum { END_OF_RDN = 0x00, BETWEEN_AVAS = 0x01, ESCAPE = 0x02, ESCAPED = 0x10 };

bool kbm_dn_ava_text(const struct kbm_ava *ava, struct kbm_bytes *scratch, const char **text,
		     size_t *length)
{
	if (!ava->is_ber) {
		*text = ava->value;
		*length = ava->value_length;
		return true;
	}
	kbm_bytes_reset(scratch);
	if (!kbm_dn_ber_text((const uint8_t *)ava->value, ava->value_length, scratch))
		return false;
	*text = kbm_bytes_text(scratch);
	*length = scratch->length;
	return true;
}

static void append_escaped(const uint8_t *bytes, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		size_t run = at;
		while (run < length && bytes[run] > ESCAPE)
			run++;
		kbm_bytes_append(out, bytes + at, run - at);
		if (run < length) {
			kbm_bytes_append_byte(out, ESCAPE);
			kbm_bytes_append_byte(out, (uint8_t)(bytes[run] + ESCAPED));
			run++;
		}
		at = run;
	}
}

/* Only text that is not UTF-8 can keep control bytes through preparation. */
static enum kbm_code append_prepared(const char *text, size_t length, struct kbm_bytes *out,
				     struct kbm_bytes *blanks, struct kbm_error *error)
{
	size_t start = out->length;
	enum kbm_code code = kbm_dn_prepare(text, length, KBM_DN_ALL_STEPS, out, blanks, error);
	size_t at = start;
	while (at < out->length && out->data[at] > ESCAPE)
		at++;
	if (code != KBM_OK || at == out->length)
		return code;
	struct kbm_bytes tail;
	kbm_bytes_init(&tail, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_append(&tail, out->data + at, out->length - at);
	out->length = at;
	append_escaped(tail.data, tail.length, out);
	if (tail.failed)
		code = kbm_fail(error, KBM_MEMORY, "no memory to prepare a value of %zu bytes",
				length);
	kbm_bytes_clear(&tail);
	return code;
}

enum kbm_code kbm_dn_append_ava_key(const struct kbm_ava *ava, struct kbm_bytes *out,
				    struct kbm_bytes *blanks, struct kbm_error *error)
{
	struct kbm_bytes text;
	const char *value = NULL;
	size_t length = 0;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&text, KBM_DN_MAX_KEY_BYTES);
	kbm_dn_append_canonical_type(ava->type, out);
	if (kbm_dn_ava_text(ava, &text, &value, &length)) {
		kbm_bytes_append_byte(out, '=');
		code = append_prepared(value, length, out, blanks, error);
	} else {
		kbm_bytes_append_byte(out, '#');
		append_escaped((const uint8_t *)ava->value, ava->value_length, out);
	}
	kbm_bytes_clear(&text);
	if (code == KBM_OK && out->failed)
		code = kbm_fail(error, KBM_LIMIT,
				"the key of a distinguished name is over %zu bytes", out->maximum);
	return code;
}

struct slice {
	const uint8_t *data;
	size_t length;
};

static int compare_slices(const void *left, const void *right)
{
	const struct slice *a = left;
	const struct slice *b = right;
	int order = memcmp(a->data, b->data, a->length < b->length ? a->length : b->length);
	return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* Makes the keys of an RDN's AVAs, one behind the other; avas[i] is where. */
static enum kbm_code make_ava_keys(const struct kbm_rdn *rdn, struct kbm_dn_ava_key *avas,
				   struct kbm_bytes *made, struct kbm_bytes *blanks,
				   struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < rdn->ava_count && code == KBM_OK; i++) {
		avas[i].key.start = made->length;
		avas[i].blanks.start = blanks != NULL ? blanks->length : 0;
		code = kbm_dn_append_ava_key(&rdn->avas[i], made, blanks, error);
		avas[i].key.length = made->length - avas[i].key.start;
		avas[i].blanks.length = blanks != NULL ? blanks->length - avas[i].blanks.start : 0;
	}
	return code;
}

/* The key of an RDN, from those of its AVAs. */
static enum kbm_code append_joined(const struct kbm_dn_ava_key *avas, size_t count,
				   const struct kbm_bytes *made, struct kbm_bytes *out,
				   struct kbm_error *error)
{
	struct slice *slices = calloc(count, sizeof *slices);
	if (slices == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for %zu attribute values", count);
	for (size_t i = 0; i < count; i++)
		slices[i] = (struct slice){made->data + avas[i].key.start, avas[i].key.length};
	qsort(slices, count, sizeof *slices, compare_slices);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			kbm_bytes_append_byte(out, BETWEEN_AVAS);
		kbm_bytes_append(out, slices[i].data, slices[i].length);
	}
	free(slices);
	return KBM_OK;
}

static enum kbm_code end_rdn(struct kbm_bytes *out, struct kbm_error *error)
{
	kbm_bytes_append_byte(out, END_OF_RDN);
	if (out->failed)
		return kbm_fail(error, KBM_LIMIT,
				"the key of a distinguished name is over %zu bytes", out->maximum);
	return KBM_OK;
}

static enum kbm_code append_set(const struct kbm_rdn *rdn, struct kbm_bytes *out,
				struct kbm_error *error)
{
	struct kbm_bytes made;
	struct kbm_dn_ava_key *avas = calloc(rdn->ava_count, sizeof *avas);
	if (avas == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for %zu attribute values",
				rdn->ava_count);
	kbm_bytes_init(&made, KBM_DN_MAX_KEY_BYTES);
	enum kbm_code code = make_ava_keys(rdn, avas, &made, NULL, error);
	if (code == KBM_OK)
		code = append_joined(avas, rdn->ava_count, &made, out, error);
	kbm_bytes_clear(&made);
	free(avas);
	return code;
}

enum kbm_code kbm_dn_normalize(const struct kbm_dn *dn, struct kbm_bytes *out,
			       struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < dn->rdn_count && code == KBM_OK; i++) {
		const struct kbm_rdn *rdn = &dn->rdns[i];
		code = rdn->ava_count == 1 ? kbm_dn_append_ava_key(&rdn->avas[0], out, NULL, error)
					   : append_set(rdn, out, error);
		if (code == KBM_OK)
			code = end_rdn(out, error);
	}
	return code;
}

enum kbm_code kbm_dn_text_key(const char *text, size_t length, struct kbm_bytes *out,
			      struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	enum kbm_code code = kbm_dn_parse(text, length, KBM_DN_LDAP, &dn, error);
	if (code == KBM_OK)
		code = kbm_dn_normalize(dn, out, error);
	kbm_dn_free(dn);
	return code;
}

enum kbm_code kbm_dn_side_make(const struct kbm_dn *dn, struct kbm_dn_side *side,
			       struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t count = 0;
	*side = (struct kbm_dn_side){.dn = dn};
	kbm_bytes_init(&side->keys, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&side->ava_keys, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&side->blanks, KBM_DN_MAX_KEY_BYTES);
	for (size_t i = 0; i < dn->rdn_count; i++) {
		side->firsts[i] = count;
		count += dn->rdns[i].ava_count;
	}
	side->avas = calloc(count + 1, sizeof *side->avas);
	if (side->avas == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for %zu attribute values", count);
	for (size_t i = 0; i < dn->rdn_count && code == KBM_OK; i++) {
		const struct kbm_rdn *rdn = &dn->rdns[i];
		struct kbm_dn_ava_key *avas = &side->avas[side->firsts[i]];
		code = make_ava_keys(rdn, avas, &side->ava_keys, &side->blanks, error);
		if (code == KBM_OK)
			code = append_joined(avas, rdn->ava_count, &side->ava_keys, &side->keys,
					     error);
		if (code == KBM_OK)
			code = end_rdn(&side->keys, error);
		side->offsets[i + 1] = side->keys.length;
	}
	return code;
}

void kbm_dn_side_clear(struct kbm_dn_side *side)
{
	kbm_bytes_clear(&side->keys);
	kbm_bytes_clear(&side->ava_keys);
	kbm_bytes_clear(&side->blanks);
	free(side->avas);
	side->avas = NULL;
}
