/* One Lua state whose limits end the run. */
#include "script/state.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"

enum {
	TICK_SIGNAL = SIGVTALRM,
	PLACE_LEVELS = 64, /* how deep a place is searched: a level costs its depth to reach */
	REASON_BYTES = 512,
	MS_PER_SECOND = 1000,
	NS_PER_MS = 1000000
};

struct kbm_lua *kbm_lua_of(lua_State *L)
{
	return *(struct kbm_lua **)lua_getextraspace(L); /* a pointer's size, aligned */
}

/* --- memory ---------------------------------------------------------------------------------- */

static bool fits(const struct kbm_lua *state, size_t more)
{
	return state->memory_used <= state->memory_limit &&
	       more <= state->memory_limit - state->memory_used;
}

_Noreturn static void end_for_memory(struct kbm_lua *state)
{
	kbm_lua_end_limit(state, "script needs more than %zu MiB of memory",
			  state->memory_limit / KBM_MIB);
}

/* lua_Alloc. Lua 5.4.4 has errors on the path behind a failed allocation: once scripts run, none
 * fails. */
static void *allocate(void *context, void *block, size_t old_size, size_t new_size)
{
	struct kbm_lua *state = context;
	size_t had = block == NULL ? 0 : old_size; /* for a new block it is a kind */
	void *moved = NULL;
	if (new_size <= had || fits(state, new_size - had))
		moved = kbm_heap_resize(&state->heap, block, had, new_size);
	if (new_size == 0) {
		state->memory_used -= had;
		return NULL;
	}
	if (moved == NULL && state->end != NULL)
		end_for_memory(state);
	if (moved != NULL)
		state->memory_used = state->memory_used - had + new_size;
	return moved;
}

void kbm_lua_out_of_memory(lua_State *L)
{
	end_for_memory(kbm_lua_of(L));
}

void kbm_lua_charge(struct kbm_lua *state, size_t bytes)
{
	if (!fits(state, bytes))
		lua_gc(state->L, LUA_GCCOLLECT, 0);
	if (!fits(state, bytes))
		end_for_memory(state);
	state->memory_used += bytes;
}

void kbm_lua_discharge(struct kbm_lua *state, size_t bytes)
{
	state->memory_used -= bytes;
}

/* --- places ---------------------------------------------------------------------------------- */

void kbm_lua_place(lua_State *L, char place[static KBM_SCRIPT_PLACE_BYTES])
{
	const struct kbm_lua *state = kbm_lua_of(L);
	lua_Debug frame;
	bool found = false;
	place[0] = 0;
	for (int level = 0; level < PLACE_LEVELS && lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "Sl", &frame);
		if (frame.currentline <= 0)
			continue;
		bool in_script = strcmp(frame.short_src, state->chunk) == 0;
		if (in_script || !found)
			snprintf(place, KBM_SCRIPT_PLACE_BYTES, "%s:%d", frame.short_src,
				 frame.currentline);
		found = true;
		if (in_script)
			return;
	}
}

void kbm_lua_begin_strict(lua_State *L)
{
	struct kbm_lua *state = kbm_lua_of(L);
	state->strict = true;
	kbm_lua_place(L, state->strict_place);
}

void kbm_lua_end_strict(lua_State *L)
{
	kbm_lua_of(L)->strict = false;
}

static bool is_shown(const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < length; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return length > 0;
}

/* The name of the function that runs now, or NULL. One that C called has none: what stands for it
 * is the C function that the script called. */
static const char *running_function(lua_State *L)
{
	lua_Debug frame;
	for (int level = 0; level < PLACE_LEVELS && lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "Sn", &frame);
		if (frame.name != NULL)
			return is_shown(frame.name) ? frame.name : NULL;
		if (frame.what[0] != 'C')
			return NULL;
	}
	return NULL;
}

/* --- ending ---------------------------------------------------------------------------------- */

void kbm_lua_end(struct kbm_lua *state, enum kbm_verdict verdict, const char *reason)
{
	if (state->end == NULL) {
		luaL_error(state->L, "%s", reason); /* does not return */
		abort();
	}
	kbm_lua_hold(state); /* for good: what follows is not cut either */
	char place[KBM_SCRIPT_PLACE_BYTES];
	kbm_lua_place(state->L, place);
	state->end(state->end_context, verdict, reason, place);
	abort();
}

void kbm_lua_endf(struct kbm_lua *state, enum kbm_verdict verdict, const char *format, ...)
{
	char reason[REASON_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	kbm_text_drop_cut(reason);
	kbm_lua_end(state, verdict, reason);
}

void kbm_lua_end_limit(struct kbm_lua *state, const char *format, ...)
{
	char limit[REASON_BYTES / 2];
	const char *function = running_function(state->L);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(limit, sizeof limit, format, arguments);
	va_end(arguments);
	kbm_lua_endf(state, KBM_VERDICT_ERROR, "%s%s%.60s%s", limit,
		     function == NULL ? "" : " (in ", function == NULL ? "" : function,
		     function == NULL ? "" : ")");
}

/* An error outside any protected call: our own mistake, but still an orderly end. */
static int panic(lua_State *L)
{
	const char *message = lua_tostring(L, -1);
	struct kbm_lua *state = kbm_lua_of(L);
	if (state->end != NULL)
		kbm_lua_end(state, KBM_VERDICT_ERROR, message == NULL ? "panic" : message);
	return 0; /* Lua aborts */
}

/* --- CPU time -------------------------------------------------------------------------------- */

_Noreturn static void end_for_cpu(struct kbm_lua *state)
{
	kbm_lua_end_limit(state, "script exceeded %u ms of CPU time", state->cpu_ms);
}

static void on_event(lua_State *L, lua_Debug *frame)
{
	(void)frame;
	end_for_cpu(kbm_lua_of(L));
}

/* The first tick asks the virtual machine to end before its next instruction, call or return, the
 * tidy way. It is then inside one C function when a second tick comes (a pattern can take for ever)
 * and is ended from here: walking the stack and formatting numbers touch no lock and no heap. The
 * walk meets whole frames: only a call or a return has an unfinished one, and where Lua 5.4.4 moves
 * its stack, the frames point into the new one before the old one is freed. Where the end must not
 * be, it comes as soon as it may: ticks could miss all the moments between. */
static void on_tick(int signal_number, siginfo_t *info, void *context)
{
	(void)signal_number;
	(void)context;
	struct kbm_lua *state = info->si_value.sival_ptr;
	if (info->si_code != SI_TIMER || state == NULL)
		return;
	int saved = errno;
	if (state->ticks == 0) {
		state->ticks = 1;
		lua_sethook(state->L, on_event, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
	} else if (state->held == 0) {
		end_for_cpu(state);
	} else {
		state->ticks = 2;
	}
	errno = saved;
}

static void stop_timer(struct kbm_lua *state)
{
	if (state->timer_owner == getpid())
		timer_delete(state->timer);
	state->timer_owner = 0;
}

static enum kbm_code start_timer(struct kbm_lua *state, struct kbm_error *error)
{
	struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
	sigemptyset(&action.sa_mask);
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = TICK_SIGNAL};
	event.sigev_value.sival_ptr = state;
	struct itimerspec when = {
	    .it_value = {.tv_sec = state->cpu_ms / MS_PER_SECOND,
			 .tv_nsec = (long)(state->cpu_ms % MS_PER_SECOND) * NS_PER_MS},
	    .it_interval = {.tv_nsec = (long)KBM_CHILD_CPU_GRACE_MS * NS_PER_MS}};
	if (sigaction(TICK_SIGNAL, &action, NULL) != 0 ||
	    timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &state->timer) != 0)
		return kbm_fail(error, KBM_IO, "CPU timer: errno %d", errno);
	state->timer_owner = getpid();
	if (timer_settime(state->timer, 0, &when, NULL) != 0)
		return kbm_fail(error, KBM_IO, "CPU timer: errno %d", errno);
	return KBM_OK;
}

void kbm_lua_hold(struct kbm_lua *state)
{
	state->held = state->held + 1;
}

void kbm_lua_release(struct kbm_lua *state)
{
	state->held = state->held - 1;
	if (state->held == 0 && state->ticks > 1)
		end_for_cpu(state);
}

/* --- life ------------------------------------------------------------------------------------ */

enum kbm_code kbm_lua_make(size_t memory_bytes, struct kbm_lua **state, struct kbm_error *error)
{
	struct kbm_lua *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a Lua state");
	made->memory_limit = memory_bytes;
	kbm_bytes_init(&made->output, KBM_SCRIPT_MAX_OUTPUT);
	kbm_bytes_init(&made->scratch, 2 * KBM_HIVE_MAX_VALUE_BYTES);
	made->L = lua_newstate(allocate, made);
	if (made->L == NULL) {
		kbm_lua_free(made);
		return kbm_fail(error, KBM_MEMORY, "a Lua state does not fit in %zu bytes",
				memory_bytes);
	}
	*(struct kbm_lua **)lua_getextraspace(made->L) = made;
	lua_atpanic(made->L, panic);
	*state = made;
	return KBM_OK;
}

void kbm_lua_free(struct kbm_lua *state)
{
	if (state == NULL)
		return;
	stop_timer(state);
	if (state->L != NULL)
		lua_close(state->L);
	kbm_heap_clear(&state->heap);
	kbm_bytes_clear(&state->output);
	kbm_bytes_clear(&state->scratch);
	free(state);
}

enum kbm_code kbm_lua_enter(struct kbm_lua *state, const struct kbm_engine_limits *limits,
			    kbm_engine_end *end, void *context, struct kbm_error *error)
{
	if (end == NULL)
		return kbm_fail(error, KBM_INTERNAL, "a run needs a function that ends it");
	stop_timer(state);
	lua_sethook(state->L, NULL, 0, 0);
	state->ticks = 0;
	state->held = 0;
	state->memory_limit = limits->memory_bytes;
	state->cpu_ms = limits->cpu_ms;
	state->end = end;
	state->end_context = context;
	kbm_bytes_reset(&state->output);
	kbm_bytes_append(&state->output, "", 0); /* never NULL, also before a script is loaded */
	return state->cpu_ms == 0 ? KBM_OK : start_timer(state, error);
}

/* --- output ---------------------------------------------------------------------------------- */

void kbm_lua_print(struct kbm_lua *state, const char *text, size_t length)
{
	bool fitted = true;
	kbm_lua_hold(state);
	while (length > 0 && fitted) {
		const char *newline = memchr(text, '\n', length);
		size_t line = newline == NULL ? length : (size_t)(newline - text);
		fitted = kbm_text_escape(text, line, &state->output) &&
			 (newline == NULL || kbm_bytes_append_byte(&state->output, '\n'));
		line += newline == NULL ? 0 : 1;
		text += line;
		length -= line;
	}
	kbm_lua_release(state);
	if (!fitted)
		kbm_lua_end_limit(state, "script printed more than %zu KiB",
				  KBM_SCRIPT_MAX_OUTPUT / KBM_KIB);
}
