/* Whether a plan cures: the check on the overlay against the check that decided. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static bool texts_equal(const char *left, const char *right)
{
	return strcmp(or_empty(left), or_empty(right)) == 0;
}

/* What a finding of the check on the overlay is to the findings of the deciding check. */
enum kinship { STILL_THERE, REMAINS, NEW_ONE };

/* One id may stand for several findings of one place, some of which only a person can end: the one
 * with the same message and expectation is meant, when there is one. */
static enum kinship relate(const struct kbm_finding *finding, const struct kbm_result *before)
{
	bool near_changed = false;
	bool near_manual = false;
	bool exact_manual = false;
	for (size_t i = 0; i < before->finding_count; i++) {
		const struct kbm_finding *old = &before->findings[i];
		if (!texts_equal(old->id, finding->id) ||
		    !kbm_place_equal(&old->place, &finding->place))
			continue;
		bool exact = texts_equal(old->message, finding->message) &&
			     texts_equal(old->expected, finding->expected);
		if (exact && old->has_changes)
			return STILL_THERE;
		exact_manual = exact_manual || exact;
		near_changed = near_changed || old->has_changes;
		near_manual = near_manual || !old->has_changes;
	}
	if (exact_manual)
		return REMAINS;
	if (near_changed)
		return STILL_THERE;
	return near_manual ? REMAINS : NEW_ONE;
}

struct judgement {
	enum kbm_prediction prediction;
	struct kbm_bytes reason;
	struct kbm_text_list remain;
};

static bool spoil(struct judgement *judgement, const char *how, const struct kbm_finding *finding)
{
	judgement->prediction = KBM_PREDICTION_FAIL;
	if (judgement->reason.length > 0)
		kbm_bytes_append_text(&judgement->reason, "; ");
	struct kbm_bytes place;
	kbm_bytes_init(&place, 2 * KBM_PATH_MAX_BYTES);
	kbm_place_text(&finding->place, &place);
	kbm_bytes_printf(&judgement->reason, "finding '%s' %s: %s", or_empty(finding->id), how,
			 or_empty(finding->message));
	if (place.length > 0) {
		kbm_bytes_append_text(&judgement->reason, " at ");
		kbm_bytes_append(&judgement->reason, place.data, place.length);
	}
	kbm_bytes_clear(&place);
	return !judgement->reason.failed;
}

static bool judge_findings(const struct kbm_result *before, const struct kbm_result *after,
			   struct judgement *judgement)
{
	for (size_t i = 0; i < after->finding_count; i++) {
		const struct kbm_finding *finding = &after->findings[i];
		enum kinship kinship = relate(finding, before);
		if (kinship == STILL_THERE && !spoil(judgement, "is still there", finding))
			return false;
		if (kinship == NEW_ONE && !spoil(judgement, "is new", finding))
			return false;
	}
	return true;
}

/* What only a person can end remains, whether the check on the overlay sees it or not: it may have
 * known it by what the plan changes. */
static bool keep_manual(const struct kbm_result *before, struct judgement *judgement)
{
	for (size_t i = 0; i < before->finding_count; i++)
		if (!before->findings[i].has_changes &&
		    !kbm_text_list_add(&judgement->remain, or_empty(before->findings[i].message)))
			return false;
	return true;
}

static bool judge(const struct kbm_result *before, const struct kbm_result *after,
		  struct judgement *judgement)
{
	struct kbm_bytes *reason = &judgement->reason;
	const char *said = or_empty(after->reason);
	judgement->prediction = KBM_PREDICTION_UNKNOWN;
	if (!keep_manual(before, judgement))
		return false;
	switch (after->verdict) {
	case KBM_VERDICT_PASS:
		judgement->prediction = KBM_PREDICTION_PASS;
		return judge_findings(before, after, judgement);
	case KBM_VERDICT_FAIL:
		if (after->finding_count == 0)
			return kbm_bytes_printf(reason, "the check fails without a finding: %s",
						said);
		judgement->prediction = KBM_PREDICTION_PASS;
		return judge_findings(before, after, judgement);
	case KBM_VERDICT_UNKNOWN:
		return kbm_bytes_append_text(reason, said);
	case KBM_VERDICT_ERROR:
		judgement->prediction = KBM_PREDICTION_FAIL;
		return kbm_bytes_printf(reason, "the check ends with an error: %s", said);
	case KBM_VERDICT_NOTAPPLICABLE:
		judgement->prediction = KBM_PREDICTION_FAIL;
		return kbm_bytes_printf(reason, "the plan makes the script not applicable: %s",
					said);
	case KBM_VERDICT_FIXED:
		break;
	}
	return kbm_bytes_append_text(reason, "the check answered 'fixed', which is no check's");
}

enum kbm_code kbm_plan_judge(struct kbm_plan *plan, const struct kbm_result *before,
			     const struct kbm_result *after, struct kbm_error *error)
{
	struct judgement judgement = {.prediction = KBM_PREDICTION_NONE};
	kbm_bytes_init(&judgement.reason, 4 * KBM_TEXT_MAX_BYTES);
	bool done = judge(before, after, &judgement);
	if (judgement.prediction == KBM_PREDICTION_PASS && kbm_plan_count(plan, false) == 0)
		judgement.prediction = KBM_PREDICTION_NONE;
	if (judgement.reason.failed && judgement.prediction == KBM_PREDICTION_FAIL) {
		/* More findings than fit: what was said so far names the first of them. */
		judgement.reason.failed = false;
		done = true;
	}
	char *reason = done ? kbm_bytes_take(&judgement.reason, NULL) : NULL;
	kbm_bytes_clear(&judgement.reason);
	if (reason == NULL) {
		kbm_text_list_clear(&judgement.remain);
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's prediction");
	}
	free(plan->prediction_reason);
	kbm_text_list_clear(&plan->remain);
	plan->prediction = judgement.prediction;
	plan->prediction_reason = reason;
	plan->remain = judgement.remain;
	return KBM_OK;
}
