/* kbmend apply: a saved plan, compared with the target, shown, and carried out. */
#include "command/command.h"

#include "base/absolute.h"
#include "base/limits.h"
#include "command/carry_out.h"
#include "command/plan_file.h"
#include "command/plan_target.h"
#include "command/tell_applied.h"
#include "plan/plan_places.h"
#include "plan/plan_secrets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- --only ------------------------------------------------------------------------------------
 */

/* Marks the changes that "1,3" names. */
static enum kbm_code mark_only(const char *only, const struct kbm_plan *plan, bool *keeps,
			       struct kbm_error *error)
{
	for (const char *at = only;; at++) {
		char *end = NULL;
		unsigned long number = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : 0;
		if (number == 0 || number > plan->change_count)
			return kbm_fail(error, KBM_USAGE,
					"--only '%.60s': numbers from 1 to %zu, with commas", only,
					plan->change_count);
		if (plan->changes[number - 1].op == KBM_MANUAL)
			return kbm_fail(error, KBM_USAGE,
					"--only: %lu is a step that is done by hand", number);
		keeps[number - 1] = true;
		if (*end == '\0')
			return KBM_OK;
		if (*end != ',')
			return kbm_fail(error, KBM_USAGE,
					"--only '%.60s': numbers from 1 to %zu, with commas", only,
					plan->change_count);
		at = end;
	}
}

struct only {
	const struct kbm_change *first;
	const bool *keeps; /* one a change */
};

static bool is_meant(const void *context, const struct kbm_change *change)
{
	const struct only *only = context;
	return only->keeps[change - only->first] || change->op == KBM_MANUAL;
}

/* Leaves these typed changes, and all manual steps. */
static enum kbm_code keep_only(const char *only, struct kbm_plan *plan, struct kbm_error *error)
{
	bool *keeps = calloc(plan->change_count + 1, sizeof *keeps);
	if (keeps == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = mark_only(only, plan, keeps, error);
	const struct only meant = {plan->changes, keeps};
	if (code == KBM_OK)
		kbm_plan_keep(plan, is_meant, &meant);
	free(keeps);
	return code;
}

/* --- what the plan was made with ----------------------------------------------------------------
 */

/* The preconditions decide; that a file or a script is another one is worth knowing. */
static void note_other_hashes(const struct kbm_plan *plan, const struct kbm_plan_target *target)
{
	for (size_t i = 0; i < plan->target.source_count; i++) {
		const struct kbm_source_identity *then = &plan->target.sources[i];
		const struct kbm_source_identity *now = kbm_plan_target_source(target, then);
		if (now != NULL && then->sha256 != NULL && now->sha256 != NULL &&
		    strcmp(then->sha256, now->sha256) != 0)
			kbm_command_note("%s was written to since the plan was made", now->path);
	}
	for (size_t i = 0; i < target->scripts.count; i++)
		for (size_t j = 0; j < plan->script_count; j++)
			if (strcmp(plan->scripts[j].id, target->scripts.items[i].info.id) == 0 &&
			    strcmp(plan->scripts[j].sha256, target->scripts.items[i].sha256) != 0)
				kbm_command_note("%s is not the script that the plan was made "
						 "with (%s %s)",
						 target->scripts.items[i].path, plan->scripts[j].id,
						 plan->scripts[j].version);
}

/* A relative path is shown as where it leads from here: it may have been typed elsewhere. */
static bool show_where(struct kbm_target_identity *target)
{
	for (size_t i = 0; i < target->source_count; i++) {
		struct kbm_source_identity *source = &target->sources[i];
		if (strcmp(source->kind, "ldap") == 0 || source->path[0] == '/')
			continue;
		char *shown = kbm_path_resolved(source->path);
		if (shown == NULL)
			return false;
		free(source->path);
		source->path = shown;
	}
	return true;
}

/* From here on the plan's target is the one that is there, and is shown: what a plan says of it is
 * only what it was, or what somebody wrote into it. The old one goes to *then. */
static enum kbm_code take_target(struct kbm_plan *plan, const struct kbm_plan_target *target,
				 struct kbm_target_identity *then, struct kbm_error *error)
{
	const char *computer = target->prepared.target.computer_name;
	struct kbm_target_identity now = {0};
	if (!kbm_target_identity_copy(&target->prepared.identity, &now) || !show_where(&now)) {
		kbm_target_identity_clear(&now);
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	if (computer != NULL && computer[0] != '\0' && strcmp(computer, now.name) != 0)
		kbm_command_note("the plan calls the machine %.60s, its registry %.60s", now.name,
				 computer);
	*then = plan->target;
	plan->target = now;
	return KBM_OK;
}

/* --- the plan's age ----------------------------------------------------------------------------
 */

static enum kbm_code predict(const struct kbm_proof *proof, struct kbm_plan *plan, bool in_part,
			     struct kbm_error *error)
{
	enum kbm_code code =
	    kbm_proof_predict(proof, proof->target, plan->changes, plan->change_count, plan, error);
	bool is_good = plan->prediction == KBM_PREDICTION_PASS ||
		       (in_part && plan->prediction == KBM_PREDICTION_FAIL);
	if (code == KBM_OK && !is_good)
		code = kbm_fail(error, KBM_REFUSED, "the plan was not shown to cure: %.180s",
				plan->prediction_reason == NULL ? "" : plan->prediction_reason);
	return code;
}

static int show(const struct kbm_call *call, struct kbm_plan *plan)
{
	const struct kbm_report_style style = kbm_session_style(call->options);
	struct kbm_bytes out;
	if (call->options->format != KBM_FORMAT_TEXT || call->options->quiet)
		return KBM_EXIT_OK;
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	if (!kbm_report_plan_text(plan, &style, &out))
		out.failed = true;
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_bytes_clear(&out);
	return status;
}

static int go_on(const struct kbm_carry_out *order)
{
	const struct kbm_options *options = order->call->options;
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_plan_check_places(order->plan, order->plan->target.control_set, &error);
	if (code == KBM_OK)
		code = predict(order->proof, order->plan, options->only != NULL, &error);
	if (code != KBM_OK)
		return kbm_tell_not_applied(order->call, order->plan, &error);
	int status = show(order->call, order->plan);
	if (status != KBM_EXIT_OK)
		return status;
	return kbm_carry_out(order);
}

static int judge(const struct kbm_carry_out *order)
{
	struct kbm_error error = {0};
	enum kbm_plan_age age = KBM_PLAN_UNTOLD;
	if (kbm_proof_look(order->proof, &age, &error) != KBM_OK)
		return kbm_tell_not_applied(order->call, order->plan, &error);
	switch (age) {
	case KBM_PLAN_FRESH:
		return go_on(order);
	case KBM_PLAN_APPLIED:
		return kbm_carry_out_report(order, "applied already",
					    "all is as the plan makes it; nothing was changed",
					    NULL, KBM_EXIT_OK);
	case KBM_PLAN_STALE:
		return kbm_carry_out_report(
		    order, "refused",
		    "the plan is stale; nothing was changed: run again for a new one",
		    &order->proof->stale, KBM_EXIT_REFUSED);
	case KBM_PLAN_UNTOLD:
		break;
	}
	return kbm_tell_not_applied(order->call, order->plan, &error);
}

static int apply_plan(const struct kbm_call *call, struct kbm_plan *plan)
{
	struct kbm_plan_target target = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_target_open(call->options, plan, &target, &error);
	if (code != KBM_OK) {
		int status = kbm_tell_not_applied(call, plan, &error);
		kbm_plan_target_close(&target);
		return status;
	}
	note_other_hashes(plan, &target);
	struct kbm_target_identity then = {0}; /* the options borrow from it */
	code = take_target(plan, &target, &then, &error);
	struct kbm_proof proof = {.broker = target.session.broker,
				  .target = &target.prepared.target,
				  .scripts = &target.scripts,
				  .plan = plan};
	const struct kbm_carry_out order = {.call = call,
					    .prepared = &target.prepared,
					    .broker = target.session.broker,
					    .plan = plan,
					    .proof = &proof,
					    .title = plan->scripts[0].id};
	int status = code == KBM_OK ? judge(&order) : kbm_tell_not_applied(call, plan, &error);
	kbm_proof_clear(&proof);
	kbm_plan_target_close(&target);
	kbm_target_identity_clear(&then);
	return status;
}

static int run_apply(const struct kbm_call *call)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_plan_file_read(call->operands[0], &plan, &error);
	bool read = code == KBM_OK;
	if (code == KBM_OK && call->options->only != NULL)
		code = keep_only(call->options->only, &plan, &error);
	if (code == KBM_OK && (kbm_plan_count(&plan, false) == 0 || plan.script_count == 0))
		code = kbm_fail(&error, KBM_NOT_FOUND,
				"%.120s: there is nothing in the plan that kbmend could do",
				call->operands[0]);
	if (code == KBM_OK && !call->options->include_secrets)
		code = kbm_plan_refuse_secrets(&plan, &error);
	int status = code == KBM_OK ? apply_plan(call, &plan)
				    : kbm_tell_not_applied(call, read ? &plan : NULL, &error);
	kbm_plan_clear(&plan);
	return status;
}

static const enum kbm_option_id apply_options[] = {
    KBM_OPTION_ONLY,	 KBM_OPTION_RECOVER, KBM_OPTION_DRY_RUN, KBM_APPLY_OPTIONS,
    KBM_OPTION_TARGET,	 KBM_SERVER_OPTIONS, KBM_OPTION_BASE,	 KBM_OPTION_CONTROL_SET,
    KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,    KBM_OPTION_SCRIPTS, KBM_OPTION_FORMAT,
    KBM_OPTION_TIMEOUT,	 KBM_OPTION_MEMORY,  KBM_OPTION_SECRETS, KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE,	 KBM_OPTION_QUIET,   KBM_OPTION_COLOR,	 KBM_OPTION_HELP,
    KBM_OPTION_END};

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "applied and verified, or there was nothing to do"},
    {KBM_EXIT_UNKNOWN, "could not tell: input unreadable, script error, unknown"},
    {KBM_EXIT_PROBLEM, "shown only (-n), or applied in part (--only)"},
    {KBM_EXIT_REFUSED, "refused before anything was written: stale, no consent, locked"},
    {KBM_EXIT_FAILED, "failed, and the target is as it was before"},
    {KBM_EXIT_BROKEN, "failed, and the target is not as it was before"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

const struct kbm_command kbm_command_apply = {
    .name = "apply",
    .operands = "PLAN [-H URI] [OPTIONS]",
    .summary = "Carry a saved plan out, and verify it",
    .details =
	"Looks first whether all that the plan rests on is as it was, shows what it "
	"changes, and asks. A hive is backed up, changed in a copy that is verified, and "
	"then takes the old one's place. The plan's files are those that it names, or the -t "
	"given here. A server that a plan names is asked only if -H names it, too.",
    .exits = exits,
    .options = apply_options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run_apply,
};
