/* The worker: a zygote that forks one jailed child a job.
 *
 * It obeys kbmend over one socket and opens no file. Its Lua state has the stdlib loaded before the
 * first script, so that every child inherits it. */
#ifndef KBM_GUARD_WORKER_H
#define KBM_GUARD_WORKER_H

#include "guard/protocol.h"
#include "script/engine.h"

/* Greets kbmend and serves it until it hangs up; the exit status. */
int kbm_worker_serve(void);

/* The forked child's whole life: `descriptors` are its socket, its inputs and its output. */
struct kbm_child_order {
	struct kbm_spawn spawn;
	uint16_t id;
	const int *descriptors;
	struct kbm_engine *engine; /* NULL for a job without Lua */
};
_Noreturn void kbm_child_run(const struct kbm_child_order *order);

/* A sensible engine limit from what kbmend asked for. */
struct kbm_engine_limits kbm_child_engine_limits(const struct kbm_spawn *spawn);

#endif
