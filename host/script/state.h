/* One Lua state whose limits end the run: memory, CPU time, output.
 *
 * A script can catch an error, so a limit is none: the state calls the function that ends a run,
 * which never returns. Until one is named (kbm_lua_enter) only the memory limit holds, as an
 * ordinary Lua error: nothing but our own modules runs then. */
#ifndef KBM_SCRIPT_STATE_H
#define KBM_SCRIPT_STATE_H

#include <lua.h>

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/bytes.h"
#include "base/error.h"
#include "script/engine.h"
#include "script/heap.h"

struct kbm_run;

enum { KBM_SCRIPT_PLACE_BYTES = 128 }; /* "Q298565.lua:41", NUL included */

struct kbm_lua {
	lua_State *L;
	struct kbm_run *run;	  /* the run in progress or NULL: what primitives answer from */
	struct kbm_bytes output;  /* what the script printed, escaped */
	struct kbm_bytes scratch; /* of one primitive: reset before each use */
	char chunk[KBM_SCRIPT_PLACE_BYTES]; /* the loaded script's name, as places show it */
	bool strict; /* an error raised now ends the run: pcall hands it on */
	char strict_place[KBM_SCRIPT_PLACE_BYTES]; /* of the call that made it so */

	struct kbm_heap heap;
	size_t memory_used; /* the Lua heap and what was charged */
	size_t memory_limit;
	unsigned cpu_ms;
	kbm_engine_end *end;
	void *end_context;
	timer_t timer;
	pid_t timer_owner;	     /* timers are not inherited by fork; 0: none */
	volatile sig_atomic_t ticks; /* of the CPU timer since the limit was reached */
	volatile sig_atomic_t held;  /* host work in progress that must not be cut */
};

/* On success *state is the caller's, released with kbm_lua_free(). */
enum kbm_code kbm_lua_make(size_t memory_bytes, struct kbm_lua **state, struct kbm_error *error);
void kbm_lua_free(struct kbm_lua *state);
/* The state of a running function; coroutines have the same. */
struct kbm_lua *kbm_lua_of(lua_State *L);

/* Names the function that ends a run and starts the limits anew. Makes a timer: call it before a
 * system-call filter forbids that. `state` stays where it is until the process ends. */
enum kbm_code kbm_lua_enter(struct kbm_lua *state, const struct kbm_engine_limits *limits,
			    kbm_engine_end *end, void *context, struct kbm_error *error);

/* Ends the run; `reason` is one sentence. In a state that was not entered it raises a Lua error. */
_Noreturn void kbm_lua_end(struct kbm_lua *state, enum kbm_verdict verdict, const char *reason);
_Noreturn void kbm_lua_endf(struct kbm_lua *state, enum kbm_verdict verdict, const char *format,
			    ...) __attribute__((format(printf, 3, 4)));
/* The same as an error for a limit; the reason goes on with the function that met it, if it has a
 * name: " (in gsub)". */
_Noreturn void kbm_lua_end_limit(struct kbm_lua *state, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Between these an error is one that no pcall keeps: findings and changes are what a verdict says,
 * and one that got lost would make it say less. Begin alone stands before raising one. */
void kbm_lua_begin_strict(lua_State *L);
void kbm_lua_end_strict(lua_State *L);

/* Between these the CPU timer does not end the run by force: for calls that must not be cut in
 * two (heap, results, services). They may nest; nothing that raises may stand between. */
void kbm_lua_hold(struct kbm_lua *state);
void kbm_lua_release(struct kbm_lua *state);

/* Counts memory outside the Lua heap against the limit, after a collection when it is needed; ends
 * the run beyond it. Only from a function that Lua called. */
void kbm_lua_charge(struct kbm_lua *state, size_t bytes);
void kbm_lua_discharge(struct kbm_lua *state, size_t bytes);
/* Ends the run as one that needs more memory than it may: for what fails outside the Lua heap. */
_Noreturn void kbm_lua_out_of_memory(lua_State *L);

/* The innermost line of the script, or of anything when the script is not on the stack; "" for
 * none. Allocates nothing. */
void kbm_lua_place(lua_State *L, char place[static KBM_SCRIPT_PLACE_BYTES]);
/* Adds printed bytes, escaped for terminals; ends the run when they are too many. */
void kbm_lua_print(struct kbm_lua *state, const char *text, size_t length);

#endif
