/* kbmend test: scripts on their cases, and what came compared with what is expected. */
#include "command/command.h"

#include "apply/replace_file.h"
#include "base/limits.h"
#include "base/processors.h"
#include "command/next.h"
#include "command/progress.h"
#include "command/session.h"
#include "command/trial_folder.h"
#include "command/trial_jobs.h"
#include "command/trial_set.h"
#include "report/report_test.h"

#include <stdlib.h>
#include <string.h>

/* Everything of one command. */
struct testing {
	const struct kbm_call *call;
	struct kbm_trial_set set;
	size_t told; /* scripts that were printed */
	size_t done; /* cases */
	struct kbm_progress progress;
	struct kbm_error problem; /* what befell the command itself meanwhile */
};

static bool is_to_accept(const struct kbm_trial *trial)
{
	return trial->state == KBM_TRIAL_DIFFERS || trial->state == KBM_TRIAL_NEW;
}

static enum kbm_code accept(struct kbm_trial *trial, struct kbm_error *error)
{
	struct kbm_error problem = {0};
	char *path = kbm_trial_file(trial->folder, KBM_TRIAL_EXPECTED);
	if (path == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_replace_file(path, trial->found, strlen(trial->found), &problem);
	free(path);
	if (code == KBM_OK)
		trial->state = KBM_TRIAL_ACCEPTED;
	else if (!kbm_trial_break(trial, problem.message))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

static void print_script(struct testing *testing, const struct kbm_trials *trials)
{
	const struct kbm_options *options = testing->call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	kbm_report_trials_text(trials, options->test.is_strict, &style, &out);
	kbm_progress_erase(&testing->progress);
	if (kbm_command_print(&out, KBM_EXIT_OK) != KBM_EXIT_OK)
		testing->problem.code = KBM_IO; /* was said */
	kbm_bytes_clear(&out);
}

/* All its cases are done. */
static void finish_script(struct testing *testing, struct kbm_trials *trials)
{
	const struct kbm_options *options = testing->call->options;
	for (size_t i = 0; options->test.accepts && i < trials->count; i++)
		if (is_to_accept(&trials->items[i]) && testing->problem.code != KBM_MEMORY)
			accept(&trials->items[i], &testing->problem);
	if (options->test.only == NULL)
		kbm_trials_find_lacks(trials);
	if (options->format == KBM_FORMAT_TEXT)
		print_script(testing, trials);
}

/* Scripts are told of in their order, each as soon as it and all in front of it are done. */
static void tell(struct testing *testing)
{
	for (; testing->told < testing->set.count && testing->set.waiting[testing->told] == 0;
	     testing->told++)
		finish_script(testing, &testing->set.trials[testing->told]);
}

static void case_done(void *context, size_t index)
{
	struct testing *testing = context;
	size_t script = (size_t)(testing->set.orders[index].trials - testing->set.trials);
	testing->set.waiting[script]--;
	kbm_progress_show(&testing->progress, ++testing->done);
	tell(testing);
}

static int status_of(const struct testing *testing)
{
	struct kbm_trial_counts counts = {0};
	for (size_t i = 0; i < testing->set.count; i++)
		kbm_trials_count(&testing->set.trials[i], &counts);
	if (counts.untested > 0 || counts.of[KBM_TRIAL_BROKEN] > 0 ||
	    counts.cases == counts.of[KBM_TRIAL_ELSEWHERE])
		return KBM_EXIT_UNKNOWN;
	bool differs = counts.of[KBM_TRIAL_DIFFERS] > 0 || counts.of[KBM_TRIAL_NEW] > 0;
	bool is_incomplete = testing->call->options->test.is_strict && counts.incomplete > 0;
	return differs || is_incomplete ? KBM_EXIT_PROBLEM : KBM_EXIT_OK;
}

/* The same command, which accepts what came; empty when there is nothing to accept. */
static void append_next(const struct testing *testing, struct kbm_bytes *out)
{
	const struct kbm_options *options = testing->call->options;
	bool offers = false;
	for (size_t i = 0; i < testing->set.count && !options->test.accepts; i++)
		for (size_t j = 0; j < testing->set.trials[i].count; j++)
			offers |= is_to_accept(&testing->set.trials[i].items[j]);
	if (!offers)
		return;
	kbm_bytes_append_text(out, "kbmend test");
	for (size_t i = 0; i < testing->call->operand_count; i++)
		kbm_next_word(out, testing->call->operands[i]);
	if (options->scripts != NULL)
		kbm_next_option(out, "--scripts", options->scripts);
	if (options->test.cases != NULL)
		kbm_next_option(out, "--cases", options->test.cases);
	if (options->test.only != NULL)
		kbm_next_option(out, "--case", options->test.only);
	kbm_bytes_append_text(out, " --accept");
}

static int write_junit(const struct kbm_test *test, const char *path)
{
	struct kbm_error error = {0};
	struct kbm_bytes xml;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&xml, KBM_REPORT_MAX_BYTES);
	if (!kbm_report_test_junit(test, &xml))
		code = kbm_fail(&error, KBM_LIMIT, "%.160s: more than %lu bytes", path,
				KBM_REPORT_MAX_BYTES);
	if (code == KBM_OK)
		code = kbm_replace_file(path, xml.data, xml.length, &error);
	kbm_bytes_clear(&xml);
	return code == KBM_OK ? test->exit_status
			      : kbm_exit_worst(kbm_command_fail(&error), test->exit_status);
}

/* What stands behind all of them. */
static int print_end(const struct testing *testing)
{
	const struct kbm_options *options = testing->call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	struct kbm_bytes next;
	struct kbm_bytes out;
	kbm_bytes_init(&next, KBM_TEXT_MAX_BYTES);
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	append_next(testing, &next);
	const struct kbm_test test = {
	    .scripts = testing->set.trials,
	    .count = testing->set.count,
	    .is_strict = options->test.is_strict,
	    .next = next.length > 0 && !next.failed ? kbm_bytes_text(&next) : NULL,
	    .exit_status = status_of(testing),
	};
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_test_end_text(&test, &style, &out);
	else
		kbm_report_test_json(&test, options->format == KBM_FORMAT_JSONL, &out);
	int status = kbm_command_print(&out, test.exit_status);
	if (options->test.junit != NULL)
		status = kbm_exit_worst(write_junit(&test, options->test.junit), status);
	kbm_bytes_clear(&out);
	kbm_bytes_clear(&next);
	return status;
}

static enum kbm_code run_cases(struct testing *testing, struct kbm_error *error)
{
	const struct kbm_options *options = testing->call->options;
	size_t at_once =
	    options->test.jobs > 0 ? options->test.jobs : kbm_processors(KBM_TRIAL_MAX_JOBS);
	kbm_progress_begin(&testing->progress, options, "cases run");
	tell(testing);
	enum kbm_code code =
	    kbm_trial_jobs_run(options, testing->set.orders, testing->set.order_count, at_once,
			       case_done, testing, error);
	kbm_progress_erase(&testing->progress);
	if (code == KBM_OK && testing->problem.code != KBM_OK)
		*error = testing->problem;
	return code == KBM_OK ? testing->problem.code : code;
}

static int run_test(const struct kbm_call *call)
{
	struct testing testing = {.call = call};
	struct kbm_error error = {0};
	if (call->options->test.only != NULL && call->options->test.is_strict)
		return kbm_command_usage(call, "--case and --complete exclude each other");
	enum kbm_code code = KBM_OK;
	if (call->options->test.junit != NULL)
		code = kbm_replace_file_check(call->options->test.junit, &error);
	if (code == KBM_OK)
		code = kbm_trial_set_find(call, &testing.set, &error);
	if (code == KBM_OK)
		code = run_cases(&testing, &error);
	int status = code == KBM_OK				  ? print_end(&testing)
		     : code == KBM_IO && error.message[0] == '\0' ? KBM_EXIT_UNKNOWN
								  : kbm_command_fail(&error);
	kbm_trial_set_clear(&testing.set);
	return status;
}

static const enum kbm_option_id test_options[] = {
    KBM_OPTION_CASES,	KBM_OPTION_CASE,   KBM_OPTION_ACCEPT, KBM_OPTION_COMPLETE,
    KBM_OPTION_JUNIT,	KBM_OPTION_JOBS,   KBM_OPTION_FORMAT, KBM_OPTION_SCRIPTS,
    KBM_OPTION_TIMEOUT, KBM_OPTION_MEMORY, KBM_OPTION_UNSAFE, KBM_OPTION_VERBOSE,
    KBM_OPTION_QUIET,	KBM_OPTION_COLOR,  KBM_OPTION_HELP,   KBM_OPTION_END};

static const struct kbm_exit_meaning test_exits[] = {
    {KBM_EXIT_OK, "all that was found is as expected, or was accepted"},
    {KBM_EXIT_UNKNOWN, "a case could not be run, or there is none that is run here"},
    {KBM_EXIT_PROBLEM, "a case differs or has no expected.txt; --complete: one is missing"},
    {KBM_EXIT_REFUSED, "refused: there is no sandbox here, or --junit cannot be written to"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_command kbm_command_test = {
    .name = "test",
    .operands = "[SCRIPT...] [OPTIONS]",
    .summary = "Run scripts on their cases, compare with what is expected",
    .details =
	"A SCRIPT is an id, a path, or a folder of scripts; default: every script that has cases. "
	"Each case runs as `kbmend run` does it, and touches nothing but its expected.txt with "
	"--accept.\n"
	"\n"
	"The cases of ./FOLDER/my.lua are the folders in ./FOLDER/my.tests/ (of a stock script, in "
	"share/kbmend/tests/ID/), each with\n"
	"  target.reg      the registry, as an export\n"
	"  directory.ldif  the directory; default: the one beside the cases\n"
	"  no-directory    (empty) there is no directory, not even that one\n"
	"  params          NAME=VALUE a line, as -p takes it\n"
	"  options         control-set=, codepage= or logs= a line, as `run` takes them\n"
	"  expected.txt    exit status, verdict, reason, findings, table and plan\n"
	"  dirty           (empty) it needs a hive, and is not run here\n"
	"A case of a trap that the script must not step into is called trap-...",
    .exits = test_exits,
    .options = test_options,
    .most_operands = KBM_PLAN_MAX_SCRIPTS,
    .run = run_test,
};
