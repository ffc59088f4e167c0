/* LDIF content (RFC 2849): folding, comments, base64, UTF-8 or UTF-16. `changetype: add` records
 * are content; other change records and URL values are refused. Errors name the line. */
#ifndef KBM_SOURCE_LDIF_H
#define KBM_SOURCE_LDIF_H

#include "base/error.h"
#include "source/service.h"

/* Whether the file's beginning looks like LDIF (version: or dn: as first line that is no comment).
 */
bool kbm_ldif_is(const uint8_t *bytes, size_t length);

/* Calls `record` with each entry in file order; `line` is that of its DN; a code other than KBM_OK
 * from it ends the reading and is returned. KBM_INVALID, KBM_UNSUPPORTED, KBM_LIMIT: "line 17: ..."
 *
 * An attribute that an export left out (KBM_LDIF_LEFT_OUT) has no values.
 *
 * The values of an attribute are gathered wherever they stand in the entry. The entry is borrowed
 * for the call. A value that needed no decoding points into `bytes`: it lives as long as those,
 * must not be written to and has no NUL behind it. */
enum kbm_code kbm_ldif_read(const uint8_t *bytes, size_t length,
			    enum kbm_code (*record)(void *context, const struct kbm_entry *entry,
						    size_t line, struct kbm_error *error),
			    void *context, struct kbm_error *error);

#endif
