/* Shutting a child in: after kbm_jail_enter() it has its memory, its socket and a little time.
 *
 * Everything that needs more is done before: descriptors mapped and closed, timers made, signal
 * handlers installed, files that a library loads late loaded. The layers are independent of each
 * other; the last one alone stops everything, the others stand behind it. */
#ifndef KBM_GUARD_JAIL_H
#define KBM_GUARD_JAIL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_jail_layer {
	KBM_JAIL_NO_NEW_PRIVILEGES, /* prctl(2) PR_SET_NO_NEW_PRIVS */
	KBM_JAIL_NOT_DUMPABLE,	    /* PR_SET_DUMPABLE */
	KBM_JAIL_PARENT_DEATH,	    /* PR_SET_PDEATHSIG */
	KBM_JAIL_NO_CODE,	    /* PR_SET_MDWE, Linux 6.3 */
	KBM_JAIL_LANDLOCK,	    /* landlock(7), Linux 5.13 */
	KBM_JAIL_LIMITS,	    /* setrlimit(2) */
	KBM_JAIL_SYSTEM_CALLS,	    /* seccomp(2) */
	KBM_JAIL_LAYER_COUNT
};

/* What each layer is called and does, for people. */
struct kbm_jail_text {
	const char *name;
	const char *effect;
	bool required;	   /* nothing runs without it */
	const char *since; /* the first Linux that has it, NULL: all */
};
extern const struct kbm_jail_text kbm_jail_texts[KBM_JAIL_LAYER_COUNT];

/* What became of each layer: 0 it holds, else the system's error; ENOPKG: left out of this build,
 * EPROTO: entered, but a trial went through all the same. */
struct kbm_jail_state {
	int errors[KBM_JAIL_LAYER_COUNT];
	uint32_t landlock_version; /* the kernel's, 0: none */
};

enum kbm_jail_profile {
	KBM_JAIL_COMPUTE, /* its memory, its socket, a little time */
	KBM_JAIL_NETWORK, /* TCP beside that: to `ports`, where Landlock knows */
	KBM_JAIL_LOCAL	  /* and to this machine's sockets, by their paths */
};
enum { KBM_JAIL_MAX_PORTS = 33 };

struct kbm_jail_order {
	enum kbm_jail_profile profile;
	uint16_t ports[KBM_JAIL_MAX_PORTS];
	size_t port_count;
	uint32_t cpu_ms;     /* the kernel's limit, in whole seconds above it; a backstop */
	size_t memory_bytes; /* that the job may add */
	size_t mapped_bytes; /* inputs and output, mapped already */
	bool lenient;	     /* go on without a filter of system calls */
	bool tries;	     /* do what each layer forbids, and see that it fails */
};

/* Once, in the process that children are forked from: what would be loaded late. */
void kbm_jail_prepare(void);
/* For the calling process, for good. KBM_REFUSED: a layer that is required could not be had, and
 * nothing may run. *state is filled as far as it went. */
enum kbm_code kbm_jail_enter(const struct kbm_jail_order *order, struct kbm_jail_state *state,
			     struct kbm_error *error);
/* Makes a system call that the jail forbids: does not come back from a jail that holds. */
void kbm_jail_provoke(void);

#endif
