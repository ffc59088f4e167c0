/* The jobs `reg-get`, `reg-ls`, `reg-dump` and `reg-find`: a person's questions to one hive or .reg
 * export. */
#include "guard/job.h"

#include "guard/key_rows.h"
#include "guard/registry_question.h"
#include "guard/row_sender.h"
#include "source/hive_dump.h"
#include "source/registry_path.h"

struct question {
	struct kbm_job_call *call;
	struct kbm_start_registry start;
	struct kbm_registry_question place;
	struct kbm_row_sender sender;
	struct kbm_damages damages; /* what could not be read for it */
};

/* --- rows ----------------------------------------------------------------------------------- */

static enum kbm_code add_line(void *context, const char *line, size_t length,
			      struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = line[0], .text = line, .text_length = length};
	return kbm_row_sender_add(context, &row, error);
}

/* --- the three questions -------------------------------------------------------------------- */

static enum kbm_code add_value(struct question *question, const struct kbm_value *value,
			       struct kbm_error *error)
{
	const struct kbm_registry_row row = {.row_kind = KBM_ROW_VALUE, .value = *value};
	return kbm_row_sender_add(&question->sender, &row, error);
}

static enum kbm_code add_key(struct question *question, const struct kbm_key *key,
			     struct kbm_error *error)
{
	const struct kbm_registry_row row = {.row_kind = KBM_ROW_KEY, .key = *key};
	return kbm_row_sender_add(&question->sender, &row, error);
}

/* What lies in a key, from what can be read of it. */
static struct kbm_key_rows key_rows(struct question *question, const struct kbm_hive *hive)
{
	return (struct kbm_key_rows){hive, question->place.asked, kbm_row_sender_add,
				     &question->sender, &question->damages};
}

/* The key that the question is about, found before. */
static enum kbm_code list(struct question *question, const char *path, struct kbm_error *error)
{
	struct kbm_registry *registry = question->place.registry;
	const struct kbm_hive *hive = NULL;
	kbm_cell key = 0;
	bool listed = question->call->job == KBM_JOB_REG_LS;
	bool has_gaps = false;
	bool is_partial = false;
	enum kbm_code code = kbm_registry_locate(registry, path, &hive, &key, &has_gaps, error);
	/* A listing shows what there is; that an export holds a part of the key is said behind it.
	 */
	if (code == KBM_OK && listed)
		code = kbm_registry_is_partial(registry, path, &is_partial, error);
	else if (code == KBM_OK)
		code = kbm_registry_check_whole(registry, path, error);
	const struct kbm_key_rows rows = key_rows(question, hive);
	if (code == KBM_OK && listed)
		code = kbm_key_rows_subkeys(&rows, key, error);
	if (code == KBM_OK && is_partial)
		return kbm_registry_check_whole(registry, path, error);
	return code == KBM_OK ? kbm_key_rows_values(&rows, key, error) : code;
}

/* The keys that an export begins with: above what a registry's path can name. */
static enum kbm_code list_roots(struct question *question, struct kbm_error *error)
{
	const struct kbm_hive *hive = question->place.hive;
	const struct kbm_key_rows rows = key_rows(question, hive);
	return kbm_key_rows_subkeys(&rows, kbm_hive_root(hive), error);
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
		return kbm_question_no_value(
		    &question->place, start->name_length == 0 ? "" : (const char *)start->name,
		    error);
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
	if (code == KBM_OK && start->itself)
		return add_key(question, &key, error);
	return code == KBM_OK ? list(question, path, error) : code;
}

/* A place as the image of an export has it, from its root on. */
static void append_long(const struct kbm_registry_place *place, struct kbm_bytes *out)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, KBM_PATH_MAX_BYTES);
	kbm_registry_place_text(place, &shown);
	kbm_path_long(kbm_bytes_text(&shown), out);
	kbm_bytes_clear(&shown);
}

/* The key below which is searched or dumped, and its path as what is told begins with it. */
static enum kbm_code find_start(struct question *question, kbm_cell *key, struct kbm_bytes *prefix,
				struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->place.service;
	struct kbm_registry_place place = {NULL, NULL};
	struct kbm_key found;
	if (question->place.asked[0] == '\0')
		return KBM_OK;
	enum kbm_code code = kbm_question_open_registry(&question->place, error);
	if (code == KBM_OK)
		code = kbm_question_complete_path(&question->place, error);
	if (code != KBM_OK)
		return code;
	const char *path = kbm_bytes_text(&question->place.path);
	code = service->get_key(service->context, path, &found, error);
	if (code == KBM_NOT_FOUND)
		return kbm_question_no_key(&question->place, error);
	if (code == KBM_OK)
		code = service->resolve(service->context, path, &place, error);
	if (code == KBM_OK && question->start.kind == KBM_SOURCE_REG)
		append_long(&place, prefix);
	else if (code == KBM_OK)
		kbm_bytes_append_text(prefix, place.path);
	kbm_place_clear(&place);
	return code == KBM_OK ? kbm_hive_find_key(question->place.hive, *key,
						  kbm_bytes_text(prefix), key, error)
			      : code;
}

/* A key and all below it, with paths from the root of the file on. */
static enum kbm_code dump(struct question *question, struct kbm_error *error)
{
	struct kbm_dump_report report = {0};
	struct kbm_bytes prefix;
	kbm_cell key = kbm_hive_root(question->place.hive);
	kbm_bytes_init(&prefix, KBM_PATH_MAX_BYTES);
	enum kbm_code code = find_start(question, &key, &prefix, error);
	if (code == KBM_OK)
		code = kbm_hive_dump(question->place.hive, key, kbm_bytes_text(&prefix), add_line,
				     &question->sender, &report, error);
	kbm_bytes_clear(&prefix);
	question->damages = report.damages;
	return code;
}

static enum kbm_code add_hit(void *context, const struct kbm_find_hit *hit, struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = (hit->matched & KBM_FIND_KEY) != 0 ? KBM_ROW_KEY : KBM_ROW_VALUE,
	    .matched = hit->matched,
	    .path = hit->path,
	    .path_length = hit->path_length,
	    .last_written = hit->last_written,
	    .key = hit->key,
	    .value = hit->value,
	};
	return kbm_row_sender_add(context, &row, error);
}

static enum kbm_code find(struct question *question, struct kbm_error *error)
{
	const struct kbm_hive *hive = question->place.hive;
	struct kbm_long_work work = {kbm_row_sender_word, &question->sender, 0};
	struct kbm_bytes prefix;
	kbm_cell key = kbm_hive_root(hive);
	kbm_bytes_init(&prefix, KBM_PATH_MAX_BYTES);
	enum kbm_code code = find_start(question, &key, &prefix, error);
	if (code == KBM_OK)
		code = kbm_hive_find(hive, key, kbm_bytes_text(&prefix), &question->start.find,
				     add_hit, &question->sender, &work, &question->damages, error);
	kbm_bytes_clear(&prefix);
	return code;
}

/* What could not be read is told behind what could; a limit that ended the reading counts more. */
static enum kbm_code tell_damage(struct question *question, enum kbm_code code,
				 struct kbm_error *error)
{
	enum kbm_code told = kbm_key_rows_damages(&question->damages, false, kbm_row_sender_add,
						  &question->sender, code == KBM_OK ? error : NULL);
	if (code == KBM_OK && told != KBM_OK)
		return told;
	if (question->damages.count > 0 && (code == KBM_OK || code == KBM_UNREADABLE))
		return kbm_damages_conclude(&question->damages, error);
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
	if ((question.start.find.pattern != NULL) != (call->job == KBM_JOB_REG_FIND))
		return kbm_fail(error, KBM_INTERNAL, "a search without what it is for");
	kbm_question_init(&question.place, &question.start);
	kbm_row_sender_init(&question.sender, call->channel);
	code = kbm_hive_open(call->inputs[0].bytes, call->inputs[0].length, &question.place.hive,
			     error);
	if (code == KBM_OK)
		code = call->job == KBM_JOB_REG_DUMP   ? dump(&question, error)
		       : call->job == KBM_JOB_REG_FIND ? find(&question, error)
						       : ask(&question, error);
	code = tell_damage(&question, code, error);
	if (code != KBM_OK)
		kbm_question_forget_elsewhere(&question.place, error);
	code = kbm_row_sender_end(&question.sender, code, error);
	kbm_row_sender_clear(&question.sender);
	kbm_question_clear(&question.place);
	return code;
}
