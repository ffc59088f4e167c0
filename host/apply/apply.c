/* Executing a plan, step by step through its appliers. */
#include "apply/applier.h"

#include "apply/parts.h"
#include "base/clock.h"
#include "base/limits.h"
#include "plan/plan_json.h"
#include "plan/plan_secrets.h"

#include <signal.h>

/* --- the journal -------------------------------------------------------------------------------
 */

enum kbm_code kbm_apply_save(struct kbm_apply *apply, struct kbm_error *error)
{
	return kbm_journal_save(apply->journal, &apply->entry, error);
}

/* A plan as the journal keeps it: with masks for secrets. */
static enum kbm_code write_plan(const struct kbm_plan *plan, struct kbm_bytes *out,
				struct kbm_error *error)
{
	struct kbm_plan copy = {0};
	enum kbm_code code = kbm_plan_to_json(plan, out, error);
	if (code != KBM_OK || kbm_plan_refuse_secrets(plan, NULL) == KBM_OK)
		return code;
	code = kbm_plan_from_json(kbm_bytes_text(out), out->length, &copy, error);
	kbm_bytes_reset(out);
	if (code == KBM_OK)
		code = kbm_plan_mask_secrets(&copy, error);
	if (code == KBM_OK)
		code = kbm_plan_to_json(&copy, out, error);
	kbm_plan_clear(&copy);
	return code;
}

static enum kbm_code store_plan(struct kbm_apply *apply, const char *name,
				const struct kbm_plan *plan, struct kbm_error *error)
{
	struct kbm_bytes json;
	if (plan == NULL)
		return KBM_OK;
	kbm_bytes_init(&json, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = write_plan(plan, &json, error);
	if (code == KBM_OK)
		code = kbm_journal_store(apply->journal, name, json.data, json.length, error);
	kbm_bytes_clear(&json);
	return code;
}

static enum kbm_code begin_journal(struct kbm_apply *apply, struct kbm_error *error)
{
	const struct kbm_apply_order *order = apply->order;
	apply->entry.command = order->undoes == 0 ? KBM_JOURNAL_APPLY : KBM_JOURNAL_UNDO;
	apply->entry.undoes = order->undoes;
	apply->entry.state = KBM_JOURNAL_WORKING;
	apply->entry.started = kbm_clock_now();
	if (!kbm_journal_set_text(&apply->entry.title, order->title) ||
	    !kbm_journal_set_text(&apply->entry.message, ""))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_parts_record(apply, error);
	if (code == KBM_OK)
		code =
		    kbm_journal_begin(order->state_folder, &apply->entry, &apply->journal, error);
	if (code == KBM_OK)
		code = store_plan(apply, "plan.json", order->plan, error);
	return code == KBM_OK ? store_plan(apply, "undo.json", order->inverse, error) : code;
}

/* --- the way forward ----------------------------------------------------------------------------
 */

/* Nothing here changes the target. */
static enum kbm_code make_ready(struct kbm_apply *apply, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < apply->part_count; i++)
		if (apply->parts[i].applier->back_up != NULL)
			code = apply->parts[i].applier->back_up(apply, &apply->parts[i], error);
	if (code == KBM_OK)
		code = kbm_apply_save(apply, error);
	for (size_t i = 0; code == KBM_OK && i < apply->part_count; i++)
		if (apply->parts[i].applier->make != NULL)
			code = apply->parts[i].applier->make(apply, &apply->parts[i], error);
	if (code == KBM_OK)
		code = kbm_parts_check(apply, false, error);
	return code == KBM_OK ? kbm_apply_save(apply, error) : code;
}

static enum kbm_code commit(struct kbm_apply *apply, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < apply->part_count; i++) {
		apply->parts[i].is_begun = true;
		code = apply->parts[i].applier->commit(apply, &apply->parts[i], error);
	}
	/* What a server made of it is seen only now. */
	return code == KBM_OK ? kbm_parts_check(apply, true, error) : code;
}

/* --- the way back -------------------------------------------------------------------------------
 */

/* In reverse, all that can be; *error tells the first that could not. */
static bool take_back(struct kbm_apply *apply, struct kbm_error *error)
{
	bool whole = true;
	for (size_t i = apply->part_count; i-- > 0;) {
		struct kbm_part *part = &apply->parts[i];
		struct kbm_error reason = {0};
		if (!part->is_begun || part->applier->take_back(apply, part, &reason) == KBM_OK)
			continue;
		if (whole)
			*error = reason;
		whole = false;
	}
	return whole;
}

/* Why it failed, and that it could not be taken back. */
static void add_reason(struct kbm_error *error, const struct kbm_error *second)
{
	struct kbm_error both = {0};
	kbm_fail(&both, error->code, "%.110s; it could not be taken back: %.100s", error->message,
		 second->message);
	*error = both;
}

static bool is_any_begun(const struct kbm_apply *apply)
{
	for (size_t i = 0; i < apply->part_count; i++)
		if (apply->parts[i].is_begun)
			return true;
	return false;
}

/* A server may or may not have done what it was asked for. */
static bool is_unsure(const struct kbm_apply *apply)
{
	for (size_t i = 0; i < apply->entry.modify_count; i++)
		if (apply->entry.modifies[i].phase == KBM_MODIFY_UNKNOWN)
			return true;
	return false;
}

static enum kbm_apply_end fall_back(struct kbm_apply *apply, struct kbm_error *error)
{
	struct kbm_error second = {0};
	if (!is_any_begun(apply))
		return apply->journal == NULL ? KBM_APPLY_REFUSED : KBM_APPLY_FAILED;
	if (take_back(apply, &second))
		return KBM_APPLY_FAILED;
	if (is_unsure(apply))
		return KBM_APPLY_UNSURE;
	add_reason(error, &second);
	return KBM_APPLY_BROKEN;
}

/* --- from the first to the last -----------------------------------------------------------------
 */

/* The journal says how it ended. What it cannot say it leaves at `working`: interrupted. */
static void close_journal(struct kbm_apply *apply, enum kbm_apply_end end,
			  const struct kbm_error *error)
{
	static const enum kbm_journal_state states[] = {
	    [KBM_APPLY_REFUSED] = KBM_JOURNAL_FAILED,
	    [KBM_APPLY_FIXED] = KBM_JOURNAL_FIXED,
	    [KBM_APPLY_FAILED] = KBM_JOURNAL_FAILED,
	    [KBM_APPLY_BROKEN] = KBM_JOURNAL_FAILED_CHANGED,
	    [KBM_APPLY_UNSURE] = KBM_JOURNAL_FAILED_UNKNOWN,
	};
	if (apply->journal == NULL)
		return;
	apply->entry.state =
	    end == KBM_APPLY_FIXED && apply->order->undoes != 0 ? KBM_JOURNAL_UNDONE : states[end];
	apply->entry.finished = kbm_clock_now();
	if (end != KBM_APPLY_FIXED)
		kbm_journal_set_text(&apply->entry.message, error->message);
	struct kbm_error ignored;
	kbm_apply_save(apply, &ignored);
}

static bool list_backups(const struct kbm_apply *apply, struct kbm_text_list *backups)
{
	for (size_t i = 0; i < apply->entry.hive_count; i++) {
		const struct kbm_journal_hive *hive = &apply->entry.hives[i];
		if (hive->phase != KBM_HIVE_PLANNED && hive->backup != NULL &&
		    !kbm_text_list_add(backups, hive->backup))
			return false;
	}
	return true;
}

static enum kbm_code run_steps(struct kbm_apply *apply, struct kbm_error *error)
{
	const struct kbm_apply_hooks *hooks = &apply->order->hooks;
	enum kbm_code code = kbm_parts_split(apply, error);
	for (size_t i = 0; code == KBM_OK && i < apply->part_count; i++)
		if (apply->parts[i].applier->open != NULL)
			code = apply->parts[i].applier->open(&apply->parts[i], error);
	if (code == KBM_OK && hooks->recheck != NULL)
		code = hooks->recheck(hooks->context, error);
	if (code == KBM_OK)
		code = begin_journal(apply, error);
	if (code == KBM_OK)
		code = make_ready(apply, error);
	return code == KBM_OK ? commit(apply, error) : code;
}

/* Ctrl-C, a closed terminal or a stop must not come between two steps. */
static void hold_signals(sigset_t *before)
{
	sigset_t asking;
	sigemptyset(&asking);
	sigaddset(&asking, SIGINT);
	sigaddset(&asking, SIGTERM);
	sigaddset(&asking, SIGHUP);
	sigaddset(&asking, SIGQUIT);
	sigprocmask(SIG_BLOCK, &asking, before);
}

enum kbm_code kbm_apply_run(const struct kbm_apply_order *order, struct kbm_apply_outcome *outcome,
			    struct kbm_error *error)
{
	struct kbm_apply apply = {.order = order};
	sigset_t before;
	hold_signals(&before);
	enum kbm_code code = run_steps(&apply, error);
	outcome->end = code == KBM_OK ? KBM_APPLY_FIXED : fall_back(&apply, error);
	close_journal(&apply, outcome->end, error);
	outcome->entry = apply.journal == NULL ? 0 : apply.entry.number;
	if (!list_backups(&apply, &outcome->backups))
		kbm_text_list_clear(&outcome->backups);
	kbm_parts_close(&apply);
	kbm_journal_end(apply.journal);
	kbm_journal_entry_clear(&apply.entry);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}

void kbm_apply_outcome_clear(struct kbm_apply_outcome *outcome)
{
	kbm_text_list_clear(&outcome->backups);
	*outcome = (struct kbm_apply_outcome){0};
}
