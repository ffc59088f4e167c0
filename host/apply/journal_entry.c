/* One apply or undo: plain data, written as JSON. */
#include "apply/journal_entry.h"

#include "apply/journal_words.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const kbm_journal_command_words[] = {
    [KBM_JOURNAL_APPLY] = "apply",
    [KBM_JOURNAL_UNDO] = "undo",
};
const char *const kbm_journal_state_words[] = {
    [KBM_JOURNAL_WORKING] = "working",
    [KBM_JOURNAL_FIXED] = "fixed",
    [KBM_JOURNAL_UNDONE] = "undone",
    [KBM_JOURNAL_FAILED] = "failed",
    [KBM_JOURNAL_FAILED_CHANGED] = "failed-changed",
    [KBM_JOURNAL_FAILED_UNKNOWN] = "failed-unknown",
};
const char *const kbm_hive_phase_words[] = {
    [KBM_HIVE_PLANNED] = "planned",	  [KBM_HIVE_BACKED_UP] = "backed up",
    [KBM_HIVE_WRITTEN] = "written",	  [KBM_HIVE_REPLACED] = "replaced",
    [KBM_HIVE_TAKEN_BACK] = "taken back",
};
const char *const kbm_modify_phase_words[] = {
    [KBM_MODIFY_PLANNED] = "planned", [KBM_MODIFY_SENT] = "sent",
    [KBM_MODIFY_DONE] = "done",	      [KBM_MODIFY_TAKEN_BACK] = "taken back",
    [KBM_MODIFY_UNKNOWN] = "unknown",
};

const char *kbm_journal_state_word(enum kbm_journal_state state)
{
	return kbm_journal_state_words[state];
}

const char *kbm_hive_phase_word(enum kbm_hive_phase phase)
{
	return kbm_hive_phase_words[phase];
}

const char *kbm_modify_phase_word(enum kbm_modify_phase phase)
{
	return kbm_modify_phase_words[phase];
}

/* --- data ------------------------------------------------------------------------------------- */

static void clear_hive(struct kbm_journal_hive *hive)
{
	free(hive->path);
	free(hive->hive);
	free(hive->backup);
	free(hive->changed);
}

void kbm_journal_entry_clear(struct kbm_journal_entry *entry)
{
	for (size_t i = 0; i < entry->hive_count; i++)
		clear_hive(&entry->hives[i]);
	for (size_t i = 0; i < entry->modify_count; i++)
		free(entry->modifies[i].dn);
	free(entry->hives);
	free(entry->modifies);
	free(entry->boot);
	free(entry->version);
	free(entry->title);
	free(entry->message);
	free(entry->uri);
	*entry = (struct kbm_journal_entry){0};
}

bool kbm_journal_set_text(char **text, const char *value)
{
	char *copy = strdup(value);
	if (copy == NULL)
		return false;
	free(*text);
	*text = copy;
	return true;
}

struct kbm_journal_hive *kbm_journal_add_hive(struct kbm_journal_entry *entry, const char *path,
					      const char *hive)
{
	struct kbm_journal_hive *hives =
	    realloc(entry->hives, (entry->hive_count + 1) * sizeof *hives);
	if (hives == NULL)
		return NULL;
	entry->hives = hives;
	struct kbm_journal_hive *added = &hives[entry->hive_count];
	*added = (struct kbm_journal_hive){.path = strdup(path), .hive = strdup(hive)};
	if (added->path == NULL || added->hive == NULL) {
		clear_hive(added);
		return NULL;
	}
	entry->hive_count++;
	return added;
}

struct kbm_journal_modify *kbm_journal_add_modify(struct kbm_journal_entry *entry, const char *dn)
{
	struct kbm_journal_modify *modifies =
	    realloc(entry->modifies, (entry->modify_count + 1) * sizeof *modifies);
	if (modifies == NULL)
		return NULL;
	entry->modifies = modifies;
	struct kbm_journal_modify *added = &modifies[entry->modify_count];
	*added = (struct kbm_journal_modify){.dn = strdup(dn)};
	if (added->dn == NULL)
		return NULL;
	entry->modify_count++;
	return added;
}

void kbm_journal_time(int64_t seconds, char text[static KBM_JOURNAL_TIME_BYTES])
{
	struct tm parts;
	time_t moment = (time_t)seconds;
	if (seconds == 0 || gmtime_r(&moment, &parts) == NULL ||
	    strftime(text, KBM_JOURNAL_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		text[0] = '\0';
}

/* --- writing ---------------------------------------------------------------------------------- */

static const char *text_of(const char *text)
{
	return text == NULL ? "" : text;
}

static json_t *hive_part(const struct kbm_journal_hive *hive)
{
	json_t *part = json_object();
	return kbm_json_whole(
	    part, part != NULL && kbm_json_put_text(part, "kind", "hive") &&
		      kbm_json_put_text(part, "path", hive->path) &&
		      kbm_json_put_text(part, "hive", hive->hive) &&
		      kbm_json_put_text(part, "phase", kbm_hive_phase_word(hive->phase)) &&
		      kbm_json_put_text(part, "sha256_before", hive->sha256_before) &&
		      kbm_json_put_text(part, "sha256_after", hive->sha256_after) &&
		      kbm_json_put_text(part, "backup", hive->backup) &&
		      kbm_json_put_text(part, "changed", hive->changed));
}

static json_t *modify_item(const struct kbm_journal_modify *modify)
{
	json_t *item = json_object();
	return kbm_json_whole(
	    item, item != NULL && kbm_json_put_text(item, "dn", modify->dn) &&
		      kbm_json_put_text(item, "phase", kbm_modify_phase_word(modify->phase)));
}

static json_t *directory_part(const struct kbm_journal_entry *entry)
{
	json_t *part = json_object();
	json_t *entries = NULL;
	bool done = part != NULL && kbm_json_put_text(part, "kind", "directory") &&
		    kbm_json_put_text(part, "uri", entry->uri) &&
		    kbm_json_put_array(part, "entries", &entries);
	for (size_t i = 0; done && i < entry->modify_count; i++)
		done = kbm_json_append(entries, modify_item(&entry->modifies[i]));
	return kbm_json_whole(part, done);
}

static bool put_parts(json_t *object, const struct kbm_journal_entry *entry)
{
	json_t *parts = NULL;
	bool done = kbm_json_put_array(object, "parts", &parts);
	for (size_t i = 0; done && i < entry->hive_count; i++)
		done = kbm_json_append(parts, hive_part(&entry->hives[i]));
	if (done && entry->uri != NULL)
		done = kbm_json_append(parts, directory_part(entry));
	return done;
}

static bool put_moment(json_t *object, const char *name, int64_t seconds)
{
	char text[KBM_JOURNAL_TIME_BYTES];
	json_t *moment = json_object();
	kbm_journal_time(seconds, text);
	bool done = moment != NULL && kbm_json_put_text(moment, "utc", text) &&
		    kbm_json_put(moment, "seconds", json_integer(seconds));
	return kbm_json_put(object, name, kbm_json_whole(moment, done));
}

static bool put_process(json_t *object, const struct kbm_journal_entry *entry)
{
	json_t *process = json_object();
	bool done = process != NULL && kbm_json_put(process, "pid", json_integer(entry->pid)) &&
		    kbm_json_put_text(process, "boot", text_of(entry->boot));
	return kbm_json_put(object, "process", kbm_json_whole(process, done));
}

static json_t *entry_object(const struct kbm_journal_entry *entry)
{
	json_t *object = json_object();
	return kbm_json_whole(
	    object,
	    object != NULL && kbm_json_put_text(object, "schema", KBM_JOURNAL_SCHEMA) &&
		kbm_json_put(object, "number", json_integer(entry->number)) &&
		kbm_json_put_text(object, "command", kbm_journal_command_words[entry->command]) &&
		kbm_json_put(object, "undoes", json_integer(entry->undoes)) &&
		kbm_json_put_text(object, "state", kbm_journal_state_word(entry->state)) &&
		put_moment(object, "started", entry->started) &&
		put_moment(object, "finished", entry->finished) && put_process(object, entry) &&
		kbm_json_put_text(object, "version", text_of(entry->version)) &&
		kbm_json_put_text(object, "title", text_of(entry->title)) &&
		kbm_json_put_text(object, "message", text_of(entry->message)) &&
		put_parts(object, entry));
}

enum kbm_code kbm_journal_entry_write(const struct kbm_journal_entry *entry, struct kbm_bytes *out,
				      struct kbm_error *error)
{
	json_t *object = entry_object(entry);
	if (object == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a journal's entry");
	enum kbm_code code = kbm_json_write(object, true, out, error);
	json_decref(object);
	return code;
}
