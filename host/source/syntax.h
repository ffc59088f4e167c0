/* What attributes are called and how their values compare: a small table and its matching rules.
 *
 * Names and rules are those of RFC 4512/4517/4519 and of the Exchange 5.5 schema. An attribute that
 * is not in the table compares as a directory string without regard to case. */
#ifndef KBM_SOURCE_SYNTAX_H
#define KBM_SOURCE_SYNTAX_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_syntax {
	KBM_SYNTAX_TEXT,       /* caseIgnoreMatch, caseIgnoreSubstringsMatch */
	KBM_SYNTAX_EXACT_TEXT, /* caseExactMatch, caseExactSubstringsMatch */
	KBM_SYNTAX_IA5,	       /* caseIgnoreIA5Match, caseIgnoreIA5SubstringsMatch */
	KBM_SYNTAX_TELEPHONE,  /* telephoneNumberMatch, telephoneNumberSubstringsMatch */
	KBM_SYNTAX_DN,	       /* distinguishedNameMatch */
	KBM_SYNTAX_INTEGER,    /* integerMatch */
	KBM_SYNTAX_BOOLEAN,    /* booleanMatch */
	KBM_SYNTAX_OCTETS,     /* octetStringMatch */
	KBM_SYNTAX_CLASS,      /* objectIdentifierMatch, by name only */
	KBM_SYNTAX_OPAQUE      /* no matching rule at all: presence only */
};

enum { KBM_ATTRIBUTE_NAMES = 4 };

struct kbm_attribute_type {
	const char *names[KBM_ATTRIBUTE_NAMES]; /* the spellings and the OID, NULL behind the last
						 */
	enum kbm_syntax syntax;
	bool ordered; /* has an ordering rule: >= and <= are defined */
};

/* ASCII case ignored, whatever the locale. */
bool kbm_attribute_names_equal(const char *left, size_t left_length, const char *right,
			       size_t right_length);
/* The table's row for a name without options (ASCII case ignored), or NULL. */
const struct kbm_attribute_type *kbm_attribute_type_find(const char *name, size_t length);

/* Whether `name` is written as an attribute description: a name or OID, then options behind ';'. */
bool kbm_attribute_name_is_valid(const char *name, size_t length);
/* The length of the part before the first option. */
size_t kbm_attribute_base_length(const char *name);
/* An attribute description that is asked for; `asked` must outlive it. */
struct kbm_attribute_query {
	const char *asked;
	size_t base_length;
	const struct kbm_attribute_type *type; /* NULL: not in the table */
};
struct kbm_attribute_query kbm_attribute_query(const char *asked);
/* Whether the question includes what an entry holds as `held`: the same type under any of its names
 * and every option asked for (RFC 4512 section 2.5.2). `;binary` is an encoding, not an option. */
bool kbm_attribute_includes(const struct kbm_attribute_query *query, const char *held);
/* The same, and no option more: another spelling of one attribute. */
bool kbm_attribute_is_same(const struct kbm_attribute_query *query, const char *held);
/* Whether the name says that the values are only some of the attribute's: member;range=0-1499. */
bool kbm_attribute_is_cut(const char *name);

enum kbm_value_part { KBM_VALUE_WHOLE, KBM_VALUE_INITIAL, KBM_VALUE_ANY, KBM_VALUE_FINAL };

/* Whether the syntax has a rule for equality, or for substrings. */
bool kbm_syntax_has_equality(enum kbm_syntax syntax);
bool kbm_syntax_has_substrings(enum kbm_syntax syntax);
/* Appends the form in which values compare octet by octet. `part` other than KBM_VALUE_WHOLE: a
 * piece of a substrings filter. KBM_INVALID: the value breaks the syntax. */
enum kbm_code kbm_syntax_normalize(enum kbm_syntax syntax, enum kbm_value_part part,
				   const uint8_t *value, size_t length, struct kbm_bytes *out,
				   struct kbm_error *error);
/* Orders two normalised values: <0, 0, >0. The syntax must be one of an ordered type: integers. */
int kbm_syntax_order(const char *left, const char *right);

#endif
