/* What the jail costs: jobs of two workers that are alike but for the jail, in turns; and what one
 * more run of a script costs when everything is started.
 *   bench_jail WORKER UNJAILED-WORKER STDLIB SCRIPT HIVE LDIF */
#include "base/file.h"
#include "base/limits.h"
#include "guard/broker.h"
#include "times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 600, RUNS = 50, REPEATS = 9 };

static void must(enum kbm_code code, const struct kbm_error *error)
{
	if (code == KBM_OK)
		return;
	fprintf(stderr, "bench_jail: %s\n", error->message);
	exit(1);
}

static double median(double *times, size_t count)
{
	qsort(times, count, sizeof *times, compare_times);
	return times[count / 2];
}

static struct kbm_broker *open_broker(const char *worker, const char *stdlib)
{
	const struct kbm_broker_options options = {.worker_path = worker, .stdlib_path = stdlib};
	struct kbm_broker *broker = NULL;
	struct kbm_error error = {0};
	must(kbm_broker_open(&options, &broker, &error), &error);
	return broker;
}

struct script {
	const char *name;
	struct kbm_bytes text;
};

static double time_header(struct kbm_broker *broker, const struct script *script)
{
	struct kbm_script_info info = {0};
	struct kbm_error error = {0};
	double began = now_ms();
	must(kbm_broker_header(broker, script->name, kbm_bytes_text(&script->text),
			       script->text.length, &info, &error),
	     &error);
	double took = now_ms() - began;
	kbm_script_info_clear(&info);
	return took;
}

static void compare_jobs(const char *jailed_path, const char *unjailed_path, const char *stdlib,
			 const struct script *script)
{
	static double with[ROUNDS];
	static double without[ROUNDS];
	struct kbm_broker *jailed = open_broker(jailed_path, stdlib);
	struct kbm_broker *unjailed = open_broker(unjailed_path, stdlib);
	time_header(jailed, script);
	time_header(unjailed, script);
	for (size_t i = 0; i < ROUNDS; i++) {
		with[i] = time_header(jailed, script);
		without[i] = time_header(unjailed, script);
	}
	kbm_broker_close(jailed);
	kbm_broker_close(unjailed);
	double a = median(with, ROUNDS);
	double b = median(without, ROUNDS);
	printf(
	    "  %s, %zu bytes\n    its header read: jail %.3f ms, no jail %.3f ms: the jail costs "
	    "%.3f ms a job\n",
	    script->name, script->text.length, a, b, a - b);
}

static void run_once(struct kbm_broker *broker, const struct kbm_target *target,
		     const struct script *script)
{
	struct kbm_result result = {0};
	struct kbm_error error = {0};
	const struct kbm_script_order order = {
	    target, script->name, kbm_bytes_text(&script->text), script->text.length, NULL, NULL, 0,
	    true,   false};
	must(kbm_broker_run(broker, &order, &result, &error), &error);
	if (result.verdict != KBM_VERDICT_FAIL) {
		fprintf(stderr, "bench_jail: %s\n", result.reason);
		exit(1);
	}
	kbm_result_clear(&result);
}

/* The example's fault is found 50 times, beyond the start: worker, stdlib, sources, first run. */
static void time_runs(const char *title, const char *worker, const char *stdlib,
		      const struct script *script, const char *hive, const char *ldif)
{
	static double times[REPEATS];
	struct kbm_source sources[2] = {0};
	struct kbm_error error = {0};
	struct kbm_broker *broker = open_broker(worker, stdlib);
	must(kbm_broker_prepare(broker, hive, KBM_USE_SCRIPTS, 1252, 0, &sources[0], &error),
	     &error);
	must(kbm_broker_prepare(broker, ldif, KBM_USE_SCRIPTS, 1252, 0, &sources[1], &error),
	     &error);
	const struct kbm_target target = {.sources = sources,
					  .source_count = 2,
					  .computer_name = sources[0].computer_name,
					  .control_set = sources[0].control_set};
	run_once(broker, &target, script);
	for (size_t i = 0; i < REPEATS; i++) {
		double began = now_ms();
		for (size_t j = 0; j < RUNS; j++)
			run_once(broker, &target, script);
		times[i] = (now_ms() - began) / RUNS;
	}
	printf("    one more run, of %d %s: %.3f ms\n", RUNS, title, median(times, REPEATS));
	for (size_t i = 0; i < 2; i++)
		kbm_source_clear(&sources[i]);
	kbm_broker_close(broker);
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fputs("bench_jail WORKER UNJAILED-WORKER STDLIB SCRIPT HIVE LDIF\n", stderr);
		return 64;
	}
	const char *slash = strrchr(argv[4], '/');
	struct script script = {.name = slash == NULL ? argv[4] : slash + 1};
	struct kbm_error error = {0};
	kbm_bytes_init(&script.text, KBM_SCRIPT_MAX_BYTES);
	must(kbm_file_read(argv[4], true, &script.text, &error), &error);
	compare_jobs(argv[1], argv[2], argv[3], &script);
	time_runs("with the jail", argv[1], argv[3], &script, argv[5], argv[6]);
	time_runs("without", argv[2], argv[3], &script, argv[5], argv[6]);
	kbm_bytes_clear(&script.text);
	return 0;
}
