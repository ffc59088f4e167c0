/* A password: read from a file or a terminal, kept where it is not written to disk, and wiped. */
#ifndef KBM_GUARD_PASSWORD_H
#define KBM_GUARD_PASSWORD_H

#include "base/error.h"
#include "source/service.h"

/* Reads the file's bytes, without one final line break. KBM_INVALID: it is empty, too long, or
 * holds a NUL. On success *password is the caller's, released with kbm_password_wipe(). */
enum kbm_code kbm_password_read(int descriptor, struct kbm_blob *password, struct kbm_error *error);
/* Asks on a terminal ("Password for NAME: "), where what is typed is not shown. KBM_REFUSED: the
 * person ended it, or nobody waits for it any more, as the other end of the socket `listener` was
 * closed (-1: there is none). `name` is escaped. */
enum kbm_code kbm_password_ask(int terminal, int listener, const char *name,
			       struct kbm_blob *password, struct kbm_error *error);
void kbm_password_wipe(struct kbm_blob *password);

#endif
