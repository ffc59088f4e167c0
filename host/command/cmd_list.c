/* kbmend list: the scripts and profiles that can be run. */
#include "command/command.h"

#include "base/limits.h"
#include "command/profiles.h"
#include "command/script_filter.h"
#include "command/session.h"
#include "report/report_script.h"

#include <stdlib.h>

/* What is listed, as reports want it: borrowed, but for the arrays. */
struct shown {
	struct kbm_listed_script *scripts;
	size_t script_count;
	struct kbm_listed_profile *profiles;
};

static void list_scripts(const struct kbm_scripts *scripts, struct shown *shown, int *status)
{
	for (size_t i = 0; i < scripts->count; i++) {
		const struct kbm_script *script = &scripts->items[i];
		bool sound = script->problem.code == KBM_OK;
		shown->scripts[shown->script_count++] =
		    (struct kbm_listed_script){.info = &script->info,
					       .path = script->path,
					       .sha256 = script->sha256,
					       .shadows = script->shadows,
					       .problem = sound ? NULL : script->problem.message};
		if (!sound)
			*status = KBM_EXIT_UNKNOWN;
	}
}

static void list_profiles(const struct kbm_profiles *profiles, struct shown *shown, int *status)
{
	for (size_t i = 0; i < profiles->count; i++) {
		const struct kbm_profile_file *file = &profiles->items[i];
		bool sound = file->problem.code == KBM_OK;
		shown->profiles[i] =
		    (struct kbm_listed_profile){&file->profile, file->path, file->shadows,
						sound ? NULL : file->problem.message};
		if (!sound)
			*status = KBM_EXIT_UNKNOWN;
	}
}

static bool print_list(const struct kbm_options *options, const struct kbm_listing *listing,
		       struct kbm_bytes *out)
{
	struct kbm_report_style style = kbm_session_style(options);
	switch (options->format) {
	case KBM_FORMAT_JSON:
	case KBM_FORMAT_JSONL:
		return kbm_report_list_json(listing, options->format == KBM_FORMAT_JSONL, out);
	case KBM_FORMAT_CSV:
		return kbm_report_list_csv(listing, out);
	case KBM_FORMAT_TEXT:
	case KBM_FORMAT_LDIF:
	case KBM_FORMAT_REG:
	case KBM_FORMAT_DIGEST:
		break;
	}
	return kbm_report_list_text(listing, &style, out);
}

static int show(const struct kbm_options *options, const struct kbm_scripts *scripts,
		const struct kbm_profiles *profiles, struct shown *shown)
{
	struct kbm_bytes out;
	int status = KBM_EXIT_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	list_scripts(scripts, shown, &status);
	list_profiles(profiles, shown, &status);
	const struct kbm_listing listing = {shown->scripts, shown->script_count, shown->profiles,
					    profiles->count};
	print_list(options, &listing, &out);
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

static int run_list(const struct kbm_call *call)
{
	struct kbm_session session = {0};
	struct kbm_scripts scripts = {0};
	struct kbm_profiles profiles = {0};
	struct kbm_error error = {0};
	struct shown shown = {0};
	enum kbm_code code = kbm_session_open(call->options, &session, &error);
	if (code == KBM_OK)
		code = kbm_library_load(session.broker, &session.paths, call->options->scripts,
					&scripts, &profiles, &error);
	if (code == KBM_OK)
		code = kbm_script_filter(call->options, &scripts, &error);
	if (kbm_script_filter_is_set(call->options))
		kbm_profiles_clear(&profiles); /* they have neither severity nor category */
	shown.scripts = calloc(scripts.count + 1, sizeof *shown.scripts);
	shown.profiles = calloc(profiles.count + 1, sizeof *shown.profiles);
	int status;
	if (code == KBM_OK && shown.scripts != NULL && shown.profiles != NULL)
		status = show(call->options, &scripts, &profiles, &shown);
	else if (code == KBM_OK)
		status = kbm_command_fail(&(struct kbm_error){KBM_MEMORY, "out of memory"});
	else
		status = kbm_command_fail(&error);
	free(shown.scripts);
	free(shown.profiles);
	kbm_profiles_clear(&profiles);
	kbm_scripts_clear(&scripts);
	kbm_session_close(&session);
	return status;
}

static const enum kbm_option_id options[] = {
    KBM_OPTION_SEVERITY, KBM_OPTION_CATEGORY,	  KBM_OPTION_SCRIPTS, KBM_OPTION_TIMEOUT,
    KBM_OPTION_MEMORY,	 KBM_OPTION_TABLE_FORMAT, KBM_OPTION_UNSAFE,  KBM_OPTION_VERBOSE,
    KBM_OPTION_QUIET,	 KBM_OPTION_COLOR,	  KBM_OPTION_HELP,    KBM_OPTION_END};

const struct kbm_command kbm_command_list = {
    .name = "list",
    .operands = "[OPTIONS]",
    .summary = "List the scripts and profiles",
    .options = options,
    .run = run_list,
};
