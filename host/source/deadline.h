/* A time limit for a blocking step on a socket: when it passes, the socket is shut down, and
 * whatever waits for it ends with an error.
 *
 * It holds whatever a library does inside: connecting, a TLS handshake, an answer that drips byte
 * by byte. There is one for the process, since its timer is a signal's. */
#ifndef KBM_SOURCE_DEADLINE_H
#define KBM_SOURCE_DEADLINE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Makes the timer; once, before any other call and before a jail. Takes SIGALRM. */
enum kbm_code kbm_deadline_prepare(struct kbm_error *error);
/* From now on `socket` has so many milliseconds; it stays the caller's, and open, until
 * kbm_deadline_stop(). */
void kbm_deadline_start(int socket, uint32_t timeout_ms);
/* Whether the time was over before. */
bool kbm_deadline_stop(void);

#endif
