/* The target that a saved plan was made for, opened again. */
#include "command/plan_target.h"

#include "base/text.h"
#include "command/option_table.h"
#include "command/server_options.h"
#include "source/registry.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_server(const struct kbm_source_identity *source)
{
	return strcmp(source->kind, "ldap") == 0;
}

/* --- the server --------------------------------------------------------------------------------
 */

static enum kbm_code check_server(const struct kbm_options *given, const struct kbm_plan *plan,
				  struct kbm_options *options, struct kbm_error *error)
{
	const struct kbm_source_identity *server = NULL;
	const char *uri = NULL;
	for (size_t i = 0; i < plan->target.source_count; i++)
		if (is_server(&plan->target.sources[i]))
			server = &plan->target.sources[i];
	enum kbm_code code = kbm_server_options_uri(given, &uri, error);
	if (code != KBM_OK)
		return code;
	if (server == NULL)
		return uri == NULL
			   ? KBM_OK
			   : kbm_fail(error, KBM_USAGE,
				      "the plan was made without a server, -H names %.120s", uri);
	if (uri == NULL)
		return kbm_fail(
		    error, KBM_REFUSED,
		    "the plan was made with the server %.90s, which is asked only if -H "
		    "names it, too",
		    server->path);
	if (strcmp(uri, server->path) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"the plan was made with the server %.90s, -H names %.90s",
				server->path, uri);
	if (options->base == NULL)
		options->base = server->base;
	return KBM_OK;
}

/* --- the files ---------------------------------------------------------------------------------
 */

/* A path that was typed in another folder leads nowhere here, or elsewhere. */
static enum kbm_code check_path(const char *path, struct kbm_error *error)
{
	char here[PATH_MAX];
	if (path[0] == '/' || access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return KBM_OK;
	if (getcwd(here, sizeof here) == NULL)
		snprintf(here, sizeof here, "a folder without a name");
	return kbm_fail(
	    error, KBM_NOT_FOUND,
	    "%.70s: no such file in %.70s, from where the plan's relative path was taken; "
	    "name each of its files with -t",
	    path, here);
}

/* What a person did not say is as it was for the plan. */
static enum kbm_code fill_options(const struct kbm_options *given, const struct kbm_plan *plan,
				  struct kbm_options *options, struct kbm_error *error)
{
	const struct kbm_target_identity *target = &plan->target;
	*options = *given;
	bool is_planned = given->target_count == 0 && given->planned == NULL;
	for (size_t i = 0; is_planned && i < target->source_count; i++) {
		if (is_server(&target->sources[i]))
			continue;
		enum kbm_code code = check_path(target->sources[i].path, error);
		if (code != KBM_OK)
			return code;
	}
	if (is_planned)
		options->planned = target;
	if (given->selection_text == NULL && target->control_set_source != NULL &&
	    target->control_set_source[0] != '\0' &&
	    kbm_option_take(KBM_OPTION_CONTROL_SET, target->control_set_source, options, error) !=
		KBM_OK)
		return KBM_INVALID;
	options->selection_text = given->selection_text;
	if (options->name == NULL && target->name != NULL && target->name[0] != '\0')
		options->name = target->name;
	return check_server(given, plan, options, error);
}

static enum kbm_code load_scripts(const struct kbm_plan *plan, struct kbm_plan_target *target,
				  struct kbm_error *error)
{
	char **names = calloc(plan->script_count + 1, sizeof *names);
	if (names == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	for (size_t i = 0; i < plan->script_count; i++)
		names[i] = plan->scripts[i].id;
	enum kbm_code code = KBM_OK;
	if (plan->script_count > 0)
		code = kbm_scripts_load(target->session.broker, &target->session.paths,
					target->options.scripts, names, plan->script_count,
					&target->scripts, error);
	free(names);
	if (code == KBM_USAGE) { /* the plan's words, not the command line's */
		struct kbm_error reason = *error;
		code = kbm_fail(error, KBM_NOT_FOUND,
				"the plan's scripts: %.120s: --scripts DIR names their folder",
				reason.message);
	}
	return code;
}

static enum kbm_code open_target(const struct kbm_options *options, const struct kbm_plan *plan,
				 bool with_scripts, struct kbm_plan_target *target,
				 struct kbm_error *error)
{
	enum kbm_code code = fill_options(options, plan, &target->options, error);
	if (code == KBM_OK)
		code = kbm_session_open(&target->options, &target->session, error);
	if (code == KBM_OK && with_scripts)
		code = load_scripts(plan, target, error);
	if (code == KBM_OK)
		code = kbm_target_prepare(&target->session, &target->options,
					  with_scripts ? &target->scripts : NULL, &target->prepared,
					  error);
	if (code == KBM_OK)
		code = kbm_target_await_export(target->session.broker, &target->prepared, error);
	return code;
}

enum kbm_code kbm_plan_target_open(const struct kbm_options *options, const struct kbm_plan *plan,
				   struct kbm_plan_target *target, struct kbm_error *error)
{
	enum kbm_code code = open_target(options, plan, true, target, error);
	if (code == KBM_OK)
		code = kbm_target_hash(&target->prepared, error);
	if (code == KBM_OK)
		code = kbm_check_control_set(target->session.broker, &target->options,
					     &target->prepared, plan, error);
	return code;
}

enum kbm_code kbm_plan_target_open_files(const struct kbm_options *options,
					 const struct kbm_plan *plan,
					 struct kbm_plan_target *target, struct kbm_error *error)
{
	return open_target(options, plan, false, target, error);
}

void kbm_plan_target_close(struct kbm_plan_target *target)
{
	kbm_scripts_clear(&target->scripts);
	kbm_prepared_clear(&target->prepared);
	kbm_session_close(&target->session);
}

const struct kbm_source_identity *kbm_plan_target_source(const struct kbm_plan_target *target,
							 const struct kbm_source_identity *then)
{
	const struct kbm_target_identity *identity = &target->prepared.identity;
	for (size_t i = 0; i < identity->source_count; i++)
		if (strcmp(identity->sources[i].kind, then->kind) == 0 &&
		    strcmp(identity->sources[i].hive, then->hive) == 0)
			return &identity->sources[i];
	return NULL;
}

/* --- which control set -------------------------------------------------------------------------
 */

/* Whether a change was found by way of CurrentControlSet: its path says so, its place does not. */
static bool follows_current(const struct kbm_plan *plan)
{
	static const char link[] = "\\CurrentControlSet";
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_place *place = &plan->changes[i].place;
		if (place->hive != NULL && kbm_text_equals_ascii_case(place->hive, "SYSTEM") &&
		    place->path != NULL && strcasestr(place->path, link) != NULL)
			return true;
	}
	return false;
}

enum kbm_code kbm_check_control_set(struct kbm_broker *broker, const struct kbm_options *options,
				    const struct kbm_prepared *prepared,
				    const struct kbm_plan *plan, struct kbm_error *error)
{
	const char *chosen = plan->target.control_set_source;
	bool is_number = chosen != NULL && chosen[0] >= '0' && chosen[0] <= '9';
	if (options->selection_text != NULL || is_number || !follows_current(plan))
		return KBM_OK;
	for (size_t i = 0; i < prepared->target.source_count; i++) {
		const struct kbm_source *source = &prepared->sources[i];
		struct kbm_source other = {0};
		if (source->kind != KBM_SOURCE_HIVE || source->control_set == NULL ||
		    source->control_set[0] == '\0')
			continue;
		enum kbm_code code =
		    kbm_broker_prepare(broker, source->path, KBM_USE_SCRIPTS, options->codepage,
				       KBM_CONTROL_SET_DEFAULT, &other, error);
		if (code == KBM_OK && other.control_set != NULL && other.control_set[0] != '\0' &&
		    strcmp(other.control_set, source->control_set) != 0)
			code = kbm_fail(error, KBM_REFUSED,
					"Current is %.30s and Default is %.30s: --control-set says "
					"which is to be changed",
					source->control_set, other.control_set);
		kbm_source_clear(&other);
		if (code != KBM_OK)
			return code;
	}
	return KBM_OK;
}
