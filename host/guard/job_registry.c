/* The jobs `reg-get`, `reg-ls` and `reg-dump`: a person's questions to one hive or .reg export. */
#include "guard/job.h"

#include "guard/registry_question.h"
#include "guard/row_sender.h"
#include "source/hive_dump.h"

struct question {
	struct kbm_job_call *call;
	struct kbm_start_registry start;
	struct kbm_registry_question place;
	struct kbm_row_sender sender;
};

/* --- rows ----------------------------------------------------------------------------------- */

static enum kbm_code add_row(struct question *question, const struct kbm_registry_row *row,
			     struct kbm_error *error)
{
	return kbm_row_sender_add(&question->sender, row, error);
}

static enum kbm_code add_line(void *context, const char *line, size_t length,
			      struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = line[0], .path = "", .text = line, .text_length = length};
	return add_row(context, &row, error);
}

/* --- the three questions -------------------------------------------------------------------- */

static enum kbm_code add_value(struct question *question, const struct kbm_value *value,
			       struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = 'V', .path = question->place.asked, .value = *value};
	return add_row(question, &row, error);
}

static enum kbm_code list_values(struct question *question, const char *path,
				 struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->place.service;
	for (size_t i = 0;; i++) {
		struct kbm_value value;
		enum kbm_code code = service->value_at(service->context, path, i, &value, error);
		if (code == KBM_OK)
			code = add_value(question, &value, error);
		if (code != KBM_OK)
			return code == KBM_NOT_FOUND ? KBM_OK : code;
	}
}

static enum kbm_code add_key(struct question *question, const struct kbm_key *key,
			     struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = 'K', .path = question->place.asked, .key = *key};
	return add_row(question, &row, error);
}

static enum kbm_code list_keys(struct question *question, const char *path, struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->place.service;
	for (size_t i = 0;; i++) {
		struct kbm_key key;
		enum kbm_code code = service->subkey_at(service->context, path, i, &key, error);
		if (code == KBM_OK)
			code = add_key(question, &key, error);
		if (code != KBM_OK)
			return code == KBM_NOT_FOUND ? KBM_OK : code;
	}
}

/* The keys that an export begins with: above what a registry's path can name. */
static enum kbm_code list_roots(struct question *question, struct kbm_error *error)
{
	struct kbm_bytes name;
	kbm_bytes_init(&name, KBM_PATH_MAX_BYTES);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++) {
		struct kbm_key key;
		kbm_cell cell;
		code = kbm_hive_subkey_at(question->place.hive, kbm_hive_root(question->place.hive),
					  i, &cell, error);
		if (code == KBM_OK)
			code = kbm_hive_key(question->place.hive, cell, &name, &key, error);
		if (code == KBM_OK)
			code = add_key(question, &key, error);
	}
	kbm_bytes_clear(&name);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

/* One value; when it is not there, the message says whether its key is. */
static enum kbm_code ask_value(struct question *question, const char *path, struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->place.service;
	const struct kbm_start_registry *start = &question->start;
	struct kbm_value value;
	struct kbm_key key;
	enum kbm_code code = service->get_value(service->context, path, (const char *)start->name,
						start->name_length, &value, error);
	if (code == KBM_OK)
		return add_value(question, &value, error);
	if (code != KBM_NOT_FOUND)
		return code;
	code = service->get_key(service->context, path, &key, error);
	if (code == KBM_OK)
		return kbm_fail(error, KBM_NOT_FOUND, "no value '%.60s' in %.150s",
				start->name_length == 0 ? "@" : (const char *)start->name,
				question->place.asked);
	return code == KBM_NOT_FOUND ? kbm_question_no_key(&question->place, error) : code;
}

static enum kbm_code ask(struct question *question, struct kbm_error *error)
{
	const struct kbm_start_registry *start = &question->start;
	const struct kbm_registry_service *service = &question->place.service;
	bool listed = question->call->job == KBM_JOB_REG_LS;
	if (start->kind == KBM_SOURCE_REG && listed && question->place.asked[0] == '\0')
		return list_roots(question, error);
	enum kbm_code code = kbm_question_open_registry(&question->place, error);
	if (code == KBM_OK)
		code = kbm_question_complete_path(&question->place, error);
	if (code != KBM_OK)
		return code;
	const char *path = kbm_bytes_text(&question->place.path);
	if (!listed && start->name != NULL)
		return ask_value(question, path, error);
	struct kbm_key key;
	code = service->get_key(service->context, path, &key, error);
	if (code == KBM_NOT_FOUND)
		return kbm_question_no_key(&question->place, error);
	/* A listing shows what there is; of what the whole key holds an export may hold a part. */
	bool is_partial = false;
	if (code == KBM_OK && listed)
		code = list_keys(question, path, error);
	if (code == KBM_OK && listed)
		code = kbm_registry_is_partial(question->place.registry, path, &is_partial, error);
	return code == KBM_OK && !is_partial ? list_values(question, path, error) : code;
}

static enum kbm_code dump(struct question *question, struct kbm_error *error)
{
	struct kbm_dump_report report = {0};
	kbm_cell key = kbm_hive_root(question->place.hive);
	enum kbm_code code = KBM_OK;
	if (question->place.asked[0] != '\0')
		code = kbm_hive_find_key(question->place.hive, key, question->place.asked, &key,
					 error);
	if (code == KBM_OK)
		code = kbm_hive_dump(question->place.hive, key, question->place.asked, add_line,
				     question, &report, error);
	return code;
}

enum kbm_code kbm_job_registry(struct kbm_job_call *call, struct kbm_error *error)
{
	struct question question = {.call = call};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_REGISTRY, call->start.data,
						call->start.length, &question.start, error);
	if (code != KBM_OK)
		return code;
	if (call->input_count != 1)
		return kbm_fail(error, KBM_INTERNAL, "the registry's jobs take one file");
	kbm_question_init(&question.place, &question.start);
	kbm_row_sender_init(&question.sender, call->channel);
	code = kbm_hive_open(call->inputs[0].bytes, call->inputs[0].length, &question.place.hive,
			     error);
	if (code == KBM_OK)
		code =
		    call->job == KBM_JOB_REG_DUMP ? dump(&question, error) : ask(&question, error);
	if (code != KBM_OK)
		kbm_question_forget_elsewhere(&question.place, error);
	/* What was found before a damaged place counts, and is shown. */
	enum kbm_code sent = kbm_row_sender_flush(&question.sender, code == KBM_OK ? error : NULL);
	kbm_row_sender_clear(&question.sender);
	kbm_question_clear(&question.place);
	return code != KBM_OK ? code : sent;
}
