/* The stdlib on its way to the worker, which opens no file. */
#include "guard/broker_internal.h"

#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct module {
	char *name; /* "kb.exchange" */
	struct kbm_bytes text;
	bool sent;
};
struct modules {
	struct module *items;
	size_t count;
};

static void clear(struct modules *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		free(modules->items[i].name);
		kbm_bytes_clear(&modules->items[i].text);
	}
	free(modules->items);
}

/* FOLDER/kb/exchange.lua is module kb.exchange. `prefix` is "kb." there. */
static enum kbm_code add_file(struct modules *modules, const char *folder, const char *prefix,
			      const char *file, struct kbm_error *error)
{
	char *path = NULL;
	if (modules->count == KBM_STDLIB_MAX_MODULES)
		return kbm_fail(error, KBM_LIMIT, "%.160s: more than %u modules", folder,
				KBM_STDLIB_MAX_MODULES);
	struct module *grown =
	    realloc(modules->items, (modules->count + 1) * sizeof *modules->items);
	if (grown == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	modules->items = grown;
	struct module *module = &grown[modules->count];
	*module = (struct module){0};
	kbm_bytes_init(&module->text, KBM_STDLIB_MAX_FILE_BYTES);
	size_t stem = strlen(file) - strlen(".lua");
	if (asprintf(&path, "%s/%s", folder, file) < 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	if (asprintf(&module->name, "%s%.*s", prefix, (int)stem, file) < 0)
		module->name = NULL;
	modules->count++;
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

static enum kbm_code add_folder(struct modules *modules, const char *folder, const char *prefix,
				struct kbm_error *error)
{
	struct dirent **entries = NULL;
	enum kbm_code code = KBM_OK;
	int count = scandir(folder, &entries, is_module_file, alphasort);
	if (count < 0)
		return kbm_fail(error, KBM_IO, "the stdlib %.160s cannot be read: %s", folder,
				strerror(errno));
	for (int i = 0; i < count; i++) {
		if (code == KBM_OK)
			code = add_file(modules, folder, prefix, entries[i]->d_name, error);
		free(entries[i]);
	}
	free(entries);
	return code;
}

static enum kbm_code read_modules(const char *stdlib, struct modules *modules,
				  struct kbm_error *error)
{
	char *kb = NULL;
	if (asprintf(&kb, "%s/kb", stdlib) < 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for the stdlib");
	enum kbm_code code = add_folder(modules, stdlib, "", error);
	if (code == KBM_OK)
		code = add_folder(modules, kb, "kb.", error);
	free(kb);
	return code;
}

/* Whether a refusal is only that another module of the library is not there yet. */
static bool waits_for_another(const struct modules *modules, const char *message)
{
	static const char words[] = "no module '";
	const char *name = strstr(message, words);
	if (name == NULL)
		return false;
	name += sizeof words - 1;
	for (size_t i = 0; i < modules->count; i++) {
		const char *known = modules->items[i].name;
		size_t length = known == NULL ? 0 : strlen(known);
		if (length > 0 && strncmp(name, known, length) == 0 && name[length] == '\'')
			return true;
	}
	return false;
}

/* One pass over the modules that are not there yet: some wait for others that they require. Of the
 * refusals that one is kept which is the cause of others. */
static enum kbm_code send_pass(struct kbm_broker *broker, struct modules *modules, size_t *sent,
			       struct kbm_error *refusal, struct kbm_error *error)
{
	for (size_t i = 0; i < modules->count; i++) {
		struct module *module = &modules->items[i];
		struct kbm_module message = {module->name, module->text.data, module->text.length};
		struct kbm_error result = {0};
		if (module->sent)
			continue;
		enum kbm_code code = kbm_broker_add_module(broker, &message, &result, error);
		if (code != KBM_OK)
			return code;
		module->sent = result.code == KBM_OK;
		if (module->sent)
			(*sent)++;
		else if (refusal->code == KBM_OK || (waits_for_another(modules, refusal->message) &&
						     !waits_for_another(modules, result.message)))
			*refusal = result;
	}
	return KBM_OK;
}

enum kbm_code kbm_broker_send_stdlib(struct kbm_broker *broker, struct kbm_error *error)
{
	struct modules modules = {0};
	struct kbm_error refusal;
	size_t sent = 0;
	size_t before;
	enum kbm_code code = read_modules(broker->stdlib_path, &modules, error);
	do {
		before = sent;
		refusal = (struct kbm_error){0};
		if (code == KBM_OK)
			code = send_pass(broker, &modules, &sent, &refusal, error);
	} while (code == KBM_OK && sent < modules.count && sent > before);
	if (code == KBM_OK && refusal.code != KBM_OK && sent < modules.count)
		code = kbm_fail(error, refusal.code, "stdlib: %.220s", refusal.message);
	broker->has_stdlib = code == KBM_OK;
	clear(&modules);
	return code;
}
