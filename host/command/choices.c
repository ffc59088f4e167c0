/* The commands among which somebody chooses where two scripts contradict each other. */
#include "command/choices.h"

#include "base/limits.h"
#include "command/next.h"

#include <string.h>

/* Whether a script has a part in a conflict. */
static bool is_in_conflict(const struct kbm_case *diagnosed, const char *id)
{
	for (size_t i = 0; i < diagnosed->conflict_count; i++)
		if (strcmp(diagnosed->conflicts[i].first->script, id) == 0 ||
		    strcmp(diagnosed->conflicts[i].second->script, id) == 0)
			return true;
	return false;
}

/* Parameters of profiles are typed: what is given to one must not reach another. */
static bool any_has_params(const struct kbm_case *diagnosed)
{
	for (size_t i = 0; i < diagnosed->scripts.count; i++)
		if (diagnosed->scripts.items[i].params.count > 0)
			return true;
	return false;
}

/* Whether the command for script `chosen` runs script `index`, too. */
static bool goes_along(const struct kbm_case *diagnosed, size_t chosen, size_t index)
{
	if (index == chosen)
		return true;
	return diagnosed->diagnoses[index].has_plan && !any_has_params(diagnosed) &&
	       !is_in_conflict(diagnosed, diagnosed->scripts.items[index].info.id);
}

/* The parameters that the scripts of a command know; -p comes before what profiles give. */
static bool gather_params(const struct kbm_options *options, const struct kbm_case *diagnosed,
			  size_t chosen, struct kbm_params *params)
{
	bool done = true;
	for (size_t i = 0; done && i < diagnosed->scripts.count; i++) {
		const struct kbm_script *script = &diagnosed->scripts.items[i];
		if (!goes_along(diagnosed, chosen, i))
			continue;
		for (size_t j = 0; done && j < script->params.count; j++)
			done = kbm_params_set(params, script->params.items[j].name,
					      script->params.items[j].value);
		for (size_t j = 0; done && j < options->params.count; j++) {
			const struct kbm_param *param = &options->params.items[j];
			if (kbm_script_info_param(&script->info, param->name) != NULL)
				done = kbm_params_set(params, param->name, param->value);
		}
	}
	return done;
}

static bool can_apply(const struct kbm_case *diagnosed, size_t chosen)
{
	for (size_t i = 0; i < diagnosed->scripts.count; i++)
		if (goes_along(diagnosed, chosen, i) &&
		    !kbm_next_can_apply(&diagnosed->diagnoses[i].plan, &diagnosed->prepared.target))
			return false;
	return true;
}

static void append_command(const struct kbm_call *call, const struct kbm_case *diagnosed,
			   size_t chosen, const struct kbm_options *options, struct kbm_bytes *out)
{
	kbm_bytes_append_text(out, "kbmend run");
	for (size_t i = 0; i < diagnosed->scripts.count; i++) {
		const struct kbm_script *script = &diagnosed->scripts.items[i];
		if (goes_along(diagnosed, chosen, i))
			kbm_next_word(out, script->by_path ? script->path : script->info.id);
	}
	kbm_next_options(options, out);
	if (call->options->state_dir != NULL)
		kbm_next_option(out, "--state-dir", call->options->state_dir);
	if (can_apply(diagnosed, chosen))
		kbm_bytes_append_text(out, " --apply");
}

bool kbm_choices_list(const struct kbm_call *call, const struct kbm_case *diagnosed,
		      struct kbm_text_list *choices)
{
	bool done = true;
	for (size_t i = 0; done && i < diagnosed->scripts.count; i++) {
		struct kbm_options options = *call->options;
		struct kbm_bytes command;
		if (!is_in_conflict(diagnosed, diagnosed->scripts.items[i].info.id))
			continue;
		options.params = (struct kbm_params){0};
		kbm_bytes_init(&command, KBM_TEXT_MAX_BYTES);
		done = gather_params(call->options, diagnosed, i, &options.params);
		append_command(call, diagnosed, i, &options, &command);
		done =
		    done && !command.failed && kbm_text_list_add(choices, kbm_bytes_text(&command));
		kbm_bytes_clear(&command);
		kbm_params_clear(&options.params);
	}
	return done;
}
