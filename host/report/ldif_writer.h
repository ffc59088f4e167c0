/* Entries as LDIF content (RFC 2849), for files, tools and people. Pure: entries in, bytes out.
 *
 * Lines are those of source/ldif_write; what is base64 has a comment before it that says what it
 * is. */
#ifndef KBM_REPORT_LDIF_WRITER_H
#define KBM_REPORT_LDIF_WRITER_H

#include "base/bytes.h"
#include "base/error.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>

/* A line of our own words and somebody else's, escaped: "# source: ...". */
bool kbm_ldif_write_comment(const char *name, const char *text, size_t length,
			    struct kbm_bytes *out);
/* A blank line and the entry. With `masking` a secret's values are left out, a comment stands for
 * each (KBM_LDIF_LEFT_OUT), and *masked (may be NULL) grows by their number. What kbm_ldif_read()
 * makes of the rest is the entry. KBM_UNSUPPORTED: LDIF cannot hold it (a DN that is no text, an
 * attribute's name that is none, or that means something else in LDIF); KBM_LIMIT: `out` is full.
 * `out` is then of no use.
 */
enum kbm_code kbm_ldif_write_entry(const struct kbm_entry *entry, bool masking, size_t *masked,
				   struct kbm_bytes *out, struct kbm_error *error);

#endif
