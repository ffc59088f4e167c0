/* What the files of source/dn share: the steps of comparison below the public functions. */
#ifndef KBM_SOURCE_DN_INTERNAL_H
#define KBM_SOURCE_DN_INTERNAL_H

#include "base/limits.h"
#include "source/dn.h"

#include <stdint.h>

/* --- attribute types (dn_type.c) -------------------------------------------------------------- */

/* A descriptor or a dotted OID (RFC 4512 section 1.4), or an OID behind `OID.` (RFC 1779). */
bool kbm_dn_is_type(const char *type, size_t length);
/* The same for all spellings of one type: the OID when it is known, else the name in lower case. */
bool kbm_dn_append_canonical_type(const char *type, struct kbm_bytes *out);
/* How two types that are the same differ: 0, KBM_DN_TYPECASE or KBM_DN_TYPEALIAS. */
unsigned kbm_dn_type_kinds(const char *left, const char *right);

/* --- string preparation (dn_prepare.c) -------------------------------------------------------- */

enum kbm_dn_step {
	KBM_DN_STEP_UNICODE = 1 << 0, /* RFC 4518 sections 2.2 and 2.3 */
	KBM_DN_STEP_FOLD = 1 << 1,
	KBM_DN_STEP_BLANKS = 1 << 2 /* section 2.6.1 */
};
#define KBM_DN_ALL_STEPS (KBM_DN_STEP_UNICODE | KBM_DN_STEP_FOLD | KBM_DN_STEP_BLANKS)

/* Appends the text after the chosen steps. Text that is not UTF-8 is folded in its ASCII letters
 * only, and never becomes UTF-8 by it. Where KBM_DN_STEP_BLANKS took out blanks, and how many, is
 * appended to `blanks`, which may be NULL: texts that the steps make equal are equal before that
 * step, too, exactly when these are. */
enum kbm_code kbm_dn_prepare(const char *text, size_t length, unsigned steps, struct kbm_bytes *out,
			     struct kbm_bytes *blanks, struct kbm_error *error);

/* --- values (dn_ber.c) ------------------------------------------------------------------------ */

/* Appends the text that a BER string holds, in UTF-8 where its tag tells the encoding. False, and
 * nothing appended, for anything that is not one string. */
bool kbm_dn_ber_text(const uint8_t *ber, size_t length, struct kbm_bytes *out);

/* --- keys (dn_key.c) -------------------------------------------------------------------------- */

/* Appends the key of one attribute value: equal for equal types and values, and for those only.
 * `blanks`: as with kbm_dn_prepare(). */
enum kbm_code kbm_dn_append_ava_key(const struct kbm_ava *ava, struct kbm_bytes *out,
				    struct kbm_bytes *blanks, struct kbm_error *error);

/* A run of bytes in a buffer. */
struct kbm_dn_span {
	size_t start;
	size_t length;
};

/* What the comparison needs of one attribute value. */
struct kbm_dn_ava_key {
	struct kbm_dn_span key;	   /* in ava_keys */
	struct kbm_dn_span blanks; /* in blanks: what kbm_dn_prepare() tells of them */
};

/* A name with its keys. */
struct kbm_dn_side {
	const struct kbm_dn *dn;
	struct kbm_bytes keys; /* that of RDN i is at [offsets[i], offsets[i + 1]) */
	size_t offsets[KBM_DN_MAX_RDNS + 1];
	struct kbm_dn_ava_key *avas; /* those of RDN i begin at firsts[i], as written */
	size_t firsts[KBM_DN_MAX_RDNS];
	struct kbm_bytes ava_keys;
	struct kbm_bytes blanks;
};

/* The side is the caller's, released with kbm_dn_side_clear(), also after a failure. */
enum kbm_code kbm_dn_side_make(const struct kbm_dn *dn, struct kbm_dn_side *side,
			       struct kbm_error *error);
void kbm_dn_side_clear(struct kbm_dn_side *side);
/* The bytes of a value's text: borrowed from the AVA, or from `scratch` when it is a BER string.
 * False when the value is BER that is no text. */
bool kbm_dn_ava_text(const struct kbm_ava *ava, struct kbm_bytes *scratch, const char **text,
		     size_t *length);

/* --- how equal RDNs differ (dn_kinds.c) ------------------------------------------------------- */

/* For two RDNs with equal keys: which kinds of spelling differ; 0 when they are identical. */
enum kbm_code kbm_dn_rdn_kinds(const struct kbm_dn_side *left, size_t left_index,
			       const struct kbm_dn_side *right, size_t right_index, unsigned *kinds,
			       struct kbm_error *error);

/* --- alignment (dn_align.c) ------------------------------------------------------------------- */

enum { KBM_DN_NOTHING = -1 };

/* One row of an alignment: indexes of RDNs, KBM_DN_NOTHING where a side lacks it. */
struct kbm_dn_row {
	int left;
	int right;
	unsigned kinds; /* 0 for identical ones */
};

bool kbm_dn_same_rdn(const struct kbm_dn_side *left, size_t left_index,
		     const struct kbm_dn_side *right, size_t right_index);
/* The same value to the octet, whatever the types. */
bool kbm_dn_same_octets(const struct kbm_ava *left, const struct kbm_ava *right);
/* The same types and octets, AVA by AVA. */
bool kbm_dn_spelt_alike(const struct kbm_rdn *left, const struct kbm_rdn *right);
/* `rows` has room for 2 * KBM_DN_MAX_RDNS. Fills the kinds TYPE, VALUE, MISSING and EXTRA, and
 * those of equal RDNs. */
enum kbm_code kbm_dn_align(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
			   struct kbm_dn_row *rows, size_t *row_count, struct kbm_error *error);

#endif
