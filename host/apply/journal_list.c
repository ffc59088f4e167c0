/* Reading the journal. */
#include "apply/journal.h"

#include "apply/durable.h"
#include "apply/journal_parts.h"
#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NUMBER_DIGITS = 9 };

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for the journal");
}

char *kbm_journal_entry_path(const char *state_folder, uint32_t number, const char *name)
{
	char *path = NULL;
	int made = asprintf(&path, "%s/" KBM_JOURNAL_FOLDER "/%u%s%s", state_folder,
			    (unsigned)number, name == NULL ? "" : "/", name == NULL ? "" : name);
	return made < 0 ? NULL : path;
}

/* --- numbers ---------------------------------------------------------------------------------- */

struct numbers {
	uint32_t *items;
	size_t count;
	size_t room;
};

/* A folder's name as we write it: one spelling a number. 0: something else. */
static uint32_t number_of(const char *name)
{
	uint32_t number = 0;
	size_t length = strlen(name);
	if (length == 0 || length > NUMBER_DIGITS || name[0] == '0' ||
	    strspn(name, "0123456789") != length)
		return 0;
	for (; *name != '\0'; name++)
		number = number * 10 + (uint32_t)(*name - '0');
	return number;
}

static enum kbm_code add_number(struct numbers *numbers, uint32_t number, struct kbm_error *error)
{
	if (numbers->count == KBM_JOURNAL_MAX_ENTRIES)
		return kbm_fail(error, KBM_LIMIT,
				"the journal has more than %u entries; move old ones away",
				KBM_JOURNAL_MAX_ENTRIES);
	if (numbers->count == numbers->room) {
		size_t room = numbers->room == 0 ? 64 : numbers->room * 2;
		uint32_t *items = realloc(numbers->items, room * sizeof *items);
		if (items == NULL)
			return no_memory(error);
		numbers->items = items;
		numbers->room = room;
	}
	numbers->items[numbers->count++] = number;
	return KBM_OK;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

static enum kbm_code read_names(DIR *folder, const char *path, struct numbers *numbers,
				struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK) {
		errno = 0;
		const struct dirent *met = readdir(folder);
		if (met == NULL && errno != 0)
			return kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
		if (met == NULL)
			break;
		uint32_t number = number_of(met->d_name);
		if (number != 0)
			code = add_number(numbers, number, error);
	}
	if (numbers->count > 0)
		qsort(numbers->items, numbers->count, sizeof *numbers->items, by_number);
	return code;
}

/* All numbers, ascending; none when there is no journal. On success they are the caller's. */
static enum kbm_code find_numbers(const char *state_folder, struct numbers *numbers,
				  struct kbm_error *error)
{
	char *path = NULL;
	if (asprintf(&path, "%s/" KBM_JOURNAL_FOLDER, state_folder) < 0)
		return no_memory(error);
	struct numbers found = {0};
	enum kbm_code code = KBM_OK;
	int descriptor = kbm_durable_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *folder = descriptor < 0 ? NULL : fdopendir(descriptor);
	if (folder != NULL)
		code = read_names(folder, path, &found, error);
	else if (errno != ENOENT)
		code = kbm_fail(error, KBM_IO, "%.160s: %s", path, strerror(errno));
	if (folder != NULL)
		closedir(folder);
	else if (descriptor >= 0)
		close(descriptor);
	free(path);
	if (code == KBM_OK)
		*numbers = found;
	else
		free(found.items);
	return code;
}

enum kbm_code kbm_journal_last_number(const char *state_folder, uint32_t *number,
				      struct kbm_error *error)
{
	struct numbers numbers = {0};
	enum kbm_code code = find_numbers(state_folder, &numbers, error);
	if (code == KBM_OK)
		*number = numbers.count == 0 ? 0 : numbers.items[numbers.count - 1];
	free(numbers.items);
	return code;
}

/* --- one entry -------------------------------------------------------------------------------- */

/* Whether a process holds the entry's lock. Where that cannot be told it counts as held: an apply
 * that lives must not be taken for an interrupted one. */
static bool is_alive(const char *state_folder, uint32_t number)
{
	char *path = kbm_journal_entry_path(state_folder, number, "lock");
	if (path == NULL)
		return true;
	int lock = kbm_durable_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	bool alive =
	    lock < 0 ? errno != ENOENT : TEMP_FAILURE_RETRY(flock(lock, LOCK_SH | LOCK_NB)) != 0;
	if (lock >= 0)
		close(lock);
	free(path);
	return alive;
}

static enum kbm_code parse(const char *path, uint32_t number, const struct kbm_bytes *text,
			   struct kbm_journal_entry *entry, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	struct kbm_journal_entry read = {0};
	enum kbm_code code =
	    kbm_journal_entry_read((const char *)text->data, text->length, &read, &reason);
	if (code == KBM_OK && read.number != number)
		code = kbm_fail(&reason, KBM_INVALID, "is the entry of number %u",
				(unsigned)read.number);
	if (code != KBM_OK) {
		kbm_journal_entry_clear(&read);
		return kbm_fail(error, code, "%.110s: %.120s", path, reason.message);
	}
	*entry = read;
	return KBM_OK;
}

static bool has_file(const char *state_folder, uint32_t number, const char *name)
{
	struct stat status;
	char *path = kbm_journal_entry_path(state_folder, number, name);
	bool has = path == NULL || lstat(path, &status) == 0;
	free(path);
	return has;
}

/* An entry says what it is before it keeps anything: what has kept something has lost its word. */
static enum kbm_code refuse_lost(const char *state_folder, uint32_t number, const char *path,
				 struct kbm_error *error)
{
	static const char *const kept[] = {"plan.json", "undo.json", "backup-1"};
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (has_file(state_folder, number, kept[i]))
			return kbm_fail(error, KBM_INVALID,
					"%.150s is lost; what was applied, and the backups, are "
					"beside it",
					path);
	return KBM_OK;
}

/* A folder without entry.json: its apply ended, or begins, before it could say what it is. */
static enum kbm_code make_nameless(uint32_t number, bool alive, struct kbm_journal_entry *entry,
				   struct kbm_error *error)
{
	struct kbm_journal_entry made = {.number = number,
					 .state = alive ? KBM_JOURNAL_WORKING : KBM_JOURNAL_FAILED};
	if (!kbm_journal_set_text(&made.boot, "") || !kbm_journal_set_text(&made.version, "") ||
	    !kbm_journal_set_text(&made.title, "") ||
	    !kbm_journal_set_text(&made.message,
				  alive ? "" : "interrupted before it did anything")) {
		kbm_journal_entry_clear(&made);
		return no_memory(error);
	}
	*entry = made;
	return KBM_OK;
}

/* The lock is asked before the entry is read: an apply that ends in between is read as ended. */
static enum kbm_code read_entry(const char *state_folder, uint32_t number,
				struct kbm_journal_entry *entry, struct kbm_error *error)
{
	struct kbm_bytes text;
	char *path = kbm_journal_entry_path(state_folder, number, "entry.json");
	if (path == NULL)
		return no_memory(error);
	kbm_bytes_init(&text, KBM_PLAN_MAX_FILE_BYTES);
	bool alive = is_alive(state_folder, number);
	enum kbm_code code = kbm_file_read(path, false, &text, error);
	if (code == KBM_NOT_FOUND) {
		code = refuse_lost(state_folder, number, path, error);
		if (code == KBM_OK)
			code = make_nameless(number, alive, entry, error);
	} else if (code == KBM_OK)
		code = parse(path, number, &text, entry, error);
	if (code == KBM_OK)
		entry->alive = alive;
	kbm_bytes_clear(&text);
	free(path);
	return code;
}

/* --- many ------------------------------------------------------------------------------------- */

/* From the newest to the oldest: an undo that was undone itself does not count. */
static void tell_undone(struct kbm_journal_list *list)
{
	for (size_t i = list->count; i-- > 0;) {
		const struct kbm_journal_entry *undo = &list->items[i].entry;
		if (!list->items[i].readable || undo->command != KBM_JOURNAL_UNDO ||
		    undo->state != KBM_JOURNAL_UNDONE || undo->undone_by != 0)
			continue;
		for (size_t j = i; j-- > 0;)
			if (list->items[j].number == undo->undoes)
				list->items[j].entry.undone_by = undo->number;
	}
}

/* Entries from a number on. */
static enum kbm_code list_from(const char *state_folder, uint32_t first,
			       struct kbm_journal_list *list, struct kbm_error *error)
{
	struct numbers numbers = {0};
	enum kbm_code code = find_numbers(state_folder, &numbers, error);
	if (code != KBM_OK)
		return code;
	struct kbm_journal_list made = {calloc(numbers.count + 1, sizeof *made.items), 0};
	if (made.items == NULL) {
		free(numbers.items);
		return no_memory(error);
	}
	for (size_t i = 0; code == KBM_OK && i < numbers.count; i++) {
		if (numbers.items[i] < first)
			continue;
		struct kbm_journal_listed *item = &made.items[made.count++];
		item->number = numbers.items[i];
		enum kbm_code read =
		    read_entry(state_folder, item->number, &item->entry, &item->problem);
		item->readable = read == KBM_OK;
		if (read == KBM_MEMORY)
			code = no_memory(error);
	}
	free(numbers.items);
	if (code != KBM_OK) {
		kbm_journal_list_clear(&made);
		return code;
	}
	tell_undone(&made);
	*list = made;
	return KBM_OK;
}

enum kbm_code kbm_journal_list(const char *state_folder, struct kbm_journal_list *list,
			       struct kbm_error *error)
{
	return list_from(state_folder, 1, list, error);
}

void kbm_journal_list_clear(struct kbm_journal_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		kbm_journal_entry_clear(&list->items[i].entry);
	free(list->items);
	*list = (struct kbm_journal_list){0};
}

enum kbm_code kbm_journal_load(const char *state_folder, uint32_t number,
			       struct kbm_journal_entry *entry, struct kbm_error *error)
{
	struct kbm_journal_list list = {0};
	enum kbm_code code = list_from(state_folder, number, &list, error);
	if (code != KBM_OK)
		return code;
	if (list.count == 0 || list.items[0].number != number) {
		code = kbm_fail(error, KBM_NOT_FOUND, "the journal in %.120s has no entry %u",
				state_folder, (unsigned)number);
	} else if (!list.items[0].readable) {
		code = list.items[0].problem.code;
		if (error != NULL)
			*error = list.items[0].problem;
	} else {
		*entry = list.items[0].entry; /* the caller's from here */
		list.items[0].entry = (struct kbm_journal_entry){0};
	}
	kbm_journal_list_clear(&list);
	return code;
}

enum kbm_code kbm_journal_fetch(const char *state_folder, uint32_t number, const char *name,
				struct kbm_bytes *out, struct kbm_error *error)
{
	char *path = kbm_journal_entry_path(state_folder, number, name);
	if (path == NULL)
		return no_memory(error);
	enum kbm_code code = kbm_file_read(path, false, out, error);
	free(path);
	return code;
}

bool kbm_journal_is_interrupted(const struct kbm_journal_entry *entry)
{
	return entry->state == KBM_JOURNAL_WORKING && !entry->alive;
}
