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
 * only, and never becomes UTF-8 by it. */
enum kbm_code kbm_dn_prepare(const char *text, size_t length, unsigned steps, struct kbm_bytes *out,
			     struct kbm_error *error);

/* --- values (dn_ber.c) ------------------------------------------------------------------------ */

/* Appends the text that a BER string holds, in UTF-8 where its tag tells the encoding. False, and
 * nothing appended, for anything that is not one string. */
bool kbm_dn_ber_text(const uint8_t *ber, size_t length, struct kbm_bytes *out);

/* --- keys (dn_key.c) -------------------------------------------------------------------------- */

/* Appends the key of one attribute value: equal for equal types and values, and for those only. */
enum kbm_code kbm_dn_append_ava_key(const struct kbm_ava *ava, struct kbm_bytes *out,
				    struct kbm_error *error);
/* Appends the key of the whole name; RDN i is at [offsets[i], offsets[i + 1]). `offsets` has room
 * for KBM_DN_MAX_RDNS + 1, or is NULL. */
enum kbm_code kbm_dn_append_key(const struct kbm_dn *dn, struct kbm_bytes *out, size_t *offsets,
				struct kbm_error *error);
/* The bytes of a value's text: borrowed from the AVA, or from `scratch` when it is a BER string.
 * False when the value is BER that is no text. */
bool kbm_dn_ava_text(const struct kbm_ava *ava, struct kbm_bytes *scratch, const char **text,
		     size_t *length);

/* --- how equal RDNs differ (dn_kinds.c) ------------------------------------------------------- */

/* For two RDNs with equal keys: which kinds of spelling differ; 0 when they are identical. */
enum kbm_code kbm_dn_rdn_kinds(const struct kbm_rdn *left, const struct kbm_rdn *right,
			       unsigned *kinds, struct kbm_error *error);

/* --- alignment (dn_align.c) ------------------------------------------------------------------- */

enum { KBM_DN_NOTHING = -1 };

/* One row of an alignment: indexes of RDNs, KBM_DN_NOTHING where a side lacks it. */
struct kbm_dn_row {
	int left;
	int right;
	unsigned kinds; /* 0 for identical ones */
};

/* A name with its keys. */
struct kbm_dn_side {
	const struct kbm_dn *dn;
	struct kbm_bytes keys;
	size_t offsets[KBM_DN_MAX_RDNS + 1];
};

bool kbm_dn_same_rdn(const struct kbm_dn_side *left, size_t left_index,
		     const struct kbm_dn_side *right, size_t right_index);
/* The same types and octets, AVA by AVA. */
bool kbm_dn_spelt_alike(const struct kbm_rdn *left, const struct kbm_rdn *right);
/* `rows` has room for 2 * KBM_DN_MAX_RDNS. Fills the kinds TYPE, VALUE, MISSING and EXTRA, and
 * those of equal RDNs. */
enum kbm_code kbm_dn_align(const struct kbm_dn_side *left, const struct kbm_dn_side *right,
			   struct kbm_dn_row *rows, size_t *row_count, struct kbm_error *error);

#endif
