/* The job `reg-export`: a hive, another .reg export, or a part of one, as the text of a .reg file.
 */
#include "guard/job.h"

#include "guard/registry_question.h"
#include "guard/row_sender.h"
#include "source/hive_export.h"
#include "source/reg_file.h"

#include <inttypes.h>

struct exporting {
	struct kbm_start_export start;
	struct kbm_registry_question question;
	struct kbm_bytes path; /* of the key, as the file has it */
};

/* --- the export ------------------------------------------------------------------------------ */

static enum kbm_code find_key(struct exporting *exporting, kbm_cell *cell, bool *has_gaps,
			      struct kbm_error *error)
{
	struct kbm_registry_question *question = &exporting->question;
	const struct kbm_hive *hive = NULL;
	bool is_export = exporting->start.registry.kind == KBM_SOURCE_REG;
	if (is_export && question->asked[0] == '\0') { /* all that it holds */
		*cell = kbm_hive_root(question->hive);
		*has_gaps = true;
		return KBM_OK;
	}
	enum kbm_code code = kbm_question_open_registry(question, error);
	if (code == KBM_OK)
		code = kbm_question_complete_path(question, error);
	if (code != KBM_OK)
		return code;
	code = kbm_registry_locate(question->registry, kbm_bytes_text(&question->path), &hive, cell,
				   has_gaps, error);
	if (code == KBM_NOT_FOUND)
		return kbm_question_no_key(question, error);
	return code == KBM_OK
		   ? kbm_question_name_key(question, exporting->start.root, &exporting->path, error)
		   : code;
}

static enum kbm_code export_key(struct exporting *exporting, struct kbm_row_sender *sender,
				struct kbm_error *error)
{
	struct kbm_hive_export_order order = {.regedit4 = exporting->start.regedit4,
					      .codepage = exporting->start.codepage};
	const struct kbm_hive_export_sink sink = {sender, kbm_row_sender_bytes,
						  kbm_row_sender_note};
	struct kbm_hive_export_report report = {0};
	kbm_cell cell = 0;
	enum kbm_code code = find_key(exporting, &cell, &order.has_gaps, error);
	if (code != KBM_OK) {
		kbm_question_forget_elsewhere(&exporting->question, error);
		return code;
	}
	order.path = kbm_bytes_text(&exporting->path);
	code = kbm_hive_export(exporting->question.hive, cell, &order, &sink, &report, error);
	return kbm_row_sender_end(sender, code, error);
}

/* A .reg file that deletes values is more than what its image holds. */
static enum kbm_code check_deletions(const struct exporting *exporting,
				     const struct kbm_job_input *file, struct kbm_error *error)
{
	uint64_t count = 0;
	enum kbm_code code = kbm_reg_file_deleted_values(file->bytes, file->length,
							 exporting->start.codepage, &count, error);
	if (code == KBM_OK && count > 0)
		return kbm_fail(error, KBM_UNREADABLE,
				"the export is not whole: it does not delete the %" PRIu64
				" value%s that this file deletes (\"name\"=-)",
				count, count == 1 ? "" : "s");
	return code;
}

enum kbm_code kbm_job_export(struct kbm_job_call *call, struct kbm_error *error)
{
	struct exporting exporting = {0};
	struct kbm_row_sender sender;
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_EXPORT, call->start.data,
						call->start.length, &exporting.start, error);
	if (code != KBM_OK)
		return code;
	if (call->input_count != (exporting.start.registry.kind == KBM_SOURCE_REG ? 2 : 1))
		return kbm_fail(error, KBM_INTERNAL,
				"the export takes a hive, or an image and its file");
	kbm_question_init(&exporting.question, &exporting.start.registry);
	kbm_row_sender_init(&sender, call->channel);
	kbm_bytes_init(&exporting.path, KBM_PATH_MAX_BYTES);
	code = kbm_hive_open(call->inputs[0].bytes, call->inputs[0].length,
			     &exporting.question.hive, error);
	if (code == KBM_OK)
		code = export_key(&exporting, &sender, error);
	if (code == KBM_OK && call->input_count > 1)
		code = check_deletions(&exporting, &call->inputs[1], error);
	kbm_row_sender_clear(&sender);
	kbm_bytes_clear(&exporting.path);
	kbm_question_clear(&exporting.question);
	return code;
}
