/* Running one case. */
#include "command/trial_run.h"

#include "base/limits.h"
#include "command/command.h"
#include "command/diagnose.h"
#include "command/trial_folder.h"
#include "report/report_digest.h"

#include <stdlib.h>
#include <string.h>

/* What an answer begins with. */
enum answer {
	ANSWER_VERDICT = 'V', /* a digest follows */
	ANSWER_FAILURE = 'F', /* a digest of a run that failed */
	ANSWER_BROKEN = 'B',  /* why the case could not be run at all */
};

#define FAILURE_LABEL "\nkbmend: " /* in front of the message in such a digest */

static bool digest(const struct kbm_case *diagnosed, struct kbm_bytes *out)
{
	const struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[0];
	const struct kbm_outcome outcome = {
	    .script = &diagnosed->scripts.items[0].info,
	    .result = &diagnosis->result,
	    .plan = diagnosis->has_plan ? &diagnosis->plan : NULL,
	};
	const struct kbm_run run = {
	    .outcomes = &outcome,
	    .outcome_count = 1,
	    .conflict = diagnosed->conflict[0] == '\0' ? NULL : diagnosed->conflict,
	    .exit_status = kbm_case_status(diagnosed),
	};
	return kbm_report_digest(&run, false, out);
}

/* Takes the folder away from the front of each path: where a case lies is nothing of its own. */
static void cut_folder(struct kbm_bytes *text, const char *folder)
{
	struct kbm_bytes kept;
	size_t length = strlen(folder);
	kbm_bytes_init(&kept, text->maximum);
	const char *at = kbm_bytes_text(text);
	for (;;) {
		const char *found = strstr(at, folder);
		while (found != NULL && found[length] != '/')
			found = strstr(found + 1, folder);
		if (found == NULL)
			break;
		kbm_bytes_append(&kept, at, (size_t)(found - at));
		at = found + length + 1;
	}
	kbm_bytes_append_text(&kept, at);
	kept.failed |= text->failed;
	kbm_bytes_clear(text);
	*text = kept;
}

static enum answer answer_of(const struct kbm_options *options, const char *script,
			     struct kbm_bytes *text)
{
	struct kbm_case diagnosed = {0};
	struct kbm_error error = {0};
	char *const names[] = {(char *)script};
	enum kbm_code code = kbm_diagnose(options, names, 1, false, &diagnosed, &error);
	if (code == KBM_OK)
		digest(&diagnosed, text);
	else
		kbm_report_digest_failure(kbm_exit_of(code), error.message, text);
	kbm_case_clear(&diagnosed);
	return code == KBM_OK ? ANSWER_VERDICT : ANSWER_FAILURE;
}

void kbm_trial_run(const struct kbm_options *options, const struct kbm_trial_order *order,
		   struct kbm_bytes *answer)
{
	struct kbm_trial_input input = {0};
	struct kbm_error error = {0};
	struct kbm_bytes text;
	enum answer kind = ANSWER_BROKEN;
	struct kbm_options own = {.scope = KBM_SCOPE_SUB,
				  .scripts = options->scripts,
				  .timeout_ms = options->timeout_ms,
				  .memory_mib = options->memory_mib,
				  .unsafe = options->unsafe};
	kbm_bytes_init(&text, KBM_TRIAL_MAX_BYTES);
	enum kbm_code code = kbm_trial_input_read(order->trials, order->trial,
						  order->needs_registry, &input, &error);
	if (code == KBM_OK) {
		own.params = input.options.params;
		own.selection = input.options.selection;
		own.codepage = input.options.codepage;
		own.logs = input.options.logs;
		if (input.registry != NULL)
			own.targets[own.target_count++] = input.registry;
		if (input.directory != NULL)
			own.targets[own.target_count++] = input.directory;
		kind = answer_of(&own, order->trials->path, &text);
		cut_folder(&text, order->trial->folder);
		cut_folder(&text, order->trials->folder);
	} else {
		kbm_bytes_append_text(&text, error.message);
	}
	if (text.failed) {
		kind = ANSWER_BROKEN;
		kbm_bytes_reset(&text);
		kbm_bytes_printf(&text, "what was found is longer than %lu bytes",
				 KBM_TRIAL_MAX_BYTES);
	}
	kbm_bytes_append_byte(answer, (uint8_t)kind);
	kbm_bytes_append(answer, text.data, text.length);
	kbm_bytes_clear(&text);
	kbm_trial_input_clear(&input);
}

bool kbm_trial_break(struct kbm_trial *trial, const char *problem)
{
	free(trial->problem);
	trial->problem = strdup(problem);
	trial->state = KBM_TRIAL_BROKEN;
	return trial->problem != NULL;
}

/* The last line of a failure's digest is its message. */
static bool take_message(struct kbm_trial *trial)
{
	const char *message = strstr(trial->found, FAILURE_LABEL);
	if (message == NULL || !kbm_trial_break(trial, message + strlen(FAILURE_LABEL)))
		return false;
	trial->problem[strcspn(trial->problem, "\n")] = '\0';
	return true;
}

bool kbm_trial_take(struct kbm_trial *trial, const struct kbm_bytes *answer)
{
	if (answer->failed || answer->length == 0)
		return false;
	const char *text = kbm_bytes_text(answer) + 1;
	if (answer->data[0] == ANSWER_BROKEN)
		return kbm_trial_break(trial, text);
	bool is_verdict = answer->data[0] == ANSWER_VERDICT;
	trial->found = strdup(text);
	if (trial->found == NULL || (!is_verdict && !take_message(trial)))
		return false;
	kbm_trial_judge(trial, is_verdict);
	return true;
}
