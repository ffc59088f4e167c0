/* Carrying a plan out: consent, apply, and what is said about it. */
#include "command/carry_out.h"

#include "apply/backup_folder.h"
#include "base/absolute.h"
#include "command/before.h"
#include "command/consent.h"
#include "command/history.h"
#include "command/hive_notes.h"
#include "command/look_again.h"
#include "command/next.h"
#include "command/tell_applied.h"
#include "guard/hive_logs.h"
#include "plan/plan_invert.h"
#include "plan/plan_secrets.h"

#include <stdio.h>
#include <stdlib.h>

/* --- what is said ------------------------------------------------------------------------------
 */

/* The steps that stay with people. */
static bool gather_manual(const struct kbm_plan *plan, struct kbm_text_list *steps)
{
	for (size_t i = 0; i < plan->change_count; i++)
		if (plan->changes[i].op == KBM_MANUAL &&
		    !kbm_text_list_add(steps, plan->changes[i].text))
			return false;
	return true;
}

int kbm_carry_out_report(const struct kbm_carry_out *order, const char *state, const char *message,
			 const struct kbm_stale_reads *stale, int status)
{
	const struct kbm_applied applied = {.plan = order->plan,
					    .state = state,
					    .message = message,
					    .stale = stale,
					    .exit_status = status};
	return kbm_tell_applied(order->call->options, &applied);
}

/* --- what is asked of the target ----------------------------------------------------------------
 */

/* Between the reading that was shown and the lock somebody may have written. */
static enum kbm_code recheck(void *context, struct kbm_error *error)
{
	const struct kbm_carry_out *order = context;
	enum kbm_plan_age age = KBM_PLAN_FRESH;
	enum kbm_code code = kbm_target_check_unchanged(order->prepared, error);
	if (code == KBM_OK && order->proof != NULL)
		code = kbm_proof_look(order->proof, &age, error);
	if (code == KBM_OK && age == KBM_PLAN_UNTOLD)
		return KBM_UNREADABLE;
	if (code == KBM_OK && age != KBM_PLAN_FRESH)
		code = kbm_fail(error, KBM_REFUSED,
				"what the plan rests on changed meanwhile; run again");
	return code;
}

/* What was predicted must be so: no more is claimed, and no less is taken. */
static enum kbm_code check(void *context, const struct kbm_target *target,
			   const struct kbm_change *changes, size_t change_count,
			   struct kbm_error *error)
{
	const struct kbm_carry_out *order = context;
	struct kbm_plan now = {.changes = order->plan->changes,
			       .change_count = order->plan->change_count};
	enum kbm_code code =
	    kbm_proof_predict(order->proof, target, changes, change_count, &now, error);
	if (code == KBM_OK && now.prediction != order->plan->prediction)
		code = kbm_fail(error, KBM_REFUSED,
				"the check does not say what was predicted: %.160s",
				now.prediction_reason == NULL ? "" : now.prediction_reason);
	free(now.prediction_reason);
	kbm_text_list_clear(&now.remain);
	return code;
}

/* --- carrying out ------------------------------------------------------------------------------
 */

/* Of a part of a plan the rest is still to be done; so are an undo's steps by hand, without which
 * not all is as it was. */
static bool is_in_part(const struct kbm_carry_out *order)
{
	return order->plan->prediction == KBM_PREDICTION_FAIL ||
	       (order->undoes != 0 && kbm_plan_count(order->plan, true) > 0);
}

static int status_of(enum kbm_apply_end end, const struct kbm_carry_out *order)
{
	switch (end) {
	case KBM_APPLY_FIXED:
		return is_in_part(order) ? KBM_EXIT_PROBLEM : KBM_EXIT_OK;
	case KBM_APPLY_REFUSED:
		return KBM_EXIT_REFUSED;
	case KBM_APPLY_FAILED:
		return KBM_EXIT_FAILED;
	case KBM_APPLY_BROKEN:
	case KBM_APPLY_UNSURE:
		break;
	}
	return KBM_EXIT_BROKEN;
}

static const char *state_of(enum kbm_apply_end end, const struct kbm_carry_out *order)
{
	static const char *const names[] = {[KBM_APPLY_REFUSED] = "refused",
					    [KBM_APPLY_FIXED] = "fixed",
					    [KBM_APPLY_FAILED] = "failed, nothing was changed",
					    [KBM_APPLY_BROKEN] = "FAILED, THE TARGET IS CHANGED",
					    [KBM_APPLY_UNSURE] =
						"FAILED, AND THE TARGET MAY BE CHANGED"};
	if (end != KBM_APPLY_FIXED)
		return names[end];
	if (is_in_part(order))
		return order->undoes != 0 ? "taken back in part" : "applied in part";
	return order->undoes != 0 ? "undone" : names[end];
}

/* What takes it back, asking for the same journal and server. */
static void append_undo(const struct kbm_carry_out *order, unsigned entry, struct kbm_bytes *out)
{
	const struct kbm_options *options = order->call->options;
	kbm_bytes_printf(out, "kbmend undo %u", entry);
	kbm_next_server(options, out);
	if (options->state_dir != NULL)
		kbm_next_option(out, "--state-dir", options->state_dir);
}

static int tell(const struct kbm_carry_out *order, const struct kbm_apply_outcome *outcome,
		const struct kbm_error *error)
{
	char done_text[64];
	struct kbm_bytes undo;
	struct kbm_text_list manual = {0};
	bool done = outcome->end == KBM_APPLY_FIXED;
	size_t count = kbm_plan_count(order->plan, false);
	kbm_bytes_init(&undo, KBM_TEXT_MAX_BYTES);
	if (outcome->entry != 0 && (done || outcome->end > KBM_APPLY_FAILED))
		append_undo(order, outcome->entry, &undo);
	snprintf(done_text, sizeof done_text, "%zu change%s, written and verified", count,
		 count == 1 ? "" : "s");
	if (done && !gather_manual(order->plan, &manual))
		kbm_command_note("out of memory");
	const struct kbm_applied applied = {
	    .plan = order->plan,
	    .state = state_of(outcome->end, order),
	    .message = done ? done_text : error->message,
	    .entry = outcome->entry,
	    .backups = &outcome->backups,
	    .manual = &manual,
	    .undo = undo.length == 0 ? NULL : kbm_bytes_text(&undo),
	    .exit_status = status_of(outcome->end, order),
	};
	int status = kbm_tell_applied(order->call->options, &applied);
	kbm_text_list_clear(&manual);
	kbm_bytes_clear(&undo);
	return status;
}

/* Whether an earlier change is written to the same source. */
static bool is_named(const struct kbm_carry_out *order, size_t index,
		     const struct kbm_source *source)
{
	for (size_t i = 0; i < index; i++)
		if (order->plan->changes[i].op != KBM_MANUAL &&
		    kbm_target_source_of(&order->prepared->target, &order->plan->changes[i]) ==
			source)
			return true;
	return false;
}

/* " to FILE, FILE": the files whose paths were relative, as where they are. */
static void append_files(const struct kbm_carry_out *order, struct kbm_bytes *out)
{
	const char *before = " to ";
	for (size_t i = 0; i < order->plan->change_count; i++) {
		const struct kbm_change *change = &order->plan->changes[i];
		const struct kbm_source *source =
		    change->op == KBM_MANUAL
			? NULL
			: kbm_target_source_of(&order->prepared->target, change);
		if (source == NULL || source->kind != KBM_SOURCE_HIVE || source->path[0] == '/' ||
		    is_named(order, i, source))
			continue;
		char *shown = kbm_path_resolved(source->path);
		kbm_bytes_printf(out, "%s%s", before, shown == NULL ? source->path : shown);
		before = ", ";
		free(shown);
	}
}

static const struct kbm_source *recovered_source(const struct kbm_carry_out *order)
{
	return order->undoes != 0 ? NULL
				  : kbm_hive_note_recovered(&order->prepared->target, order->plan);
}

/* Said before anybody is asked: who writes the hive looks again. */
static enum kbm_code refuse_recovered(const struct kbm_carry_out *order, struct kbm_error *error)
{
	const struct kbm_source *source = recovered_source(order);
	return source == NULL || order->call->options->recovers
		   ? KBM_OK
		   : kbm_hive_refuse_recovered(source, error);
}

static enum kbm_code ask(const struct kbm_carry_out *order, struct kbm_error *error)
{
	struct kbm_bytes question;
	size_t count = kbm_plan_count(order->plan, false);
	kbm_bytes_init(&question, KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&question, "%s %zu change%s", order->undoes == 0 ? "Apply" : "Take back",
			 count, count == 1 ? "" : "s");
	append_files(order, &question);
	if (recovered_source(order) != NULL)
		kbm_bytes_printf(&question, ", and what is in the logs of %s",
				 recovered_source(order)->path);
	enum kbm_code code =
	    kbm_consent(order->call->options, order->plan, kbm_bytes_text(&question), error);
	kbm_bytes_clear(&question);
	return code;
}

/* Everything that needs no journal: what must not be, and the inverse plan, which may be in *made;
 * NULL: what the plan alone cannot take back, a backup can. */
static enum kbm_code make_ready(const struct kbm_carry_out *order, struct kbm_plan *made,
				const struct kbm_plan **inverse, struct kbm_error *error)
{
	if (order->call->options->read_only)
		return kbm_fail(error, KBM_REFUSED,
				"--read-only-target: the target is evidence and is not written to");
	enum kbm_code code = refuse_recovered(order, error);
	if (code == KBM_OK && !order->call->options->include_secrets)
		code = kbm_plan_refuse_secrets(order->plan, error);
	if (code != KBM_OK)
		return code;
	*inverse = order->inverse;
	if (*inverse == NULL &&
	    kbm_plan_invert(order->plan, KBM_INVERSE_BY_CHANGES, made, error) == KBM_OK)
		*inverse = made;
	return KBM_OK;
}

/* It was refused before anything was begun: whether another process has done it meanwhile, as when
 * two were started at once and this one waited for the lock. */
static bool is_done_meanwhile(const struct kbm_carry_out *order, const char *state_folder)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_error ignored;
	if (order->undoes == 0)
		return kbm_look_again(order->proof, order->call->options->codepage);
	bool done = kbm_journal_load(state_folder, order->undoes, &entry, &ignored) == KBM_OK &&
		    entry.undone_by != 0;
	kbm_journal_entry_clear(&entry);
	return done;
}

static int tell_end(const struct kbm_carry_out *order, const char *state_folder,
		    const struct kbm_apply_outcome *outcome, const struct kbm_error *error)
{
	if (outcome->end == KBM_APPLY_REFUSED && is_done_meanwhile(order, state_folder))
		return kbm_carry_out_report(
		    order, order->undoes == 0 ? "applied already" : "taken back already",
		    "another kbmend did it meanwhile; nothing was changed here", NULL, KBM_EXIT_OK);
	return tell(order, outcome, error);
}

static int carry_out(const struct kbm_carry_out *order)
{
	const struct kbm_options *options = order->call->options;
	struct kbm_plan made = {0};
	const struct kbm_plan *inverse = NULL;
	struct kbm_apply_outcome outcome = {0};
	struct kbm_error error = {0};
	char *state_folder = NULL;
	char *backup_folder = NULL;
	enum kbm_code code = make_ready(order, &made, &inverse, &error);
	/* Before anybody is asked, and anything is begun. */
	if (code == KBM_OK && options->backup_dir != NULL)
		code = kbm_backup_folder_find(options->backup_dir, &backup_folder, &error);
	if (code == KBM_OK)
		code = ask(order, &error);
	if (code == KBM_OK)
		code = kbm_history_open(options, &state_folder, &error);
	if (code == KBM_OK) {
		const struct kbm_apply_order apply = {
		    .broker = order->broker,
		    .target = &order->prepared->target,
		    .plan = order->plan,
		    .inverse = inverse,
		    .restores = order->restores,
		    .restore_count = order->restore_count,
		    .undoes = order->undoes,
		    .title = order->title,
		    .state_folder = state_folder,
		    .backup_folder = backup_folder,
		    .verify_full = options->verify_full,
		    .recovers = options->recovers,
		    .hooks = {(void *)order, recheck, order->proof == NULL ? NULL : check},
		};
		kbm_apply_run(&apply, &outcome, &error);
	}
	int status = code == KBM_OK ? tell_end(order, state_folder, &outcome, &error)
				    : kbm_tell_not_applied(order->call, order->plan, &error);
	if (outcome.end == KBM_APPLY_FIXED && !options->quiet && recovered_source(order) != NULL)
		kbm_hive_note_written(recovered_source(order));
	kbm_apply_outcome_clear(&outcome);
	kbm_plan_clear(&made);
	free(state_folder);
	free(backup_folder);
	return status;
}

/* A plan that `run` has just made needs no second look: its proof has no results yet. */
static enum kbm_code look_before(const struct kbm_carry_out *order, struct kbm_before *before,
				 struct kbm_error *error)
{
	if (order->proof != NULL && order->proof->results == NULL)
		return KBM_OK;
	return kbm_before_look(order->broker, &order->prepared->target, order->plan, order->proof,
			       before, error);
}

int kbm_carry_out(const struct kbm_carry_out *order)
{
	struct kbm_before before = {0};
	struct kbm_error error = {0};
	int status;
	if (look_before(order, &before, &error) != KBM_OK)
		status = kbm_tell_not_applied(order->call, order->plan, &error);
	else if (before.stale.count > 0)
		status = kbm_carry_out_report(
		    order, "refused",
		    order->undoes == 0
			? "the plan is stale; nothing was changed: run again for a new one"
			: "what was done has been changed since; nothing was taken back",
		    &before.stale, KBM_EXIT_REFUSED);
	else if (order->call->options->dry_run)
		status = kbm_carry_out_report(order, "pending", "nothing was changed (-n)", NULL,
					      KBM_EXIT_PROBLEM);
	else
		status = carry_out(order);
	kbm_before_clear(&before);
	return status;
}
