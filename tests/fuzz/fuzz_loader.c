/* Any bytes as a script: refused, or its header is read and it runs without a target. A run that
 * meets a limit is left where it stands, as in a child that ends; its engine is kept, not leaked.
 */
#include "base/limits.h"
#include "script/engine.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static sigjmp_buf way_out;
/* Those that ended: a list that the leak checker can follow. */
static struct kept {
	struct kbm_engine *engine;
	struct kept *next;
} * kept;

static void ended(void *context, enum kbm_verdict verdict, const char *reason, const char *place)
{
	const struct kbm_result *partial = kbm_engine_partial(context);
	if (reason == NULL || place == NULL || partial->output == NULL ||
	    verdict == KBM_VERDICT_PASS)
		abort();
	siglongjmp(way_out, 1);
}

static void keep(struct kbm_engine *engine)
{
	struct kept *one = calloc(1, sizeof *one);
	if (one == NULL)
		abort();
	one->engine = engine;
	one->next = kept;
	kept = one;
}

static void run(struct kbm_engine *engine, const char *text, size_t length)
{
	static struct kbm_script_info info; /* static: a run that ends leaves them behind */
	static struct kbm_result result;
	struct kbm_error error = {0};
	struct kbm_engine_input input = {.with_fix = true};
	kbm_result_clear(&result);
	kbm_script_info_clear(&info);
	enum kbm_code code = kbm_engine_load(engine, "x.lua", text, length, &info, &error);
	if (code == KBM_OK) {
		code = kbm_engine_run(engine, &input, &result, &error);
		if (code == KBM_OK && (result.reason == NULL || result.output == NULL))
			abort();
	} else if (error.message[0] == 0) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kbm_engine *volatile engine;
	struct kbm_engine_limits limits = {.memory_bytes = 4 * KBM_MIB, .cpu_ms = 20};
	struct kbm_engine *made = NULL;
	struct kbm_error error;
	if (kbm_engine_make(&limits, &made, &error) != KBM_OK)
		abort();
	engine = made;
	if (sigsetjmp(way_out, 1) == 0) {
		if (kbm_engine_enter(made, &limits, ended, made, &error) != KBM_OK)
			abort();
		run(made, (const char *)data, size);
		kbm_engine_free(engine);
	} else {
		/* Stops the timer that belongs to it. */
		static const struct kbm_engine_limits none = {.memory_bytes = 64 * KBM_MIB};
		if (kbm_engine_enter(engine, &none, ended, engine, &error) != KBM_OK)
			abort();
		keep(engine);
	}
	return 0;
}
