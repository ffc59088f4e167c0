/* Shutting a child in: after kbm_jail_enter() it has its memory, its socket and a little time.
 *
 * Everything that needs more is done before: descriptors mapped and closed, timers made, signal
 * handlers installed, files that a library loads late loaded. */
#ifndef KBM_GUARD_JAIL_H
#define KBM_GUARD_JAIL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct kbm_jail_limits {
	uint32_t cpu_ms;     /* the kernel's limit, in whole seconds above it; a backstop */
	size_t memory_bytes; /* that the job may add */
	size_t mapped_bytes; /* inputs and output, mapped already */
};

/* For the calling process, for good. KBM_REFUSED: something could not be set, and nothing may run
 * without it. */
enum kbm_code kbm_jail_enter(const struct kbm_jail_limits *limits, struct kbm_error *error);

#endif
