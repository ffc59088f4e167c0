/* What native code tries from inside the jail of kbmend-directory, and how each try has to end. */
#ifndef KBM_TESTS_NETWORK_ATTACKS_H
#define KBM_TESTS_NETWORK_ATTACKS_H

#include "guard/jail.h"

#include <stddef.h>
#include <sys/types.h>

/* What an attack finds when it starts: it is made before the jail, and open in it. */
struct kbm_network_surroundings {
	int channel;	      /* a socket, as the one to kbmend */
	int listener;	      /* TCP, bound and listening */
	int file;	      /* readable */
	uint16_t permitted;   /* TCP ports of 127.0.0.1; what is written to this one comes back */
	uint16_t forbidden;   /* somebody listens here, too, and on ::1 */
	const char *path;     /* of a listening AF_UNIX socket */
	const char *abstract; /* the name of another one */
	pid_t victim;	      /* another process of the user */
};

enum {
	/* How a row ends: 0 it works, an error's number, or a signal below zero. */
	KBM_NETWORK_WORKS = 0,
	KBM_NETWORK_MAX_DESCRIPTORS = 32,
	KBM_NETWORK_MEMORY_MIB = 16
};

struct kbm_network_attack {
	const char *name;
	int (*run)(const struct kbm_network_surroundings *around); /* 0: it went through; errno */
	int ends;
	uint32_t landlock;	       /* the version that it takes, 0: any or none */
	enum kbm_jail_profile profile; /* where it is not KBM_JAIL_NETWORK */
	int (*before)(void);	       /* outside the jail; NULL: nothing */
};

extern const struct kbm_network_attack kbm_network_attacks[];
extern const size_t kbm_network_attack_count;

#endif
