/* One file of a target as a source. */
#include "command/target_source.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/user_hive.h"

#include <stdlib.h>
#include <string.h>

/* A failure that says something of the file, and nothing of this side. */
static bool is_of_file(enum kbm_code code)
{
	switch (code) {
	case KBM_NOT_FOUND:
	case KBM_INVALID:
	case KBM_UNREADABLE:
	case KBM_UNSUPPORTED:
	case KBM_LIMIT:
	case KBM_IO:
		return true;
	case KBM_OK:
	case KBM_USAGE:
	case KBM_MEMORY:
	case KBM_REFUSED:
	case KBM_INTERNAL:
		break;
	}
	return false;
}

static enum kbm_code mount_as(struct kbm_source *source, const char *hive, struct kbm_error *error)
{
	char *name = strdup(hive);
	if (name == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	free(source->hive);
	source->hive = name;
	return KBM_OK;
}

/* A user's hive that was named by itself: of that content, or of that name where the content tells
 * nothing, as that of a new user's UsrClass.dat. */
static enum kbm_code mount_by_path(struct kbm_source *source, const char *content,
				   struct kbm_error *error)
{
	struct kbm_bytes hive;
	kbm_bytes_init(&hive, KBM_PATH_MAX_BYTES);
	char *real = realpath(source->path, NULL);
	const char *path = real == NULL ? source->path : real;
	enum kbm_code code =
	    kbm_user_hive_append(content, path, &hive)
		? mount_as(source, kbm_bytes_text(&hive), error)
		: kbm_fail(error, KBM_INVALID,
			   "%.140s: lies in a folder whose name no registry can have: copy it to "
			   "one of another name",
			   source->path);
	free(real);
	kbm_bytes_clear(&hive);
	return code;
}

/* A plan's hive: below HKU it says which user's; the others say themselves what they are. */
static enum kbm_code mount_as_planned(struct kbm_source *source, const char *hive,
				      struct kbm_error *error)
{
	if (kbm_user_hive_may_be(source->hive, hive))
		return mount_as(source, hive, error);
	const char *content = kbm_user_hive_content(source->hive, source->path);
	return content == NULL ? KBM_OK : mount_by_path(source, content, error);
}

enum kbm_code kbm_target_source_check(const struct kbm_source *source, const char *path,
				      const char *content, const char *help,
				      struct kbm_error *error)
{
	const char *holds = source->kind == KBM_SOURCE_REG    ? ".reg export"
			    : source->kind == KBM_SOURCE_LDIF ? "LDIF file"
							      : source->hive;
	bool is_unknown = source->kind == KBM_SOURCE_HIVE && *holds == '\0';
	if (is_unknown ? kbm_user_hive_is(content)
		       : source->kind == KBM_SOURCE_HIVE && strcmp(holds, content) == 0)
		return KBM_OK;
	if (is_unknown)
		return kbm_fail(error, KBM_INVALID, "%.120s: has not the keys of a %s hive: %s",
				path, content, help);
	return kbm_fail(error, KBM_INVALID, "%.120s: is by its content %s %s%s, and not %s: %s",
			path, source->kind == KBM_SOURCE_LDIF ? "an" : "a", holds,
			source->kind == KBM_SOURCE_HIVE ? " hive" : "", content, help);
}

static enum kbm_code prepare(struct kbm_broker *broker, const struct kbm_options *options,
			     const struct kbm_target_file *file, struct kbm_source *source,
			     struct kbm_error *error)
{
	/* What a plan was made of has to be there, and what was found is what its place says. */
	bool is_named = options->planned == NULL && !file->is_found;
	enum kbm_code code =
	    kbm_broker_prepare(broker, file->path, is_named ? KBM_USE_TARGET : KBM_USE_SCRIPTS,
			       options->codepage, options->selection, source, error);
	if (code != KBM_OK)
		return code;
	if (file->content != NULL)
		code = kbm_target_source_check(source, file->path, file->content,
					       "name the right file with -t", error);
	if (code == KBM_OK && file->content != NULL)
		return mount_as(source, file->hive, error);
	if (code == KBM_OK && source->kind == KBM_SOURCE_HIVE) {
		const char *content = kbm_user_hive_content(source->hive, file->path);
		if (file->hive != NULL)
			code = mount_as_planned(source, file->hive, error);
		else if (content != NULL)
			code = mount_by_path(source, content, error);
	}
	return code;
}

enum kbm_code kbm_target_source_prepare(struct kbm_broker *broker,
					const struct kbm_options *options,
					const struct kbm_target_file *file,
					struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_source made = {0};
	struct kbm_error reason = {0};
	if (file->problem != NULL)
		return kbm_source_unreadable(file->path, file->hive, file->problem, source, error);
	enum kbm_code code = prepare(broker, options, file, &made, &reason);
	if (code == KBM_OK) {
		*source = made;
		return KBM_OK;
	}
	kbm_source_clear(&made);
	if (file->is_found && is_of_file(code))
		return kbm_source_unreadable(file->path, file->hive, reason.message, source, error);
	return kbm_fail(error, code, "%s", reason.message);
}
