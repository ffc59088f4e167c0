/* Starting kbmend's other programs: with one socket, nothing else, and a handshake. */
#ifndef KBM_GUARD_PROCESS_H
#define KBM_GUARD_PROCESS_H

#include "guard/channel.h"

#include <stdbool.h>
#include <sys/types.h>

struct kbm_process_order {
	const char *what; /* "the worker", in messages */
	const char *path;
	const char *setting; /* its whole environment: "NAME=VALUE", or NULL for none */
	bool is_apart;	     /* in a process group of its own, which no terminal speaks to */
};

/* A stream socket pair whose ends lie above the standard descriptors; the caller's. */
enum kbm_code kbm_process_pair(int pair[2], struct kbm_error *error);
/* Starts the program with its end of a socket as KBM_WORKER_SOCKET; *pid and the channel's
 * descriptor are the caller's then. KBM_IO: it cannot be started, *pid is 0. */
enum kbm_code kbm_process_start(const struct kbm_process_order *order, pid_t *pid,
				struct kbm_channel *channel, struct kbm_error *error);
/* Receives its HELLO: protocol and version must be ours. `body` is scratch. */
enum kbm_code kbm_process_greet(const struct kbm_process_order *order, struct kbm_channel *channel,
				struct kbm_bytes *body, struct kbm_error *error);

#endif
