/* Search filters (RFC 4515): parsing within KBM_FILTER_MAX_BYTES and KBM_FILTER_MAX_DEPTH, and
 * three-valued evaluation (RFC 4511 section 4.5.1.7) with a small table of attribute syntaxes. */
#ifndef KBM_SOURCE_FILTER_H
#define KBM_SOURCE_FILTER_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"

struct kbm_filter;

/* On success *filter is the caller's, released with kbm_filter_free(). KBM_USAGE: malformed, with
 * the position (byte, from 1); KBM_LIMIT; KBM_UNSUPPORTED: extensible match. */
enum kbm_code kbm_filter_parse(const char *text, struct kbm_filter **filter,
			       struct kbm_error *error);
void kbm_filter_free(struct kbm_filter *filter);

enum kbm_truth { KBM_FALSE, KBM_TRUE, KBM_UNDEFINED };

/* Whether the entry matches. KBM_UNSUPPORTED: the answer cannot be known (an ordering that the
 * attribute's syntax does not define): the search is then `unknown`. */
enum kbm_code kbm_filter_matches(const struct kbm_filter *filter, const struct kbm_entry *entry,
				 enum kbm_truth *truth, struct kbm_error *error);

/* Appends `value` with RFC 4515 escapes: for %s in scripts' filters. */
bool kbm_filter_escape(const char *value, size_t length, struct kbm_bytes *out);

#endif
