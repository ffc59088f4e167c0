/* The job `reg-export`: a hive, another .reg export, or a part of one, as the text of a .reg file.
 */
#include "guard/job.h"

#include "guard/registry_question.h"
#include "guard/row_sender.h"
#include "source/hive_export.h"
#include "source/registry_path.h"

#include <string.h>

struct exporting {
	struct kbm_start_export start;
	struct kbm_registry_question question;
	struct kbm_bytes path; /* of the key, as the file has it */
};

/* --- what the file calls the key ------------------------------------------------------------- */

/* Whether the path goes through CurrentControlSet, which is resolved where it leads. */
static bool names_current_set(const char *normal)
{
	const char *below = kbm_path_below(normal, "HKLM\\SYSTEM");
	return below != NULL && kbm_path_part_is(kbm_path_next(&below), "CurrentControlSet");
}

/* Where the hive is in a registry: as --root says, or by its name. */
static enum kbm_code append_root(struct exporting *exporting, const char *hive,
				 struct kbm_error *error)
{
	struct kbm_bytes root;
	kbm_bytes_init(&root, KBM_PATH_MAX_BYTES);
	enum kbm_code code = KBM_OK;
	if (exporting->start.root[0] != '\0')
		code = kbm_path_normalise(exporting->start.root, &root, error);
	else if (hive[0] == '\0')
		code = kbm_fail(error, KBM_USAGE,
				"where this hive is in a registry cannot be told by its content: "
				"--root HKEY_LOCAL_MACHINE\\NAME says how the file is to call it");
	else
		kbm_path_of_hive(hive, &root);
	if (code == KBM_OK)
		kbm_path_long(kbm_bytes_text(&root), &exporting->path);
	kbm_bytes_clear(&root);
	return code;
}

/* The key's own spelling, but for CurrentControlSet, which stays what was asked for. */
static enum kbm_code append_place(struct exporting *exporting,
				  const struct kbm_registry_place *place, struct kbm_error *error)
{
	const char *rest = place->path;
	struct kbm_bytes normal;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	enum kbm_code code =
	    kbm_path_normalise(kbm_bytes_text(&exporting->question.path), &normal, error);
	if (code == KBM_OK && names_current_set(kbm_bytes_text(&normal))) {
		kbm_path_next(&rest);
		kbm_bytes_append_text(&exporting->path, "\\CurrentControlSet");
	}
	kbm_bytes_clear(&normal);
	if (rest[0] != '\0')
		kbm_bytes_printf(&exporting->path, "\\%s", rest);
	if (code == KBM_OK && exporting->path.failed)
		code = kbm_fail(error, KBM_LIMIT, "the path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	return code;
}

static enum kbm_code name_key(struct exporting *exporting, struct kbm_error *error)
{
	struct kbm_registry_question *question = &exporting->question;
	const struct kbm_registry_service *service = &question->service;
	const struct kbm_start_registry *start = &exporting->start.registry;
	struct kbm_registry_place place = {NULL, NULL};
	enum kbm_code code =
	    service->resolve(service->context, kbm_bytes_text(&question->path), &place, error);
	if (code == KBM_OK)
		code = append_root(
		    exporting, start->kind == KBM_SOURCE_HIVE ? start->hive : place.hive, error);
	if (code == KBM_OK)
		code = append_place(exporting, &place, error);
	kbm_place_clear(&place);
	return code;
}

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
	return code == KBM_OK ? name_key(exporting, error) : code;
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
	/* What was written before a damaged place counts. */
	enum kbm_code sent = kbm_row_sender_flush(sender, code == KBM_OK ? error : NULL);
	return code != KBM_OK ? code : sent;
}

enum kbm_code kbm_job_export(struct kbm_job_call *call, struct kbm_error *error)
{
	struct exporting exporting = {0};
	struct kbm_row_sender sender;
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_EXPORT, call->start.data,
						call->start.length, &exporting.start, error);
	if (code != KBM_OK)
		return code;
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the export takes one file");
	kbm_question_init(&exporting.question, &exporting.start.registry);
	kbm_row_sender_init(&sender, call->channel);
	kbm_bytes_init(&exporting.path, KBM_PATH_MAX_BYTES);
	code = kbm_hive_open(call->inputs[0].bytes, call->inputs[0].length,
			     &exporting.question.hive, error);
	if (code == KBM_OK)
		code = export_key(&exporting, &sender, error);
	kbm_row_sender_clear(&sender);
	kbm_bytes_clear(&exporting.path);
	kbm_question_clear(&exporting.question);
	return code;
}
