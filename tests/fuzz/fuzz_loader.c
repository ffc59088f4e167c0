/* Any bytes as a script: refused, or its header is read and it runs on a small target. After a
 * first line "--check" or "--fix" they are the body of that function, in a script that is right
 * otherwise. A run that meets a limit is left where it stands, as in a child that ends. */
#include "lua_heap.h"
#include "small_target.h"

#include "base/limits.h"
#include "plan/plan.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf way_out;
/* Those that ended: a list that the leak checker can follow. */
static struct kept {
	struct kbm_engine *engine;
	struct kept *next;
} * kept;

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void ended(void *context, enum kbm_verdict verdict, const char *reason, const char *place)
{
	const struct kbm_result *partial = kbm_engine_partial(context);
	demand(reason != NULL && place != NULL && partial->output != NULL &&
	       verdict != KBM_VERDICT_PASS);
	siglongjmp(way_out, 1);
}

/* Stops the timer, gives back what can be, and keeps the rest. */
static void leave(struct kbm_engine *engine)
{
	static const struct kbm_engine_limits none = {.memory_bytes = 64 * KBM_MIB};
	struct kept *one = calloc(1, sizeof *one);
	struct kbm_error error;
	demand(one != NULL && kbm_engine_enter(engine, &none, ended, engine, &error) == KBM_OK);
	kbm_result_clear(kbm_engine_partial(engine));
	lua_heap_abandon();
	*one = (struct kept){engine, kept};
	kept = one;
}

/* The changes make a plan that is sound, or contradict each other. */
static void check_result(const struct kbm_script_info *info, const struct kbm_result *result)
{
	static const char *const hash =
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct kbm_plan plan = {0};
	const struct kbm_params params = {0};
	struct kbm_error error = {0};
	demand(result->reason != NULL && result->output != NULL);
	demand(result->change_count == 0 || result->verdict == KBM_VERDICT_FAIL);
	if (result->verdict != KBM_VERDICT_FAIL)
		return;
	demand(result->finding_count > 0);
	if (kbm_plan_add(&plan, info, hash, &params, result, &error) == KBM_OK)
		demand(kbm_plan_validate(&plan, &error) == KBM_OK);
	else
		demand(error.message[0] != 0);
	kbm_plan_clear(&plan);
}

static void run(struct kbm_engine *engine, const char *text, size_t length)
{
	static struct kbm_script_info info; /* static: a run that ends leaves them behind */
	static struct kbm_result result;
	struct kbm_error error = {0};
	kbm_result_clear(&result);
	kbm_script_info_clear(&info);
	if (kbm_engine_load(engine, "x.lua", text, length, &info, &error) == KBM_OK &&
	    kbm_engine_run(engine, small_target(), &result, &error) == KBM_OK)
		check_result(&info, &result);
	else
		demand(error.message[0] != 0);
}

/* The script that the input stands for, the bytes themselves or in `script`. One of `first` stands
 * before a body, its partner behind it. */
static const char *script_of(const uint8_t *data, size_t size, struct kbm_bytes *script,
			     size_t *length)
{
#define HEADER                                                                                  \
	"local dn = require 'dn' return { api = 1, id = 'Q1', version = '1.0.0', title = 't', " \
	"severity = 'low', needs = { registry = { 'SYSTEM' }, directory = true }, "             \
	"params = { n = { type = 'integer', help = 'h', default = 7 } }, "
	static const struct {
		const char *first, *before, *behind;
	} bodies[] = {
	    {"--check\n", HEADER "check = function(target, params) ", "\nend }"},
	    {"--fix\n",
	     HEADER "check = function(target) target:fail{ id = 'f', message = 'm', because = 'b' "
		    "} end, fix = function(target, params, finding, plan) ",
	     "\nend }"},
	};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		size_t skipped = strlen(bodies[i].first);
		if (size < skipped || memcmp(data, bodies[i].first, skipped) != 0)
			continue;
		kbm_bytes_append_text(script, bodies[i].before);
		kbm_bytes_append(script, data + skipped, size - skipped);
		kbm_bytes_append_text(script, bodies[i].behind);
		*length = script->length;
		return kbm_bytes_text(script);
	}
	*length = size;
	return (const char *)data;
}

/* AddressSanitizer's queue of freed memory is emptied in one go: a small one, so that no tick
 * finds it at that, inside free(), where a jump must not leave from. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8";
}

/* The timer's signal is for this thread, not for libFuzzer's others, which begin after this. */
int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	sigset_t ticks;
	(void)count;
	(void)arguments;
	sigemptyset(&ticks);
	sigaddset(&ticks, SIGVTALRM);
	pthread_sigmask(SIG_BLOCK, &ticks, NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct kbm_engine_limits limits = {.memory_bytes = KBM_MIB, .cpu_ms = 5};
	static struct kbm_engine *engine;
	struct kbm_error error;
	sigset_t ticks;
	sigemptyset(&ticks);
	sigaddset(&ticks, SIGVTALRM);
	pthread_sigmask(SIG_UNBLOCK, &ticks, NULL);
	struct kbm_bytes script;
	size_t length = 0;
	kbm_bytes_init(&script, KBM_SCRIPT_MAX_BYTES);
	const char *text = script_of(data, size, &script, &length);
	engine = NULL;
	demand(kbm_engine_make(&limits, &engine, &error) == KBM_OK);
	if (sigsetjmp(way_out, 1) == 0) {
		demand(kbm_engine_enter(engine, &limits, ended, engine, &error) == KBM_OK);
		run(engine, text, length);
		kbm_engine_free(engine);
	} else {
		leave(engine);
	}
	kbm_bytes_clear(&script);
	return 0;
}
