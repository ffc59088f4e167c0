/* Lines of LDIF (RFC 2849), written: what every file of ours has in common.
 *
 * Lines are not folded, so that grep finds what it looks for. What is not printable ASCII is
 * base64, also where the RFC would allow it as it is (control characters): a terminal must not obey
 * it. All return false when `out` is full. */
#ifndef KBM_SOURCE_LDIF_WRITE_H
#define KBM_SOURCE_LDIF_WRITE_H

#include "base/bytes.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>

/* The first line of every file. */
bool kbm_ldif_put_version(struct kbm_bytes *out);
/* A line "# ...", escaped: nothing in it can end it. Cut behind about 1,000 bytes. */
bool kbm_ldif_put_comment(struct kbm_bytes *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "name: value", or "name:: " and base64. */
bool kbm_ldif_put_value(const char *name, const struct kbm_blob *value, struct kbm_bytes *out);
/* Whether the value stands as it is: RFC 2849's SAFE-STRING, less the controls, and no blank at its
 * end, which would be lost to the eye. */
bool kbm_ldif_is_plain(const struct kbm_blob *value);
/* Whether the format takes the name of an attribute for a word of its own: dn, changetype, control.
 */
bool kbm_ldif_is_word(const char *name);

#endif
