/* Where a path that a person wrote leads in one source: a hive or a .reg export (jobs only). */
#include "guard/registry_question.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "guard/broker.h"
#include "source/registry_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where a hive is mounted whose place in a registry is not known. */
#define ELSEWHERE	 "HKU\\hive"
#define WITH_BACKSLASHES "paths are written with backslashes, as HKLM\\SYSTEM\\Select"
/* So many subkeys or values are looked at for the one that was meant. */
enum { MAX_SUGGESTED_FROM = 4096 };

void kbm_question_init(struct kbm_registry_question *question,
		       const struct kbm_start_registry *start)
{
	*question = (struct kbm_registry_question){.start = start, .asked = start->path};
	if (question->asked[0] == '\\') /* as in a path below the root, not as in a share */
		question->asked++;
	kbm_bytes_init(&question->path, KBM_PATH_MAX_BYTES);
}

void kbm_question_clear(struct kbm_registry_question *question)
{
	kbm_bytes_clear(&question->path);
	kbm_registry_free(question->registry);
	kbm_hive_close(question->hive);
}

/* --- where a path leads --------------------------------------------------------------------- */

bool kbm_question_is_absolute(const char *path)
{
	struct kbm_path_part root = kbm_path_take_root(&path);
	return kbm_path_root(root) != NULL || strncasecmp(root.text, "HKEY_", 5) == 0;
}

/* SYSTEM, NTUSER.DAT, ...: its content tells where it is in a registry. */
static bool is_known(const struct kbm_start_registry *start)
{
	return start->hive[0] != '\0';
}

enum kbm_code kbm_question_open_registry(struct kbm_registry_question *question,
					 struct kbm_error *error)
{
	const struct kbm_start_registry *start = question->start;
	enum kbm_code code = kbm_registry_make(&question->registry, error);
	if (code != KBM_OK)
		return code;
	if (start->kind == KBM_SOURCE_REG)
		code = kbm_registry_mount_image(question->registry, question->hive, error);
	else
		code = kbm_registry_mount(question->registry,
					  is_known(start) ? start->hive : ELSEWHERE, question->hive,
					  kbm_hive_root(question->hive), error);
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
static enum kbm_code which_hive(const struct kbm_registry_question *question,
				struct kbm_error *error)
{
	const char *path = question->asked;
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

enum kbm_code kbm_question_complete_path(struct kbm_registry_question *question,
					 struct kbm_error *error)
{
	const struct kbm_start_registry *start = question->start;
	bool is_hive = start->kind == KBM_SOURCE_HIVE;
	const char *path = question->asked;
	if (kbm_question_is_absolute(path) && is_hive && !is_known(start) &&
	    !kbm_path_is_volatile(path))
		return kbm_fail(error, KBM_USAGE,
				"what this hive is in a registry is not known: give the path from "
				"the hive's root, without HK...");
	if (!kbm_question_is_absolute(path)) {
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

/* A name that is nearer to `word` than what is in *nearest, or, where that is empty, near at all,
 * takes its place. One with a NUL cannot be asked for. */
static void take_nearer(const char *word, const char *name, size_t length,
			struct kbm_bytes *nearest)
{
	const char *words[] = {nearest->length == 0 ? NULL : kbm_bytes_text(nearest), name};
	if (memchr(name, 0, length) != NULL || kbm_suggest(word, words, 2) != name)
		return;
	kbm_bytes_reset(nearest);
	kbm_bytes_append(nearest, name, length);
}

/* The subkey of `parent` whose name is nearest to `word`, into `nearest`; "" for none. */
static void find_nearest(struct kbm_registry_question *question, const char *parent,
			 const char *word, struct kbm_bytes *nearest)
{
	const struct kbm_registry_service *service = &question->service;
	struct kbm_key key;
	for (size_t i = 0; i < MAX_SUGGESTED_FROM &&
			   service->subkey_at(service->context, parent, i, &key, NULL) == KBM_OK;
	     i++)
		take_nearer(word, key.name, key.name_length, nearest);
}

static const char *key_of(const struct kbm_registry_question *question)
{
	return question->asked[0] == '\0' ? "the root key" : question->asked;
}

enum kbm_code kbm_question_no_value(struct kbm_registry_question *question, const char *name,
				    struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->service;
	const char *path = kbm_bytes_text(&question->path);
	struct kbm_bytes nearest;
	struct kbm_value value;
	if (name[0] == '\0')
		return kbm_fail(error, KBM_NOT_FOUND, "no default value in %.150s",
				key_of(question));
	kbm_bytes_init(&nearest, KBM_PATH_MAX_BYTES);
	for (size_t i = 0; i < MAX_SUGGESTED_FROM &&
			   service->value_at(service->context, path, i, &value, NULL) == KBM_OK;
	     i++)
		take_nearer(name, value.name, value.name_length, &nearest);
	if (nearest.length == 0)
		kbm_fail(error, KBM_NOT_FOUND, "no value '%.60s' in %.150s", name,
			 key_of(question));
	else
		kbm_fail(error, KBM_NOT_FOUND, "no value '%.60s' in %.120s; did you mean '%.60s'?",
			 name, key_of(question), kbm_bytes_text(&nearest));
	kbm_bytes_clear(&nearest);
	return KBM_NOT_FOUND;
}

/* Takes parts off `path` until it names a key; the first part below that is the wrong one, and is
 * what is returned, in `path`'s memory. NULL where no key is left. */
static char *split_at_missing(struct kbm_registry_question *question, char *path)
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

enum kbm_code kbm_question_no_key(struct kbm_registry_question *question, struct kbm_error *error)
{
	const char *asked = question->asked;
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

void kbm_question_forget_elsewhere(const struct kbm_registry_question *question,
				   struct kbm_error *error)
{
	if (question->registry == NULL || question->start->kind != KBM_SOURCE_HIVE)
		return;
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

/* --- what a .reg file calls a key ------------------------------------------------------------ */

/* Whether the path goes through CurrentControlSet, which is resolved where it leads. */
static bool names_current_set(const char *normal)
{
	const char *below = kbm_path_below(normal, "HKLM\\SYSTEM");
	return below != NULL && kbm_path_part_is(kbm_path_next(&below), "CurrentControlSet");
}

enum kbm_code kbm_question_name_root(const char *hive, const char *root, struct kbm_bytes *path,
				     struct kbm_error *error)
{
	struct kbm_bytes normal;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	enum kbm_code code = KBM_OK;
	if (root[0] != '\0')
		code = kbm_path_normalise(root, &normal, error);
	else if (hive[0] == '\0')
		code = kbm_fail(error, KBM_USAGE,
				"where this hive is in a registry cannot be told by its content: "
				"--root HKEY_LOCAL_MACHINE\\NAME says how the file is to call it");
	else
		kbm_path_of_hive(hive, &normal);
	if (code == KBM_OK)
		kbm_path_long(kbm_bytes_text(&normal), path);
	kbm_bytes_clear(&normal);
	return code;
}

/* The key's own spelling, but for CurrentControlSet, which stays what was asked for. */
static enum kbm_code append_place(struct kbm_registry_question *question,
				  const struct kbm_registry_place *place, struct kbm_bytes *path,
				  struct kbm_error *error)
{
	const char *rest = place->path;
	struct kbm_bytes normal;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	enum kbm_code code = kbm_path_normalise(kbm_bytes_text(&question->path), &normal, error);
	if (code == KBM_OK && names_current_set(kbm_bytes_text(&normal))) {
		kbm_path_next(&rest);
		kbm_bytes_append_text(path, "\\CurrentControlSet");
	}
	kbm_bytes_clear(&normal);
	if (rest[0] != '\0')
		kbm_bytes_printf(path, "%s%s", path->length > 0 ? "\\" : "", rest);
	if (code == KBM_OK && path->failed)
		code = kbm_fail(error, KBM_LIMIT, "the path is longer than %lu bytes",
				KBM_PATH_MAX_BYTES);
	return code;
}

enum kbm_code kbm_question_name_key(struct kbm_registry_question *question, const char *root,
				    struct kbm_bytes *path, struct kbm_error *error)
{
	const struct kbm_registry_service *service = &question->service;
	bool is_hive = question->start->kind == KBM_SOURCE_HIVE;
	struct kbm_registry_place place = {NULL, NULL};
	enum kbm_code code =
	    service->resolve(service->context, kbm_bytes_text(&question->path), &place, error);
	if (code == KBM_OK)
		code = kbm_question_name_root(is_hive ? question->start->hive : place.hive, root,
					      path, error);
	if (code == KBM_OK)
		code = append_place(question, &place, path, error);
	kbm_place_clear(&place);
	return code;
}
