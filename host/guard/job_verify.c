/* The job `verify`: whether the second file is the first with planned changes and nothing else, and
 * sound. */
#include "guard/job.h"

#include "guard/verify_changes.h"
#include "source/hive_agree.h"
#include "source/hive_check.h"
#include "source/hive_records.h"

/* The two files, each with what reads it. */
struct verification {
	struct kbm_start_verify start;
	const struct kbm_job_input *inputs; /* before, after */
	struct kbm_hive_check checks[2];
	struct kbm_hive *hives[2];
	struct kbm_regf *regfs[2];
};
enum { BEFORE, AFTER };

/* --- structure ---------------------------------------------------------------------------------
 */

static enum kbm_code check_structures(struct verification *verification, struct kbm_error *error)
{
	struct kbm_hive_check *checks = verification->checks;
	for (size_t i = BEFORE; i <= AFTER; i++) {
		const struct kbm_job_input *input = &verification->inputs[i];
		struct kbm_error why = {0};
		enum kbm_code code = kbm_hive_check(input->bytes, input->length, &checks[i], &why);
		if (code != KBM_OK)
			return kbm_fail(
			    error, i == AFTER && code != KBM_MEMORY ? KBM_REFUSED : code,
			    "the %s file %s", i == BEFORE ? "original" : "changed", why.message);
	}
	if (checks[BEFORE].problems > 0)
		return kbm_fail(error, KBM_UNREADABLE, "the original is not sound: %s",
				checks[BEFORE].first_problems[0]);
	if (checks[AFTER].problems > 0)
		return kbm_fail(error, KBM_REFUSED, "the changed file is not sound: %s",
				checks[AFTER].first_problems[0]);
	for (size_t kind = KBM_CHECK_FIRST_ODDITY; kind < KBM_CHECK_KINDS; kind++)
		if (checks[AFTER].counts[kind] > checks[BEFORE].counts[kind])
			return kbm_fail(error, KBM_REFUSED,
					"the changed file has more odd places than the original; "
					"its first: %s",
					checks[AFTER].first_oddities[0]);
	return KBM_OK;
}

/* --- the base block ----------------------------------------------------------------------------
 */

/* What an edit writes there: sequence numbers and time, the bins' size, the checksum. */
static const struct {
	size_t from;
	size_t to;
} written[] = {{4, 20}, {40, 44}, {508, 512}};

static enum kbm_code compare_base_blocks(const struct verification *verification,
					 struct kbm_error *error)
{
	const uint8_t *before = verification->inputs[BEFORE].bytes;
	const uint8_t *after = verification->inputs[AFTER].bytes;
	for (size_t i = 0, at = 0; at < KBM_HIVE_BASE_BLOCK; at++) {
		if (i < sizeof written / sizeof written[0] && at == written[i].from)
			at = written[i++].to;
		if (before[at] != after[at])
			return kbm_fail(error, KBM_REFUSED,
					"the base block differs at 0x%zX, which no change plans",
					at);
	}
	return KBM_OK;
}

/* --- contents ----------------------------------------------------------------------------------
 */

static enum kbm_code compare_contents(struct verification *verification, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = BEFORE; code == KBM_OK && i <= AFTER; i++) {
		const struct kbm_job_input *input = &verification->inputs[i];
		code = kbm_hive_open(input->bytes, input->length, &verification->hives[i], error);
	}
	if (code == KBM_OK)
		code = kbm_verify_changes(verification->hives[BEFORE], verification->hives[AFTER],
					  verification->start.changes,
					  verification->start.change_count, error);
	return code;
}

static enum kbm_code read_again(struct verification *verification, struct kbm_error *error)
{
	struct kbm_hive_agreement agreement;
	const struct kbm_job_input *before = &verification->inputs[BEFORE];
	const struct kbm_job_input *after = &verification->inputs[AFTER];
	enum kbm_code code =
	    kbm_regf_open(after->bytes, after->length, &verification->regfs[AFTER], error);
	if (code != KBM_OK)
		return code;
	/* Only asked for what libregf cannot read: one that it does not open excuses nothing. */
	kbm_regf_open(before->bytes, before->length, &verification->regfs[BEFORE], NULL);
	return kbm_hive_agree(verification->hives[AFTER], verification->regfs[AFTER],
			      verification->regfs[BEFORE], &agreement, error);
}

static enum kbm_code verify(struct verification *verification, struct kbm_error *error)
{
	enum kbm_code code = check_structures(verification, error);
	if (code == KBM_OK)
		code = compare_base_blocks(verification, error);
	if (code == KBM_OK)
		code = compare_contents(verification, error);
	if (code == KBM_OK && verification->start.full)
		code = read_again(verification, error);
	for (size_t i = BEFORE; i <= AFTER; i++) {
		kbm_hive_close(verification->hives[i]);
		kbm_regf_close(verification->regfs[i]);
	}
	return code;
}

enum kbm_code kbm_job_verify(struct kbm_job_call *call, struct kbm_error *error)
{
	/* Large, and a child does one job: not on its stack. */
	static struct verification verification;
	struct kbm_error answer = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_VERIFY, call->start.data,
						call->start.length, &verification.start, error);
	if (code != KBM_OK)
		return code;
	verification.inputs = call->inputs;
	if (call->input_count != 2)
		code = kbm_fail(error, KBM_INTERNAL, "the job takes two files");
	else
		code = verify(&verification, &answer);
	kbm_message_clear(KBM_MESSAGE_START_VERIFY, &verification.start);
	if (code != KBM_OK && code != KBM_REFUSED) {
		if (answer.code != KBM_OK)
			*error = answer;
		return code;
	}
	return kbm_channel_send(call->channel, KBM_MESSAGE_VERIFIED, &answer, 0, error);
}
