/* Which scripts are tested, and on which cases. */
#include "command/trial_set.h"

#include "base/suggest.h"
#include "command/folders.h"
#include "command/session.h"
#include "command/trial_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROFILES "profiles/" /* a folder's own folder of them, which are no scripts */

static enum kbm_code add_name(void *context, const struct kbm_folder_entry *entry,
			      struct kbm_error *error)
{
	if (entry->reason != NULL)
		return kbm_fail(error, KBM_IO, "%s: %s", entry->path, entry->reason);
	if (strncmp(entry->below, PROFILES, strlen(PROFILES)) == 0)
		return KBM_OK;
	return kbm_text_list_add(context, entry->path)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* The operands; in the place of a folder, the scripts in it. */
static enum kbm_code list_names(const struct kbm_call *call, struct kbm_text_list *names,
				struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < call->operand_count; i++) {
		const char *operand = call->operands[i];
		struct stat status;
		size_t before = names->count;
		bool is_path = strchr(operand, '/') != NULL || strcmp(operand, ".") == 0 ||
			       strcmp(operand, "..") == 0;
		if (!is_path || stat(operand, &status) != 0 || !S_ISDIR(status.st_mode)) {
			if (!kbm_text_list_add(names, operand))
				code = kbm_fail(error, KBM_MEMORY, "out of memory");
			continue;
		}
		code = kbm_folder_walk(operand, add_name, names, error);
		if (code == KBM_OK && names->count == before)
			code =
			    kbm_fail(error, KBM_USAGE, "%.160s: there is no script in it", operand);
	}
	return code;
}

/* A folder's name without a '/' was taken for a script's, and there is none of that name. */
static void suggest_folder(const struct kbm_call *call, struct kbm_error *error)
{
	for (size_t i = 0; i < call->operand_count; i++) {
		char unknown[sizeof error->message];
		struct stat status;
		const char *operand = call->operands[i];
		int length = snprintf(unknown, sizeof unknown, "no script '%.60s'; ", operand);
		if (strncmp(error->message, unknown, (size_t)length) != 0 ||
		    stat(operand, &status) != 0 || !S_ISDIR(status.st_mode))
			continue;
		kbm_fail(error, KBM_USAGE, "%sdid you mean ./%.60s?", unknown, operand);
		return;
	}
}

/* Leaves one case only. */
static enum kbm_code keep_case(struct kbm_trials *trials, const char *name, struct kbm_error *error)
{
	const char **names = calloc(trials->count + 1, sizeof *names);
	if (names == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	size_t at = trials->count;
	for (size_t i = 0; i < trials->count; i++) {
		names[i] = trials->items[i].name;
		if (strcmp(names[i], name) == 0)
			at = i;
	}
	const char *near = kbm_suggest(name, names, trials->count);
	free(names);
	if (at == trials->count && near != NULL)
		return kbm_fail(error, KBM_USAGE, "%.60s has no case '%.60s'; did you mean %.60s?",
				trials->script, name, near);
	if (at == trials->count)
		return kbm_fail(error, KBM_USAGE, "%.60s has no case '%.60s' in %.100s",
				trials->script, name, trials->folder);
	for (size_t i = 0; i < trials->count; i++)
		if (i != at)
			kbm_trial_clear(&trials->items[i]);
	trials->items[0] = trials->items[at];
	trials->count = 1;
	return KBM_OK;
}

static enum kbm_code find_cases(const struct kbm_paths *paths, const struct kbm_call *call,
				struct kbm_trial_set *set, struct kbm_error *error)
{
	const struct kbm_test_options *wanted = &call->options->test;
	bool is_named = call->operand_count > 0;
	enum kbm_code code = KBM_OK;
	set->trials = calloc(set->scripts.count + 1, sizeof *set->trials);
	if (set->trials == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (; code == KBM_OK && set->count < set->scripts.count; set->count++)
		code = kbm_trials_find(paths, &set->scripts.items[set->count], wanted->cases,
				       is_named, &set->trials[set->count], error);
	if (code == KBM_OK && wanted->only != NULL && set->trials[0].problem == NULL)
		code = keep_case(&set->trials[0], wanted->only, error);
	return code;
}

static enum kbm_code order_cases(struct kbm_trial_set *set, struct kbm_error *error)
{
	size_t cases = 0;
	for (size_t i = 0; i < set->count; i++)
		cases += set->trials[i].count;
	set->orders = calloc(cases + 1, sizeof *set->orders);
	set->waiting = calloc(set->count + 1, sizeof *set->waiting);
	if (set->orders == NULL || set->waiting == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < set->count; i++) {
		struct kbm_trials *trials = &set->trials[i];
		for (size_t j = 0; j < trials->count; j++) {
			if (trials->items[j].problem != NULL)
				continue;
			set->orders[set->order_count++] = (struct kbm_trial_order){
			    trials, &trials->items[j], set->scripts.items[i].info.hives.count > 0};
			set->waiting[i]++;
		}
	}
	return KBM_OK;
}

enum kbm_code kbm_trial_set_find(const struct kbm_call *call, struct kbm_trial_set *set,
				 struct kbm_error *error)
{
	struct kbm_session session = {0};
	struct kbm_text_list names = {0};
	const struct kbm_test_options *wanted = &call->options->test;
	enum kbm_code code = list_names(call, &names, error);
	if (code == KBM_OK)
		code = kbm_session_open(call->options, &session, error);
	if (code == KBM_OK)
		code = kbm_scripts_load(session.broker, &session.paths, call->options->scripts,
					names.items, names.count, &set->scripts, error);
	if (code == KBM_USAGE)
		suggest_folder(call, error);
	bool is_one = names.count > 0 && set->scripts.count == 1;
	if (code == KBM_OK && wanted->cases != NULL && !is_one)
		code = kbm_fail(error, KBM_USAGE, "--cases: the cases of one script; name one");
	if (code == KBM_OK && wanted->only != NULL && !is_one)
		code = kbm_fail(error, KBM_USAGE, "--case: a case of one script; name one");
	if (code == KBM_OK)
		code = find_cases(&session.paths, call, set, error);
	kbm_session_close(&session);
	kbm_text_list_clear(&names);
	return code == KBM_OK ? order_cases(set, error) : code;
}

void kbm_trial_set_clear(struct kbm_trial_set *set)
{
	for (size_t i = 0; set->trials != NULL && i < set->count; i++)
		kbm_trials_clear(&set->trials[i]);
	free(set->trials);
	free(set->orders);
	free(set->waiting);
	kbm_scripts_clear(&set->scripts);
	*set = (struct kbm_trial_set){0};
}
