/* Each script of a case has its turn on the target. */
#include "command/script_turns.h"

#include "command/command.h"
#include "command/script_needs.h"
#include "plan/params.h"

#include <stdlib.h>
#include <string.h>

/* The parameters that this script has from profiles, and of those that were typed, which come
 * first, the ones that it knows; copies. */
static bool own_params(const struct kbm_params *all, const struct kbm_script *script,
		       struct kbm_params *own)
{
	const struct kbm_script_info *info = &script->info;
	for (size_t i = 0; i < script->params.count; i++)
		if (!kbm_params_set(own, script->params.items[i].name,
				    script->params.items[i].value))
			return false;
	for (size_t i = 0; i < all->count; i++)
		if (kbm_script_info_param(info, all->items[i].name) != NULL &&
		    !kbm_params_set(own, all->items[i].name, all->items[i].value))
			return false;
	return true;
}

/* A script that could not be loaded is an `error` of its own; the others go on. */
static enum kbm_code cannot_run(const struct kbm_script *script, struct kbm_result *result,
				struct kbm_error *error)
{
	result->verdict = KBM_VERDICT_ERROR;
	result->script = strdup(script->info.id);
	result->reason = strdup(script->problem.message);
	result->output = strdup("");
	if (result->script == NULL || result->reason == NULL || result->output == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* A result is its script's, whatever it calls itself. */
static bool adopt(struct kbm_result *result, const char *id)
{
	free(result->script);
	result->script = strdup(id);
	bool done = result->script != NULL;
	for (size_t i = 0; done && i < result->change_count; i++) {
		free(result->changes[i].script);
		result->changes[i].script = strdup(id);
		done = result->changes[i].script != NULL;
	}
	return done;
}

/* A script's turn. Its child works before that, beside others. */
struct turn {
	size_t script;
	struct kbm_params params;
	struct kbm_ahead *run; /* NULL: it does not run, or has */
	bool has_run;
};

/* All turns of a case, in their order. */
struct round {
	const struct kbm_options *options;
	struct kbm_case *diagnosed;
	bool are_named; /* the scripts, one by one */
	struct turn *turns;
	size_t begun;
};

static enum kbm_code begin_turn(const struct round *round, struct turn *turn,
				struct kbm_error *error)
{
	struct kbm_case *diagnosed = round->diagnosed;
	const struct kbm_script *script = &diagnosed->scripts.items[turn->script];
	const struct kbm_script_order order = {
	    .target = &diagnosed->prepared.target,
	    .name = script->file_name,
	    .text = script->text,
	    .length = script->length,
	    .params = &turn->params,
	    .with_fix = script->info.has_fix,
	    .asks_no_directory = !script->info.needs_directory,
	};
	if (script->problem.code != KBM_OK)
		return cannot_run(script, &diagnosed->diagnoses[turn->script].result, error);
	if (!own_params(&round->options->params, script, &turn->params))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_params_check(&script->info, &turn->params, error);
	if (code != KBM_OK)
		return code;
	turn->run = kbm_broker_begin_run(diagnosed->session.broker, &order);
	return turn->run == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory") : KBM_OK;
}

static enum kbm_code end_turn(struct kbm_case *diagnosed, struct turn *turn, kbm_turn_done *done,
			      struct kbm_error *error)
{
	const struct kbm_script *script = &diagnosed->scripts.items[turn->script];
	struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[turn->script];
	struct kbm_ahead *run = turn->run;
	if (run == NULL)
		return KBM_OK;
	turn->run = NULL;
	turn->has_run = true;
	enum kbm_code code = kbm_broker_end_run(run, &diagnosis->result, error);
	if (code == KBM_OK && !adopt(&diagnosis->result, script->info.id))
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	if (code == KBM_OK)
		code = done(diagnosed, turn->script, &turn->params, error);
	return code;
}

/* Says what is missing for a script that nobody named: neither by itself, nor by a profile of it
 * alone. */
static enum kbm_code check_needs(const struct kbm_case *diagnosed, const struct kbm_script *script,
				 struct kbm_diagnosis *diagnosis, struct kbm_error *error)
{
	struct kbm_bytes lacks;
	kbm_bytes_init(&lacks, KBM_TEXT_MAX_BYTES);
	bool is_meant = script->by_user || (!diagnosed->condensed && diagnosed->scripts.count == 1);
	if (!is_meant && script->problem.code == KBM_OK)
		kbm_script_lacks(&script->info, &diagnosed->prepared.target, &lacks);
	bool has_all = lacks.length == 0;
	if (!has_all)
		diagnosis->lacks = kbm_bytes_take(&lacks, NULL);
	kbm_bytes_clear(&lacks);
	return has_all || diagnosis->lacks != NULL ? KBM_OK
						   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* Of the scripts that are to run. */
static enum kbm_code begin_next(const struct round *round, struct turn *turn,
				struct kbm_error *error)
{
	struct kbm_case *diagnosed = round->diagnosed;
	struct kbm_diagnosis *diagnosis = &diagnosed->diagnoses[turn->script];
	const struct kbm_script *script = &diagnosed->scripts.items[turn->script];
	diagnosis->is_left = !round->are_named && script->info.on_request;
	if (diagnosis->is_left)
		return KBM_OK;
	enum kbm_code code = check_needs(diagnosed, script, diagnosis, error);
	if (code == KBM_OK && diagnosis->lacks == NULL)
		code = begin_turn(round, turn, error);
	return code;
}

/* Who asks the directory comes first, whose file is being read: what it leads to can go on while
 * the others, who wait for nothing, have their turns. */
static void put_in_order(struct kbm_case *diagnosed, struct turn *turns)
{
	size_t place = 0;
	for (int asks = 1; asks >= 0; asks--)
		for (size_t i = 0; i < diagnosed->scripts.count; i++)
			if (diagnosed->scripts.items[i].info.needs_directory == (asks == 1))
				turns[place++].script = i;
}

/* Begins as many as there are processors for, until the turn of one is due. */
static enum kbm_code begin_until_due(struct round *round, size_t index, struct kbm_error *error)
{
	struct kbm_case *diagnosed = round->diagnosed;
	const struct kbm_broker *broker = diagnosed->session.broker;
	struct turn *turn = &round->turns[index];
	enum kbm_code code = KBM_OK;
	do {
		while (code == KBM_OK && round->begun < diagnosed->scripts.count &&
		       (round->begun <= index || kbm_broker_has_room(broker)))
			code = begin_next(round, &round->turns[round->begun++], error);
	} while (code == KBM_OK && round->begun < diagnosed->scripts.count && turn->run != NULL &&
		 !kbm_broker_is_run_due(turn->run) && kbm_broker_await_room(broker));
	return code;
}

static enum kbm_code take_turns(struct round *round, kbm_turn_done *done, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	put_in_order(round->diagnosed, round->turns);
	for (size_t i = 0; code == KBM_OK && i < round->diagnosed->scripts.count; i++) {
		code = begin_until_due(round, i, error);
		if (code == KBM_OK)
			code = end_turn(round->diagnosed, &round->turns[i], done, error);
	}
	return code;
}

static bool is_asked(const struct kbm_case *diagnosed, const struct turn *turns)
{
	for (size_t i = 0; i < diagnosed->scripts.count; i++)
		if (turns[i].has_run &&
		    diagnosed->scripts.items[turns[i].script].info.needs_directory)
			return true;
	return false;
}

/* Scripts that ask the directory are told what is wrong with its file; the others go on, and where
 * there are only those a line says it. */
static enum kbm_code tell_of_export(struct kbm_case *diagnosed, const struct turn *turns,
				    struct kbm_error *error)
{
	struct kbm_error why = {0};
	enum kbm_code code =
	    kbm_target_await_export(diagnosed->session.broker, &diagnosed->prepared, &why);
	if (code == KBM_OK)
		return KBM_OK;
	if (code == KBM_MEMORY || code == KBM_REFUSED)
		return kbm_fail(error, code, "%s", why.message);
	if (!is_asked(diagnosed, turns))
		kbm_command_note("warning: %s; no script that ran asks it", why.message);
	return kbm_target_note_export(&diagnosed->prepared, why.message)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

enum kbm_code kbm_script_turns(const struct kbm_options *options, size_t name_count,
			       struct kbm_case *diagnosed, kbm_turn_done *done,
			       struct kbm_error *error)
{
	size_t count = diagnosed->scripts.count;
	struct turn *turns = calloc(count + 1, sizeof *turns);
	struct round round = {options, diagnosed, name_count > 0, turns, 0};
	enum kbm_code code = KBM_OK;
	diagnosed->diagnoses = calloc(count + 1, sizeof *diagnosed->diagnoses);
	if (diagnosed->diagnoses == NULL || turns == NULL)
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	else
		code = take_turns(&round, done, error);
	if (code == KBM_OK && turns != NULL)
		code = tell_of_export(diagnosed, turns, error);
	for (size_t i = 0; turns != NULL && i < count; i++) {
		kbm_ahead_drop(turns[i].run);
		kbm_params_clear(&turns[i].params);
	}
	free(turns);
	return code;
}
