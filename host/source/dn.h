/* Distinguished names: parsing two written forms, comparing by matching rules, writing.
 *
 * LDAP form: RFC 4514, reading also RFC 2253 and 1779 spellings. X.500 form: /o=../ou=../cn=..,
 * root first, no escapes (MS-OXOABK 2.2.1.1). Comparison: RFC 4517 distinguishedNameMatch with the
 * string preparation of RFC 4518. Caps: KBM_DN_MAX_BYTES, KBM_DN_MAX_RDNS. */
#ifndef KBM_SOURCE_DN_H
#define KBM_SOURCE_DN_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum kbm_dn_form { KBM_DN_DETECT, KBM_DN_LDAP, KBM_DN_X500 };

/* One attribute type and value. */
struct kbm_ava {
	char *type;  /* as written: neither its case changed nor an OID. prefix removed */
	char *value; /* the octets after unescaping, with a NUL behind them; may hold NUL */
	size_t value_length;
	bool is_ber; /* written as #hex: the octets are BER (X.690) */
};

/* RDNs are kept root first: rdns[0] is o=.. in both forms. */
struct kbm_rdn {
	struct kbm_ava *avas;
	size_t ava_count;
};

struct kbm_dn {
	enum kbm_dn_form form; /* the form it was written in */
	struct kbm_rdn *rdns;
	size_t rdn_count;
};

/* On success *dn is the caller's, released with kbm_dn_free(). KBM_INVALID names the position
 * (byte, from 1) and what is wrong there. KBM_LIMIT beyond the caps. An empty text is the empty DN
 * in the LDAP form. `text` may hold NUL. */
enum kbm_code kbm_dn_parse(const char *text, size_t length, enum kbm_dn_form form,
			   struct kbm_dn **dn, struct kbm_error *error);
void kbm_dn_free(struct kbm_dn *dn);

enum kbm_dn_verdict { KBM_DN_IDENTICAL, KBM_DN_EQUIVALENT, KBM_DN_DIFFERENT };

/* How RDNs differ; a difference carries one or more. */
enum kbm_dn_kind {
	KBM_DN_TYPECASE = 1 << 0,
	KBM_DN_TYPEALIAS = 1 << 1,
	KBM_DN_CASE = 1 << 2,
	KBM_DN_SPACE = 1 << 3,
	KBM_DN_UNICODE = 1 << 4,
	KBM_DN_BER = 1 << 5,
	KBM_DN_ORDER = 1 << 6,
	KBM_DN_TYPE = 1 << 7, /* from here on: different */
	KBM_DN_VALUE = 1 << 8,
	KBM_DN_MISSING = 1 << 9,  /* left lacks the RDN */
	KBM_DN_EXTRA = 1 << 10,	  /* left has the RDN more */
	KBM_DN_CHARSET = 1 << 11, /* hint beside value: one side is 8-bit text of a code page */
	KBM_DN_REVERSED = 1 << 12 /* hint: equal when one side is read backwards */
};

struct kbm_dn_difference {
	/* Counted from the root, from 1, over the RDNs of both: one that either lacks counts too.
	 */
	size_t position;
	char *type; /* attribute type(s) at that place, left's where it has one; joined with + */
	char *right_type; /* right's; NULL where right lacks the RDN */
	char *left;	  /* the value(s), joined with +; NULL where left lacks the RDN */
	char *right;
	unsigned kinds; /* of enum kbm_dn_kind */
};

struct kbm_dn_comparison {
	enum kbm_dn_verdict verdict;
	unsigned kinds; /* union */
	struct kbm_dn_difference *differences;
	size_t difference_count;
};

/* On success *comparison is the caller's, released with kbm_dn_comparison_clear(). */
enum kbm_code kbm_dn_compare(const struct kbm_dn *left, const struct kbm_dn *right,
			     struct kbm_dn_comparison *comparison, struct kbm_error *error);
void kbm_dn_comparison_clear(struct kbm_dn_comparison *comparison);
/* identical, equivalent, different; typecase, typealias, ... */
const char *kbm_dn_verdict_name(enum kbm_dn_verdict verdict);
const char *kbm_dn_kind_name(enum kbm_dn_kind kind);

/* Writes a form. Types keep their spelling. KBM_INVALID when the X.500 form cannot hold the name (a
 * '/' in a value, several AVAs in an RDN, BER, an empty DN); the message says which. */
enum kbm_code kbm_dn_write(const struct kbm_dn *dn, enum kbm_dn_form form, struct kbm_bytes *out,
			   struct kbm_error *error);
/* Appends a name of either form, detected, in LDAP's; one that is in it keeps its spelling. The
 * codes are those of parsing and writing; KBM_LIMIT too where `out` is full. */
enum kbm_code kbm_dn_text_to_ldap(const char *text, struct kbm_bytes *out, struct kbm_error *error);
/* The DN without its leaf; the empty DN's parent is KBM_NOT_FOUND. */
enum kbm_code kbm_dn_parent(const struct kbm_dn *dn, struct kbm_dn **parent,
			    struct kbm_error *error);
/* A key that is equal for two DNs exactly when they are identical or equivalent: for indexes. */
enum kbm_code kbm_dn_normalize(const struct kbm_dn *dn, struct kbm_bytes *out,
			       struct kbm_error *error);
/* The same of a name in LDAP's form; the codes are those of parsing too. */
enum kbm_code kbm_dn_text_key(const char *text, size_t length, struct kbm_bytes *out,
			      struct kbm_error *error);
/* The preparation of one attribute value for caseIgnoreMatch (RFC 4518; insignificant blanks). */
enum kbm_code kbm_dn_prepare_value(const char *value, size_t length, struct kbm_bytes *out,
				   struct kbm_error *error);

#endif
