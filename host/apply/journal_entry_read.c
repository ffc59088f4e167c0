/* Reading a journal's entry: strict, as damaged or hostile ones must not lead to a wrong undo. */
#include "apply/journal_entry.h"

#include "apply/journal_words.h"
#include "base/limits.h"
#include "plan/json.h"
#include "plan/json_read.h"

#include <string.h>

/* Beyond it, years would have more than four digits. */
#define MAX_SECONDS 253402300799LL

#define MEMBERS(members) (members), sizeof(members) / sizeof(members)[0]

/* --- texts ------------------------------------------------------------------------------------ */

static enum kbm_code read_text(const struct kbm_member *member, char **text,
			       const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	return kbm_json_read_text(member->value, text, &there);
}

/* NULL, or the text of an absolute path. */
static enum kbm_code read_path(const struct kbm_member *member, bool may_be_null, char **path,
			       const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	if (may_be_null && json_is_null(member->value))
		return KBM_OK;
	enum kbm_code code = kbm_json_read_text(member->value, path, &there);
	if (code == KBM_OK && (*path)[0] != '/')
		code = kbm_json_refuse(&there, "an absolute path is needed here");
	return code;
}

static enum kbm_code read_word(const struct kbm_member *member, const char *const *words,
			       size_t count, size_t *index, const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	return kbm_json_read_word(member->value, words, count, index, &there);
}

static enum kbm_code read_number(const struct kbm_member *member, uint32_t *number,
				 const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	return kbm_json_read_u32(member->value, number, &there);
}

/* 64 lower-case hex digits, or nothing. */
static enum kbm_code read_sha256(const struct kbm_member *member,
				 char sha256[static KBM_SHA256_HEX_BYTES], const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	const char *text = json_string_value(member->value);
	size_t length = json_string_length(member->value);
	if (text == NULL || (length != 0 && length != KBM_SHA256_HEX_BYTES - 1) ||
	    strspn(text, "0123456789abcdef") != length)
		return kbm_json_refuse(&there, "a SHA-256 of 64 lower-case hex digits, or \"\", "
					       "is needed here");
	memcpy(sha256, text, length + 1);
	return KBM_OK;
}

static enum kbm_code read_moment(const struct kbm_member *member, int64_t *seconds,
				 const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "utc"}, {.name = "seconds"}};
	struct kbm_at there = kbm_json_below(at, member->name);
	char expected[KBM_JOURNAL_TIME_BYTES];
	uint64_t number = 0;
	enum kbm_code code = kbm_json_members(member->value, MEMBERS(members), &there);
	if (code == KBM_OK) {
		struct kbm_at below = kbm_json_below(&there, "seconds");
		code = kbm_json_read_unsigned(members[1].value, MAX_SECONDS, &number, &below);
	}
	if (code != KBM_OK)
		return code;
	kbm_journal_time((int64_t)number, expected);
	const char *text = json_string_value(members[0].value);
	if (text == NULL || strcmp(text, expected) != 0)
		return kbm_json_refuse(&there, "the text and the seconds differ");
	*seconds = (int64_t)number;
	return KBM_OK;
}

static enum kbm_code read_process(const struct kbm_member *member, struct kbm_journal_entry *entry,
				  const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "pid"}, {.name = "boot"}};
	struct kbm_at there = kbm_json_below(at, member->name);
	enum kbm_code code = kbm_json_members(member->value, MEMBERS(members), &there);
	if (code == KBM_OK)
		code = read_number(&members[0], &entry->pid, &there);
	return code == KBM_OK ? read_text(&members[1], &entry->boot, &there) : code;
}

/* --- parts ------------------------------------------------------------------------------------ */

static enum kbm_code read_hive(const json_t *value, struct kbm_journal_entry *entry,
			       const struct kbm_at *at)
{
	enum { KIND, PATH, HIVE, PHASE, BEFORE, AFTER, BACKUP, CHANGED, COUNT };
	struct kbm_member members[COUNT] = {[KIND] = {.name = "kind"},
					    [PATH] = {.name = "path"},
					    [HIVE] = {.name = "hive"},
					    [PHASE] = {.name = "phase"},
					    [BEFORE] = {.name = "sha256_before"},
					    [AFTER] = {.name = "sha256_after"},
					    [BACKUP] = {.name = "backup"},
					    [CHANGED] = {.name = "changed"}};
	struct kbm_journal_hive *hive = &entry->hives[entry->hive_count++];
	size_t phase = 0;
	enum kbm_code code = kbm_json_members(value, members, COUNT, at);
	if (code == KBM_OK)
		code = read_path(&members[PATH], false, &hive->path, at);
	if (code == KBM_OK)
		code = read_text(&members[HIVE], &hive->hive, at);
	if (code == KBM_OK)
		code =
		    read_word(&members[PHASE], kbm_hive_phase_words, KBM_HIVE_PHASES, &phase, at);
	if (code == KBM_OK)
		code = read_sha256(&members[BEFORE], hive->sha256_before, at);
	if (code == KBM_OK)
		code = read_sha256(&members[AFTER], hive->sha256_after, at);
	if (code == KBM_OK)
		code = read_path(&members[BACKUP], true, &hive->backup, at);
	if (code == KBM_OK)
		code = read_path(&members[CHANGED], true, &hive->changed, at);
	hive->phase = (enum kbm_hive_phase)phase;
	return code;
}

static enum kbm_code read_modify(const json_t *value, struct kbm_journal_modify *modify,
				 const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "dn"}, {.name = "phase"}};
	size_t phase = 0;
	enum kbm_code code = kbm_json_members(value, MEMBERS(members), at);
	if (code == KBM_OK)
		code = read_text(&members[0], &modify->dn, at);
	if (code == KBM_OK)
		code =
		    read_word(&members[1], kbm_modify_phase_words, KBM_MODIFY_PHASES, &phase, at);
	modify->phase = (enum kbm_modify_phase)phase;
	return code;
}

static enum kbm_code read_directory(const json_t *value, struct kbm_journal_entry *entry,
				    const struct kbm_at *at)
{
	struct kbm_member members[] = {{.name = "kind"}, {.name = "uri"}, {.name = "entries"}};
	void *items = NULL;
	if (entry->uri != NULL)
		return kbm_json_refuse(at, "a second directory");
	enum kbm_code code = kbm_json_members(value, MEMBERS(members), at);
	if (code == KBM_OK)
		code = read_text(&members[1], &entry->uri, at);
	if (code != KBM_OK)
		return code;
	struct kbm_at there = kbm_json_below(at, "entries");
	code = kbm_json_make_items(members[2].value, KBM_PLAN_MAX_CHANGES, sizeof *entry->modifies,
				   &items, &there);
	entry->modifies = items;
	size_t count = code == KBM_OK ? json_array_size(members[2].value) : 0;
	while (code == KBM_OK && entry->modify_count < count) {
		struct kbm_at item = kbm_json_item(&there, entry->modify_count);
		struct kbm_journal_modify *modify = &entry->modifies[entry->modify_count++];
		code = read_modify(json_array_get(members[2].value, item.index), modify, &item);
	}
	return code;
}

static enum kbm_code read_parts(const struct kbm_member *member, struct kbm_journal_entry *entry,
				const struct kbm_at *at)
{
	struct kbm_at there = kbm_json_below(at, member->name);
	void *items = NULL;
	enum kbm_code code = kbm_json_make_items(member->value, KBM_PLAN_MAX_SOURCES + 1,
						 sizeof *entry->hives, &items, &there);
	entry->hives = items;
	size_t count = code == KBM_OK ? json_array_size(member->value) : 0;
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		struct kbm_at item = kbm_json_item(&there, i);
		const json_t *value = json_array_get(member->value, i);
		const char *kind = json_string_value(json_object_get(value, "kind"));
		if (kind != NULL && strcmp(kind, "hive") == 0)
			code = read_hive(value, entry, &item);
		else if (kind != NULL && strcmp(kind, "directory") == 0)
			code = read_directory(value, entry, &item);
		else
			code = kbm_json_refuse(&item, "its kind is neither hive nor directory");
	}
	return code;
}

/* --- the entry -------------------------------------------------------------------------------- */

enum {
	SCHEMA,
	NUMBER,
	COMMAND,
	UNDOES,
	STATE,
	STARTED,
	FINISHED,
	PROCESS,
	VERSION,
	TITLE,
	MESSAGE,
	PARTS,
	ENTRY_MEMBERS
};

static enum kbm_code read_words(const struct kbm_member *members, struct kbm_journal_entry *entry,
				const struct kbm_at *at)
{
	static const char *const schemas[] = {KBM_JOURNAL_SCHEMA};
	size_t schema = 0;
	size_t command = 0;
	size_t state = 0;
	enum kbm_code code = read_word(&members[SCHEMA], schemas, 1, &schema, at);
	if (code == KBM_OK)
		code = read_word(&members[COMMAND], kbm_journal_command_words, KBM_JOURNAL_COMMANDS,
				 &command, at);
	if (code == KBM_OK)
		code = read_word(&members[STATE], kbm_journal_state_words, KBM_JOURNAL_STATES,
				 &state, at);
	entry->command = (enum kbm_journal_command)command;
	entry->state = (enum kbm_journal_state)state;
	return code;
}

static enum kbm_code read_numbers(const struct kbm_member *members, struct kbm_journal_entry *entry,
				  const struct kbm_at *at)
{
	enum kbm_code code = read_number(&members[NUMBER], &entry->number, at);
	if (code == KBM_OK)
		code = read_number(&members[UNDOES], &entry->undoes, at);
	if (code == KBM_OK)
		code = read_moment(&members[STARTED], &entry->started, at);
	if (code == KBM_OK)
		code = read_moment(&members[FINISHED], &entry->finished, at);
	if (code != KBM_OK)
		return code;
	/* An entry comes after what it undoes; anything else could go round in a circle. */
	struct kbm_at undoes = kbm_json_below(at, "undoes");
	if (entry->undoes != 0 && entry->undoes >= entry->number)
		return kbm_json_refuse(&undoes, "an entry can undo earlier ones only");
	if ((entry->undoes != 0) != (entry->command == KBM_JOURNAL_UNDO))
		return kbm_json_refuse(&undoes, "this is for an undo, and only for one");
	return KBM_OK;
}

static enum kbm_code read_entry(const json_t *value, struct kbm_journal_entry *entry,
				const struct kbm_at *at)
{
	struct kbm_member members[ENTRY_MEMBERS] = {
	    [SCHEMA] = {.name = "schema"},     [NUMBER] = {.name = "number"},
	    [COMMAND] = {.name = "command"},   [UNDOES] = {.name = "undoes"},
	    [STATE] = {.name = "state"},       [STARTED] = {.name = "started"},
	    [FINISHED] = {.name = "finished"}, [PROCESS] = {.name = "process"},
	    [VERSION] = {.name = "version"},   [TITLE] = {.name = "title"},
	    [MESSAGE] = {.name = "message"},   [PARTS] = {.name = "parts"}};
	enum kbm_code code = kbm_json_members(value, members, ENTRY_MEMBERS, at);
	if (code == KBM_OK)
		code = read_words(members, entry, at);
	if (code == KBM_OK)
		code = read_numbers(members, entry, at);
	if (code == KBM_OK)
		code = read_process(&members[PROCESS], entry, at);
	if (code == KBM_OK)
		code = read_text(&members[VERSION], &entry->version, at);
	if (code == KBM_OK)
		code = read_text(&members[TITLE], &entry->title, at);
	if (code == KBM_OK)
		code = read_text(&members[MESSAGE], &entry->message, at);
	return code == KBM_OK ? read_parts(&members[PARTS], entry, at) : code;
}

enum kbm_code kbm_journal_entry_read(const char *text, size_t length,
				     struct kbm_journal_entry *entry, struct kbm_error *error)
{
	json_t *value = NULL;
	struct kbm_journal_entry made = {0};
	enum kbm_code code = kbm_json_load(text, length, &value, error);
	if (code != KBM_OK)
		return code;
	const struct kbm_at root = {.up = NULL, .member = "entry", .index = 0, .error = error};
	code = read_entry(value, &made, &root);
	json_decref(value);
	if (code == KBM_OK) {
		*entry = made; /* the caller's from here */
		made = (struct kbm_journal_entry){0};
	}
	kbm_journal_entry_clear(&made);
	return code;
}
