/* Two names, a byte for their forms before and a line feed between: whatever can be read compares
 * like with itself, the same both ways, as its keys say, and survives being written; so does its
 * parent. */
#include "base/limits.h"
#include "source/dn.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static enum kbm_dn_verdict verdict_of(const struct kbm_dn *left, const struct kbm_dn *right,
				      unsigned *kinds)
{
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	demand(kbm_dn_compare(left, right, &comparison, &error) == KBM_OK);
	enum kbm_dn_verdict verdict = comparison.verdict;
	*kinds = comparison.kinds & ~(unsigned)(KBM_DN_MISSING | KBM_DN_EXTRA);
	kbm_dn_comparison_clear(&comparison);
	return verdict;
}

static void check_writing(const struct kbm_dn *dn, enum kbm_dn_form form)
{
	struct kbm_bytes written;
	struct kbm_error error;
	kbm_bytes_init(&written, 4 * KBM_DN_MAX_BYTES);
	if (kbm_dn_write(dn, form, &written, &error) == KBM_OK &&
	    written.length <= KBM_DN_MAX_BYTES) {
		struct kbm_dn *again = NULL;
		unsigned kinds = 0;
		demand(kbm_dn_parse(kbm_bytes_text(&written), written.length, form, &again,
				    &error) == KBM_OK);
		demand(verdict_of(dn, again, &kinds) == KBM_DN_IDENTICAL);
		kbm_dn_free(again);
	}
	kbm_bytes_clear(&written);
}

/* The way up ends at the empty name, one RDN a step. */
static void check_parents(const struct kbm_dn *dn)
{
	struct kbm_dn *above = NULL;
	struct kbm_error error;
	enum kbm_code code = kbm_dn_parent(dn, &above, &error);
	demand(code == (dn->rdn_count > 0 ? KBM_OK : KBM_NOT_FOUND));
	if (code != KBM_OK)
		return;
	demand(above->rdn_count == dn->rdn_count - 1);
	check_writing(above, KBM_DN_LDAP);
	kbm_dn_free(above);
}

static bool same_key(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_bytes a;
	struct kbm_bytes b;
	struct kbm_error error;
	kbm_bytes_init(&a, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&b, KBM_DN_MAX_KEY_BYTES);
	demand(kbm_dn_normalize(left, &a, &error) == KBM_OK);
	demand(kbm_dn_normalize(right, &b, &error) == KBM_OK);
	bool same =
	    a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
	kbm_bytes_clear(&a);
	kbm_bytes_clear(&b);
	return same;
}

static void check_pair(const struct kbm_dn *left, const struct kbm_dn *right)
{
	unsigned there = 0;
	unsigned back = 0;
	enum kbm_dn_verdict verdict = verdict_of(left, right, &there);
	demand(verdict == verdict_of(right, left, &back) && there == back);
	demand(same_key(left, right) == (verdict != KBM_DN_DIFFERENT));
	demand(verdict_of(left, left, &there) == KBM_DN_IDENTICAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const char *text = (const char *)data + 1;
	const char *feed = memchr(text, '\n', size - 1);
	size_t left_length = feed != NULL ? (size_t)(feed - text) : size - 1;
	size_t right_length = feed != NULL ? size - 2 - left_length : 0;
	struct kbm_dn *left = NULL;
	struct kbm_dn *right = NULL;
	struct kbm_error error;
	enum kbm_dn_form left_form = data[0] % 3;
	enum kbm_dn_form right_form = data[0] / 3 % 3;
	if (kbm_dn_parse(text, left_length, left_form, &left, &error) == KBM_OK) {
		check_writing(left, KBM_DN_LDAP);
		check_writing(left, KBM_DN_X500);
		check_parents(left);
		if (feed != NULL &&
		    kbm_dn_parse(feed + 1, right_length, right_form, &right, &error) == KBM_OK)
			check_pair(left, right);
	}
	kbm_dn_free(left);
	kbm_dn_free(right);
	return 0;
}
