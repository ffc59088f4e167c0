/* Preparing a target's sources. */
#include "command/target.h"

#include "base/absolute.h"
#include "base/file_state.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/text.h"
#include "command/command.h"
#include "command/hive_notes.h"
#include "command/target_files.h"
#include "command/target_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [KBM_SOURCE_HIVE] = "hive",
    [KBM_SOURCE_REG] = "reg",
    [KBM_SOURCE_LDIF] = "ldif",
    [KBM_SOURCE_LDAP] = "ldap",
};

/* The hives that a source mounts; at most one for a hive file. */
static size_t mounts(const struct kbm_source *source, const char *const **names)
{
	switch (source->kind) {
	case KBM_SOURCE_HIVE:
		*names = (const char *const *)&source->hive;
		return source->hive[0] == '\0' ? 0 : 1;
	case KBM_SOURCE_REG:
		*names = (const char *const *)source->hives.items;
		return source->hives.count;
	case KBM_SOURCE_LDIF:
	case KBM_SOURCE_LDAP:
		break;
	}
	*names = NULL;
	return 0;
}

/* Two sources for one hive, or two directories, are a mistake: which one is right? */
static enum kbm_code refuse_overlap(const struct kbm_source *earlier,
				    const struct kbm_source *later, struct kbm_error *error)
{
	if (kbm_source_is_directory(earlier) && kbm_source_is_directory(later))
		return kbm_fail(error, KBM_USAGE,
				"-t %.90s and -t %.90s are both directories; a target has one",
				earlier->path, later->path);
	const char *const *left;
	const char *const *right;
	size_t left_count = mounts(earlier, &left);
	size_t right_count = mounts(later, &right);
	for (size_t i = 0; i < left_count; i++)
		for (size_t j = 0; j < right_count; j++)
			if (kbm_text_equals_ascii_case(left[i], right[j]))
				return kbm_fail(error, KBM_USAGE,
						"%.80s and %.80s both hold %.40s; a target has "
						"one: -t names the one that is meant",
						earlier->path, later->path, left[i]);
	return KBM_OK;
}

/* Who asks decides what is seen. */
static void append_server_note(struct kbm_bytes *note, const struct kbm_source *source,
			       const struct kbm_server_state *state)
{
	const struct kbm_ldap_settings *settings = &source->server->settings;
	kbm_bytes_append_text(note, "LDAP directory, ");
	if (state == NULL || !state->is_connected) {
		kbm_bytes_append_text(note, "not reached");
		return;
	}
	switch (settings->bind) {
	case KBM_LDAP_ANONYMOUS:
		kbm_bytes_append_text(note, "anonymous");
		break;
	case KBM_LDAP_SIMPLE:
		kbm_bytes_printf(note, "bound as %s", settings->bind_dn);
		break;
	case KBM_LDAP_EXTERNAL:
		kbm_bytes_append_text(note, "bound by EXTERNAL");
		break;
	}
	if (state->is_encrypted)
		kbm_bytes_append_text(note, ", TLS");
}

static void append_hive_note(struct kbm_bytes *note, const struct kbm_source *source)
{
	const char *hive = source->hive[0] == '\0' ? "unknown" : source->hive;
	if (source->problem != NULL) {
		kbm_bytes_printf(note, "%s, unreadable: %s", hive,
				 kbm_path_without(source->problem, source->path));
		return;
	}
	kbm_bytes_printf(note, "%s hive %u.%u, ", hive, source->major, source->minor);
	if (source->recovered)
		kbm_hive_note_append(source, note);
	if (source->recovered && source->dirty)
		kbm_bytes_append_text(note, "; ");
	if (source->dirty || !source->recovered)
		kbm_bytes_append_text(note, source->dirty ? source->dirty_reason : "clean");
}

/* `state`: of a server; NULL for a file. */
static bool add_note(struct kbm_prepared *prepared, const struct kbm_source *source,
		     const struct kbm_server_state *state)
{
	struct kbm_bytes note;
	kbm_bytes_init(&note, KBM_TEXT_MAX_BYTES);
	switch (source->kind) {
	case KBM_SOURCE_HIVE:
		append_hive_note(&note, source);
		break;
	case KBM_SOURCE_REG:
		kbm_bytes_append_text(&note, ".reg export of");
		for (size_t i = 0; i < source->hives.count; i++)
			kbm_bytes_printf(&note, "%s %s", i == 0 ? "" : ",", source->hives.items[i]);
		if (source->hives.count == 0)
			kbm_bytes_append_text(&note, " nothing");
		break;
	case KBM_SOURCE_LDIF:
		kbm_bytes_append_text(&note, "LDIF directory");
		break;
	case KBM_SOURCE_LDAP:
		append_server_note(&note, source, state);
		break;
	}
	bool added = !note.failed && kbm_text_list_add(&prepared->notes, kbm_bytes_text(&note));
	kbm_bytes_clear(&note);
	return added;
}

static bool add_identity(struct kbm_prepared *prepared, const struct kbm_source *source)
{
	struct kbm_target_identity *identity = &prepared->identity;
	const char *base = source->server == NULL ? NULL : source->server->settings.base;
	struct kbm_source_identity *sources =
	    realloc(identity->sources, (identity->source_count + 1) * sizeof *sources);
	if (sources == NULL)
		return false;
	identity->sources = sources;
	struct kbm_source_identity *added = &sources[identity->source_count++];
	*added = (struct kbm_source_identity){
	    .kind = strdup(kind_names[source->kind]),
	    .hive = strdup(source->hive == NULL ? "" : source->hive),
	    .path = strdup(source->path),
	    .base = base == NULL ? NULL : strdup(base),
	    .size = source->size,
	    .primary_sequence = source->primary_sequence,
	    .secondary_sequence = source->secondary_sequence,
	    .last_written = source->last_written,
	};
	return added->kind != NULL && added->hive != NULL && added->path != NULL &&
	       (base == NULL || added->base != NULL);
}

static enum kbm_code prepare_source(struct kbm_broker *broker, const struct kbm_options *options,
				    const struct kbm_target_file *file,
				    struct kbm_prepared *prepared, struct kbm_error *error)
{
	size_t index = prepared->target.source_count;
	struct kbm_source *source = &prepared->sources[index];
	enum kbm_code code = kbm_target_source_prepare(broker, options, file, source, error);
	if (code != KBM_OK)
		return code;
	prepared->target.source_count = index + 1;
	if (source->problem == NULL && fstat(source->file, &prepared->files[index]) != 0)
		return kbm_fail(error, KBM_IO, "%.160s: %s", source->path, strerror(errno));
	for (size_t i = 0; code == KBM_OK && i < index; i++)
		code = refuse_overlap(&prepared->sources[i], source, error);
	if (code != KBM_OK)
		return code;
	if (source->computer_name != NULL && source->computer_name[0] != '\0')
		prepared->target.computer_name = source->computer_name;
	if (source->control_set != NULL && source->control_set[0] != '\0')
		prepared->target.control_set = source->control_set;
	if (!add_note(prepared, source, NULL) || !add_identity(prepared, source))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* How CurrentControlSet was chosen, as a word. */
static const char *selection_text(int selection, char number[static 16])
{
	switch (selection) {
	case 0:
		return "Current";
	case -1:
		return "Default";
	case -2:
		return "LastKnownGood";
	default:
		snprintf(number, 16, "%d", selection);
		return number;
	}
}

static enum kbm_code name_target(const struct kbm_options *options, struct kbm_prepared *prepared,
				 struct kbm_error *error)
{
	char number[16];
	struct kbm_target *target = &prepared->target;
	struct kbm_target_identity *identity = &prepared->identity;
	const char *name = options->name != NULL	   ? options->name
			   : target->computer_name != NULL ? target->computer_name
							   : "";
	const char *set = target->control_set == NULL ? "" : target->control_set;
	identity->name = strdup(name);
	identity->control_set = strdup(set);
	identity->control_set_source =
	    strdup(set[0] == '\0' ? "" : selection_text(options->selection, number));
	if (identity->name == NULL || identity->control_set == NULL ||
	    identity->control_set_source == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

/* A server that cannot be reached is what the scripts that ask it are told; the others go on. What
 * is wrong on this side ends the command. */
static enum kbm_code await_server(struct kbm_broker *broker, struct kbm_prepared *prepared,
				  const struct kbm_source *source, struct kbm_error *error)
{
	enum kbm_code code = kbm_broker_open_directory(broker, &prepared->target, error);
	if (code != KBM_OK && code != KBM_UNREADABLE)
		return code;
	struct kbm_server_state state = kbm_broker_server_state(broker);
	if (state.warning[0] != '\0')
		kbm_command_note("warning: %s: %s", source->path, state.warning);
	return add_note(prepared, source, &state) && add_identity(prepared, source)
		   ? KBM_OK
		   : kbm_fail(error, KBM_MEMORY, "out of memory");
}

static enum kbm_code add_server(struct kbm_broker *broker, struct kbm_prepared *prepared,
				struct kbm_source *called, struct kbm_error *error)
{
	struct kbm_source *source = &prepared->sources[prepared->target.source_count];
	for (size_t i = 0; i < prepared->target.source_count; i++) {
		enum kbm_code code = refuse_overlap(&prepared->sources[i], called, error);
		if (code != KBM_OK)
			return code;
	}
	*source = *called;
	*called = (struct kbm_source){0};
	prepared->target.source_count++;
	return await_server(broker, prepared, source, error);
}

/* What was passed over in a folder is talk, also where nothing else was found. */
static void tell_notes(const struct kbm_text_list *notes)
{
	enum { TOLD = 5 };
	for (size_t i = 0; i < notes->count && i < TOLD; i++)
		kbm_command_note("warning: %s", notes->items[i]);
	if (notes->count > TOLD)
		kbm_command_note("warning: and %zu more were passed over", notes->count - TOLD);
}

static enum kbm_code prepare_files(struct kbm_broker *broker, const struct kbm_options *options,
				   const struct kbm_scripts *scripts, struct kbm_prepared *prepared,
				   struct kbm_error *error)
{
	struct kbm_target_files files = {0};
	enum kbm_code code = kbm_target_files_list(options, scripts, &files, error);
	tell_notes(&files.notes);
	for (size_t i = 0; code == KBM_OK && i < files.count; i++)
		code = prepare_source(broker, options, &files.items[i], prepared, error);
	kbm_target_files_clear(&files);
	return code;
}

enum kbm_code kbm_target_prepare(struct kbm_session *session, const struct kbm_options *options,
				 const struct kbm_scripts *scripts, struct kbm_prepared *prepared,
				 struct kbm_error *error)
{
	struct kbm_broker *broker = session->broker;
	bool has_server = session->server.path != NULL;
	if (options->target_count == 0 && options->planned == NULL && !has_server)
		return kbm_fail(error, KBM_USAGE,
				"no target; -t WHAT names a hive, a Windows folder, a .reg export "
				"or an LDIF file, -H URI a directory server");
	prepared->target.sources = prepared->sources;
	prepared->target.name = options->name;
	prepared->target.selection = options->selection;
	enum kbm_code code = prepare_files(broker, options, scripts, prepared, error);
	if (code == KBM_OK && has_server)
		code = add_server(broker, prepared, &session->server, error);
	if (code == KBM_OK)
		code = name_target(options, prepared, error);
	if (code != KBM_OK || has_server)
		return code;
	return kbm_broker_begin_directory(broker, &prepared->target, error);
}

enum kbm_code kbm_target_await_export(struct kbm_broker *broker,
				      const struct kbm_prepared *prepared, struct kbm_error *error)
{
	const struct kbm_source *source = kbm_target_directory(&prepared->target);
	bool is_export = source != NULL && source->kind != KBM_SOURCE_LDAP;
	return is_export ? kbm_broker_open_directory(broker, &prepared->target, error) : KBM_OK;
}

bool kbm_target_note_export(struct kbm_prepared *prepared, const char *problem)
{
	const struct kbm_source *source = kbm_target_directory(&prepared->target);
	char **note = &prepared->notes.items[source - prepared->sources];
	char *longer = NULL;
	if (asprintf(&longer, "%s, unreadable: %s", *note,
		     kbm_path_without(problem, source->path)) < 0)
		return false;
	free(*note);
	*note = longer;
	return true;
}

enum kbm_code kbm_target_check_unchanged(const struct kbm_prepared *prepared,
					 struct kbm_error *error)
{
	for (size_t i = 0; i < prepared->target.source_count; i++) {
		const struct kbm_source *source = &prepared->sources[i];
		const struct stat *before = &prepared->files[i];
		struct stat now;
		if (source->kind == KBM_SOURCE_LDAP || source->problem != NULL)
			continue;
		if (fstat(source->file, &now) != 0 || !kbm_file_state_same_content(before, &now) ||
		    !kbm_file_state_same_change(before, &now))
			return kbm_fail(
			    error, KBM_UNREADABLE,
			    "%.120s: the file changed while it was read; run again when "
			    "nothing writes to it",
			    source->path);
	}
	return KBM_OK;
}

enum kbm_code kbm_target_hash(struct kbm_prepared *prepared, struct kbm_error *error)
{
	for (size_t i = 0; i < prepared->identity.source_count; i++) {
		struct kbm_source_identity *identity = &prepared->identity.sources[i];
		char hex[KBM_SHA256_HEX_BYTES];
		struct kbm_error reason;
		if (prepared->sources[i].kind == KBM_SOURCE_LDAP ||
		    prepared->sources[i].problem != NULL)
			continue;
		enum kbm_code code = kbm_sha256_file(prepared->sources[i].file, hex, &reason);
		if (code != KBM_OK)
			return kbm_fail(error, code, "%.120s: %s", identity->path, reason.message);
		free(identity->sha256);
		identity->sha256 = strdup(hex);
		if (identity->sha256 == NULL)
			return kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	return KBM_OK;
}

void kbm_prepared_clear(struct kbm_prepared *prepared)
{
	for (size_t i = 0; i < prepared->target.source_count; i++)
		kbm_source_clear(&prepared->sources[i]);
	kbm_target_identity_clear(&prepared->identity);
	kbm_text_list_clear(&prepared->notes);
	*prepared = (struct kbm_prepared){0};
}
