/* The stdlib on its way to the worker, which opens no file. */
#include "guard/broker_internal.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kbm_stdlib_module {
	char *name; /* "kb.exchange" */
	struct kbm_bytes text;
	bool sent;
};

void kbm_broker_forget_stdlib(struct kbm_broker *broker)
{
	struct kbm_broker_stdlib *stdlib = &broker->stdlib;
	for (size_t i = 0; i < stdlib->count; i++) {
		free(stdlib->modules[i].name);
		kbm_bytes_clear(&stdlib->modules[i].text);
	}
	free(stdlib->modules);
	*stdlib = (struct kbm_broker_stdlib){0};
}

/* --- reading --------------------------------------------------------------------------------- */

/* FOLDER/kb/exchange.lua is module kb.exchange. `prefix` is "kb." there. */
static enum kbm_code add_file(struct kbm_broker_stdlib *stdlib, const char *folder,
			      const char *prefix, const char *file, struct kbm_error *error)
{
	char *path = NULL;
	if (stdlib->count == KBM_STDLIB_MAX_MODULES)
		return kbm_fail(error, KBM_LIMIT, "%.160s: more than %u modules", folder,
				KBM_STDLIB_MAX_MODULES);
	struct kbm_stdlib_module *grown =
	    realloc(stdlib->modules, (stdlib->count + 1) * sizeof *grown);
	if (grown == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	stdlib->modules = grown;
	struct kbm_stdlib_module *module = &grown[stdlib->count];
	*module = (struct kbm_stdlib_module){0};
	kbm_bytes_init(&module->text, KBM_STDLIB_MAX_FILE_BYTES);
	size_t stem = strlen(file) - strlen(".lua");
	if (asprintf(&path, "%s/%s", folder, file) < 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	if (asprintf(&module->name, "%s%.*s", prefix, (int)stem, file) < 0)
		module->name = NULL;
	stdlib->count++;
	enum kbm_code code = module->name == NULL
				 ? kbm_fail(error, KBM_MEMORY, "no memory for the stdlib")
				 : kbm_file_read(path, true, &module->text, error);
	free(path);
	return code;
}

static bool is_lua(const char *name)
{
	size_t length = strlen(name);
	return length > 4 && name[0] != '.' && strcmp(name + length - 4, ".lua") == 0;
}

static int is_module_file(const struct dirent *entry)
{
	return is_lua(entry->d_name);
}

static enum kbm_code add_folder(struct kbm_broker_stdlib *stdlib, const char *folder,
				const char *prefix, struct kbm_error *error)
{
	struct dirent **entries = NULL;
	enum kbm_code code = KBM_OK;
	int count = scandir(folder, &entries, is_module_file, alphasort);
	if (count < 0)
		return kbm_fail(error, KBM_IO, "the stdlib %.160s cannot be read: %s", folder,
				strerror(errno));
	for (int i = 0; i < count; i++) {
		if (code == KBM_OK)
			code = add_file(stdlib, folder, prefix, entries[i]->d_name, error);
		free(entries[i]);
	}
	free(entries);
	return code;
}

/* Reads what is to be sent, unless that was done: a worker that is replaced is given the same. */
static enum kbm_code read_stdlib(struct kbm_broker *broker, struct kbm_error *error)
{
	struct kbm_broker_stdlib *stdlib = &broker->stdlib;
	char *kb = NULL;
	if (stdlib->is_read)
		return KBM_OK;
	if (asprintf(&kb, "%s/kb", broker->stdlib_path) < 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	enum kbm_code code = add_folder(stdlib, broker->stdlib_path, "", error);
	if (code == KBM_OK)
		code = add_folder(stdlib, kb, "kb.", error);
	free(kb);
	if (code == KBM_OK)
		stdlib->is_read = true;
	else
		kbm_broker_forget_stdlib(broker);
	return code;
}

/* --- sending --------------------------------------------------------------------------------- */

/* Whether a refusal is only that another module of the library is not there yet. */
static bool waits_for_another(const struct kbm_broker_stdlib *stdlib, const char *message)
{
	static const char words[] = "no module '";
	const char *name = strstr(message, words);
	if (name == NULL)
		return false;
	name += sizeof words - 1;
	for (size_t i = 0; i < stdlib->count; i++) {
		const char *known = stdlib->modules[i].name;
		size_t length = known == NULL ? 0 : strlen(known);
		if (length > 0 && strncmp(name, known, length) == 0 && name[length] == '\'')
			return true;
	}
	return false;
}

/* The name behind the next `require`, as modules write it; NULL: there is none. */
static const char *next_required(const char **text, size_t *length)
{
	static const char word[] = "require";
	const char *at = *text;
	while ((at = strstr(at, word)) != NULL) {
		at += sizeof word - 1;
		at += strspn(at, " (");
		if (*at != '"' && *at != '\'')
			continue;
		*length = strcspn(at + 1, "\"'");
		*text = at + 1 + *length;
		return at + 1;
	}
	return NULL;
}

/* Whether a module seems to require one that is not there yet, so that it would be refused. */
static bool seems_to_wait(const struct kbm_broker_stdlib *stdlib,
			  const struct kbm_stdlib_module *module)
{
	const char *text = kbm_bytes_text(&module->text);
	const char *name;
	size_t length = 0;
	while ((name = next_required(&text, &length)) != NULL)
		for (size_t i = 0; i < stdlib->count; i++) {
			const struct kbm_stdlib_module *other = &stdlib->modules[i];
			if (other != module && !other->sent &&
			    strncmp(other->name, name, length) == 0 && other->name[length] == '\0')
				return true;
		}
	return false;
}

/* One pass over the modules that are not there yet; in a patient one those are left that seem to
 * wait for others. Of the refusals that one is kept which is the cause of others. */
static enum kbm_code send_pass(struct kbm_broker *broker, bool patient, size_t *sent,
			       struct kbm_error *refusal, struct kbm_error *error)
{
	const struct kbm_broker_stdlib *stdlib = &broker->stdlib;
	for (size_t i = 0; i < stdlib->count; i++) {
		struct kbm_stdlib_module *module = &stdlib->modules[i];
		struct kbm_module message = {module->name, module->text.data, module->text.length};
		struct kbm_error result = {0};
		if (module->sent || (patient && seems_to_wait(stdlib, module)))
			continue;
		enum kbm_code code = kbm_broker_add_module(broker, &message, &result, error);
		if (code != KBM_OK)
			return code;
		module->sent = result.code == KBM_OK;
		if (module->sent)
			(*sent)++;
		else if (refusal->code == KBM_OK || (waits_for_another(stdlib, refusal->message) &&
						     !waits_for_another(stdlib, result.message)))
			*refusal = result;
	}
	return KBM_OK;
}

enum kbm_code kbm_broker_send_stdlib(struct kbm_broker *broker, struct kbm_error *error)
{
	const struct kbm_broker_stdlib *stdlib = &broker->stdlib;
	struct kbm_error refusal = {0};
	size_t sent = 0;
	bool goes_on = true;
	bool patient = true;
	enum kbm_code code = read_stdlib(broker, error);
	for (size_t i = 0; i < stdlib->count; i++)
		stdlib->modules[i].sent = false;
	/* What a text seems to require may be a comment's: the last pass asks the worker. */
	while (code == KBM_OK && sent < stdlib->count && goes_on) {
		size_t before = sent;
		refusal = (struct kbm_error){0};
		code = send_pass(broker, patient, &sent, &refusal, error);
		goes_on = patient || sent > before;
		patient = patient && sent > before;
	}
	if (code == KBM_OK && refusal.code != KBM_OK && sent < stdlib->count)
		code = kbm_fail(error, refusal.code, "stdlib: %.220s", refusal.message);
	broker->has_stdlib = code == KBM_OK;
	return code;
}

/* --- telling it from another ------------------------------------------------------------------ */

static bool describe_module(const struct kbm_stdlib_module *module, struct kbm_bytes *out)
{
	char sha256[KBM_SHA256_HEX_BYTES];
	kbm_sha256_hex(module->text.data, module->text.length, sha256);
	return kbm_bytes_append(out, module->name, strlen(module->name) + 1) &&
	       kbm_bytes_append_text(out, sha256);
}

enum kbm_code kbm_broker_stdlib_sha256(struct kbm_broker *broker,
				       char hex[static KBM_SHA256_HEX_BYTES],
				       struct kbm_error *error)
{
	const struct kbm_broker_stdlib *stdlib = &broker->stdlib;
	struct kbm_bytes all;
	kbm_bytes_init(&all, (size_t)KBM_STDLIB_MAX_MODULES * (PATH_MAX + KBM_SHA256_HEX_BYTES));
	enum kbm_code code = read_stdlib(broker, error);
	for (size_t i = 0; code == KBM_OK && i < stdlib->count; i++)
		if (!describe_module(&stdlib->modules[i], &all))
			code = kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	if (code == KBM_OK)
		kbm_sha256_hex(all.data, all.length, hex);
	kbm_bytes_clear(&all);
	return code;
}
