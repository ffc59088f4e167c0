/* The jobs `reg-get`, `reg-ls` and `reg-dump`: a person's questions to one hive or .reg export. */
#include "guard/job.h"

#include "base/suggest.h"
#include "base/text.h"
#include "source/hive_dump.h"
#include "source/registry.h"
#include "source/registry_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A frame's worth of rows is sent at once. */
#define SEND_AT (KBM_WIRE_MAX_UP / 2)
/* Where a hive is mounted whose place in a registry is not known. */
#define ELSEWHERE	 "HKU\\hive"
#define WITH_BACKSLASHES "paths are written with backslashes, as HKLM\\SYSTEM\\Select"
/* So many subkeys are looked at for the one that was meant. */
enum { MAX_SUGGESTED_FROM = 4096 };

struct question {
	struct kbm_job_call *call;
	struct kbm_start_registry start;
	struct kbm_hive *hive;
	struct kbm_registry *registry;
	struct kbm_registry_service service;
	struct kbm_bytes path; /* as the registry takes it */
	struct kbm_bytes rows;
};

/* --- rows ----------------------------------------------------------------------------------- */

static enum kbm_code flush(struct question *question, struct kbm_error *error)
{
	if (question->rows.length <= KBM_FRAME_BYTES)
		return KBM_OK;
	enum kbm_code code = kbm_channel_send_begun(question->call->channel, KBM_MESSAGE_ROWS,
						    &question->rows, 0, error);
	kbm_channel_begin(&question->rows);
	return code;
}

static enum kbm_code add_row(struct question *question, const struct kbm_registry_row *row,
			     struct kbm_error *error)
{
	if (!kbm_row_encode(row, &question->rows))
		return kbm_fail(error, KBM_LIMIT, "a row is larger than its limit");
	return question->rows.length >= SEND_AT ? flush(question, error) : KBM_OK;
}

static enum kbm_code add_line(void *context, const char *line, size_t length,
			      struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = line[0], .path = "", .text = line, .text_length = length};
	return add_row(context, &row, error);
}

/* --- where a path leads --------------------------------------------------------------------- */

static bool is_absolute(const char *path)
{
	struct kbm_path_part root = kbm_path_next(&path);
	if (root.length > 0 && root.text[root.length - 1] == ':') /* as PowerShell writes it */
		root.length--;
	return kbm_path_root(root) != NULL || strncasecmp(root.text, "HKEY_", 5) == 0;
}

static bool is_machine_hive(const char *name)
{
	static const char *const names[] = {"SYSTEM", "SOFTWARE", "SAM", "SECURITY"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static enum kbm_code open_registry(struct question *question, struct kbm_error *error)
{
	const struct kbm_start_registry *start = &question->start;
	enum kbm_code code = kbm_registry_make(&question->registry, error);
	if (code != KBM_OK)
		return code;
	if (start->kind == KBM_SOURCE_REG)
		code = kbm_registry_mount_image(question->registry, question->hive, error);
	else
		code = kbm_registry_mount(question->registry,
					  is_machine_hive(start->hive) ? start->hive : ELSEWHERE,
					  question->hive, kbm_hive_root(question->hive), error);
	kbm_registry_select(question->registry, start->selection);
	kbm_registry_allow_dirty(question->registry); /* kbmend says that the hive is dirty */
	question->service = kbm_registry_service(question->registry);
	return code;
}

/* Slashes instead of backslashes: a key's name may hold them, but hardly any does. */
static bool has_slashes(const char *path)
{
	return strchr(path, '/') != NULL && strchr(path, '\\') == NULL;
}

/* A path in an export of several hives, or of none of the machine. */
static enum kbm_code which_hive(const struct question *question, struct kbm_error *error)
{
	const char *path = question->start.path;
	if (has_slashes(path))
		return kbm_fail(error, KBM_USAGE,
				"the path '%.100s' has slashes: " WITH_BACKSLASHES, path);
	struct kbm_bytes held;
	kbm_bytes_init(&held, KBM_TEXT_MAX_BYTES);
	const char *prefix;
	for (size_t i = 0; (prefix = kbm_registry_mounted(question->registry, i)) != NULL; i++)
		kbm_bytes_printf(&held, "%s%s", i == 0 ? "" : ", ", prefix);
	kbm_fail(error, KBM_USAGE, "in which hive is '%.80s'? The export holds %.120s", path,
		 held.length == 0 ? "none" : kbm_bytes_text(&held));
	kbm_bytes_clear(&held);
	return KBM_USAGE;
}

/* The machine's one hive in an export, or NULL. */
static const char *only_machine_hive(const struct kbm_registry *registry)
{
	const char *found = NULL;
	const char *prefix;
	for (size_t i = 0; (prefix = kbm_registry_mounted(registry, i)) != NULL; i++) {
		if (strncmp(prefix, "HKLM\\", 5) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = prefix;
	}
	return found;
}

/* The question's path with the mount point in front of one that counts from the hive's root. */
static enum kbm_code complete_path(struct question *question, struct kbm_error *error)
{
	const struct kbm_start_registry *start = &question->start;
	bool is_hive = start->kind == KBM_SOURCE_HIVE;
	bool known = is_machine_hive(start->hive);
	const char *path = start->path;
	if (is_absolute(path) && is_hive && !known)
		return kbm_fail(error, KBM_USAGE,
				"what this hive is in a registry is not known: give the path from "
				"the hive's root, without HK...");
	if (!is_absolute(path)) {
		const char *before = is_hive ? kbm_registry_mounted(question->registry, 0)
					     : only_machine_hive(question->registry);
		if (before == NULL)
			return which_hive(question, error);
		kbm_bytes_printf(&question->path, "%s%s", before, path[0] == '\0' ? "" : "\\");
	}
	return kbm_bytes_append_text(&question->path, path)
		   ? KBM_OK
		   : kbm_fail(error, KBM_LIMIT, "the path is longer than %lu bytes",
			      KBM_PATH_MAX_BYTES);
}

/* --- what a path may have meant ------------------------------------------------------------- */

/* The subkey of `parent` whose name is nearest to `word`, into `nearest`; "" for none. */
static void find_nearest(struct question *question, const char *parent, const char *word,
			 struct kbm_bytes *nearest)
{
	const struct kbm_registry_service *service = &question->service;
	struct kbm_key key;
	for (size_t i = 0; i < MAX_SUGGESTED_FROM &&
			   service->subkey_at(service->context, parent, i, &key, NULL) == KBM_OK;
	     i++) {
		const char *words[] = {nearest->length == 0 ? NULL : kbm_bytes_text(nearest),
				       key.name};
		if (kbm_suggest(word, words, 2) != key.name)
			continue;
		kbm_bytes_reset(nearest);
		kbm_bytes_append(nearest, key.name, key.name_length);
	}
}

/* Takes parts off `path` until it names a key; the first part below that is the wrong one, and is
 * what is returned, in `path`'s memory. NULL where no key is left. */
static char *split_at_missing(struct question *question, char *path)
{
	const struct kbm_registry_service *service = &question->service;
	struct kbm_key key;
	size_t length = strlen(path);
	if (length > 0 && path[length - 1] == '\\')
		path[length - 1] = '\0';
	for (char *slash = strrchr(path, '\\'); slash != NULL; slash = strrchr(path, '\\')) {
		*slash = '\0';
		enum kbm_code code = service->get_key(service->context, path, &key, NULL);
		if (code == KBM_OK)
			return slash + 1;
		if (code != KBM_NOT_FOUND)
			return NULL;
	}
	return NULL;
}

static enum kbm_code no_key(struct question *question, struct kbm_error *error)
{
	const char *asked = question->start.path;
	if (has_slashes(asked))
		return kbm_fail(error, KBM_NOT_FOUND, "no key %.120s: " WITH_BACKSLASHES, asked);
	char *path = kbm_bytes_take(&question->path, NULL);
	const char *wrong = path == NULL ? NULL : split_at_missing(question, path);
	struct kbm_bytes nearest;
	kbm_bytes_init(&nearest, KBM_PATH_MAX_BYTES);
	if (wrong != NULL)
		find_nearest(question, path, wrong, &nearest);
	if (nearest.length == 0)
		kbm_fail(error, KBM_NOT_FOUND, "no key %.200s", asked);
	else
		kbm_fail(error, KBM_NOT_FOUND, "no key %.120s; did you mean '%.80s'?", asked,
			 kbm_bytes_text(&nearest));
	kbm_bytes_clear(&nearest);
	free(path);
	return KBM_NOT_FOUND;
}

/* A hive whose place in a registry is not known was mounted somewhere: what is said names the path
 * in the file instead. */
static void forget_elsewhere(struct kbm_error *error)
{
	char *at = strstr(error->message, ELSEWHERE);
	if (at == NULL)
		return;
	const char *rest = at + strlen(ELSEWHERE);
	static const char root[] = "the root";
	size_t kept = 0;
	if (*rest == '\\')
		rest++;
	else
		kept = strlen(root); /* no longer than what it takes the place of */
	memcpy(at, root, kept);
	memmove(at + kept, rest, strlen(rest) + 1);
}

/* --- the three questions -------------------------------------------------------------------- */

static enum kbm_code add_value(struct question *question, const struct kbm_value *value,
			       struct kbm_error *error)
{
	const struct kbm_registry_row row = {
	    .row_kind = 'V', .path = question->start.path, .value = *value};
	return add_row(question, &row, error);
}

static enum kbm_code list_values(struct question *question, const char *path,
				 struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->service;
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
	    .row_kind = 'K', .path = question->start.path, .key = *key};
	return add_row(question, &row, error);
}

static enum kbm_code list_keys(struct question *question, const char *path, struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->service;
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
		code = kbm_hive_subkey_at(question->hive, kbm_hive_root(question->hive), i, &cell,
					  error);
		if (code == KBM_OK)
			code = kbm_hive_key(question->hive, cell, &name, &key, error);
		if (code == KBM_OK)
			code = add_key(question, &key, error);
	}
	kbm_bytes_clear(&name);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

/* One value; when it is not there, the message says whether its key is. */
static enum kbm_code ask_value(struct question *question, const char *path, struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->service;
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
				start->path);
	return code == KBM_NOT_FOUND ? no_key(question, error) : code;
}

static enum kbm_code ask(struct question *question, struct kbm_error *error)
{
	const struct kbm_start_registry *start = &question->start;
	const struct kbm_registry_service *service = &question->service;
	bool listed = question->call->job == KBM_JOB_REG_LS;
	if (start->kind == KBM_SOURCE_REG && listed && start->path[0] == '\0')
		return list_roots(question, error);
	enum kbm_code code = open_registry(question, error);
	if (code == KBM_OK)
		code = complete_path(question, error);
	if (code != KBM_OK)
		return code;
	const char *path = kbm_bytes_text(&question->path);
	if (!listed && start->name != NULL)
		return ask_value(question, path, error);
	struct kbm_key key;
	code = service->get_key(service->context, path, &key, error);
	if (code == KBM_NOT_FOUND)
		return no_key(question, error);
	/* A listing shows what there is; of what the whole key holds an export may hold a part. */
	bool is_partial = false;
	if (code == KBM_OK && listed)
		code = list_keys(question, path, error);
	if (code == KBM_OK && listed)
		code = kbm_registry_is_partial(question->registry, path, &is_partial, error);
	return code == KBM_OK && !is_partial ? list_values(question, path, error) : code;
}

static enum kbm_code dump(struct question *question, struct kbm_error *error)
{
	struct kbm_dump_report report = {0};
	kbm_cell key = kbm_hive_root(question->hive);
	enum kbm_code code = KBM_OK;
	if (question->start.path[0] != '\0')
		code = kbm_hive_find_key(question->hive, key, question->start.path, &key, error);
	if (code == KBM_OK)
		code = kbm_hive_dump(question->hive, key, question->start.path, add_line, question,
				     &report, error);
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
	if (question.start.path[0] == '\\') /* as in a path below the root, not as in a share */
		question.start.path++;
	kbm_bytes_init(&question.path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&question.rows, KBM_WIRE_MAX_ROW);
	kbm_channel_begin(&question.rows);
	code = kbm_hive_open(call->inputs[0].bytes, call->inputs[0].length, &question.hive, error);
	if (code == KBM_OK)
		code =
		    call->job == KBM_JOB_REG_DUMP ? dump(&question, error) : ask(&question, error);
	if (code != KBM_OK && question.registry != NULL && question.start.kind == KBM_SOURCE_HIVE)
		forget_elsewhere(error);
	/* What was found before a damaged place counts, and is shown. */
	enum kbm_code sent = flush(&question, code == KBM_OK ? error : NULL);
	kbm_bytes_clear(&question.rows);
	kbm_bytes_clear(&question.path);
	kbm_registry_free(question.registry);
	kbm_hive_close(question.hive);
	return code != KBM_OK ? code : sent;
}
