/* Search filters (RFC 4515): parsing within KBM_FILTER_MAX_BYTES and KBM_FILTER_MAX_DEPTH, and
 * three-valued evaluation (RFC 4511 section 4.5.1.7) with a small table of attribute syntaxes. */
#ifndef KBM_SOURCE_FILTER_H
#define KBM_SOURCE_FILTER_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"
#include "source/syntax.h"

struct kbm_filter;

/* On success *filter is the caller's, released with kbm_filter_free(). KBM_USAGE: malformed, with
 * the position (byte, from 1); KBM_LIMIT; KBM_UNSUPPORTED: extensible match. */
enum kbm_code kbm_filter_parse(const char *text, struct kbm_filter **filter,
			       struct kbm_error *error);
void kbm_filter_free(struct kbm_filter *filter);

/* Tells the filter which attributes the directory knows beside the table of syntaxes: an assertion
 * about an unknown one is undefined, about a known one that an entry lacks false. Without it a
 * filter whose outcome hangs on that difference cannot be answered (KBM_UNSUPPORTED). `name` comes
 * without options. */
void kbm_filter_bind(struct kbm_filter *filter,
		     bool (*knows)(void *context, const char *name, size_t length), void *context);

enum kbm_truth { KBM_FALSE, KBM_TRUE, KBM_UNDEFINED };

/* Whether the entry matches: KBM_TRUE only. KBM_UNSUPPORTED: the answer cannot be known (a rule
 * that the attribute's syntax does not define; values that the entry holds only in part): the
 * search is then `unknown`. A held value that breaks its attribute's syntax equals nothing. */
enum kbm_code kbm_filter_matches(const struct kbm_filter *filter, const struct kbm_entry *entry,
				 enum kbm_truth *truth, struct kbm_error *error);

/* Whether it compares an attribute of that syntax with a value. */
bool kbm_filter_compares(const struct kbm_filter *filter, enum kbm_syntax syntax);
/* The first attribute of those wanted that it compares with a value, as the filter spells it and
 * borrowed from it; or NULL. */
const char *kbm_filter_find_compared(const struct kbm_filter *filter,
				     bool (*wanted)(const char *name));

/* Appends `value` with RFC 4515 escapes: for %s in scripts' filters. */
bool kbm_filter_escape(const char *value, size_t length, struct kbm_bytes *out);

#endif
