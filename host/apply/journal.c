/* The journal's folders: numbers, locks, and files that are replaced as a whole. */
#include "apply/journal.h"

#include "apply/durable.h"
#include "apply/file_lock.h"
#include "apply/journal_parts.h"
#include "apply/state_folder.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY "entry.json"
#define LOCK  "lock"

enum { NUMBER_ATTEMPTS = 1000, FOLDER_MODE = 0700, FILE_MODE = 0600 };

struct kbm_journal {
	char *path; /* of the entry's folder */
	uint32_t number;
	int folder;
	int lock; /* held */
};

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for the journal");
}

static enum kbm_code fail(const char *path, const char *what, struct kbm_error *error)
{
	return kbm_fail(error, KBM_IO, "%.140s: the journal cannot be %s: %s", path, what,
			strerror(errno));
}

static struct kbm_journal *make(const char *state_folder, uint32_t number)
{
	struct kbm_journal *journal = malloc(sizeof *journal);
	if (journal == NULL)
		return NULL;
	*journal = (struct kbm_journal){.number = number, .folder = -1, .lock = -1};
	journal->path = kbm_journal_entry_path(state_folder, number, NULL);
	if (journal->path != NULL)
		return journal;
	free(journal);
	return NULL;
}

/* Opens an entry's folder and takes its lock. Who only asks whether it is held has it for a moment,
 * so that it is waited for. */
static enum kbm_code open_and_lock(struct kbm_journal *journal, int flags, struct kbm_error *error)
{
	char named[48];
	journal->folder = kbm_durable_open(AT_FDCWD, journal->path, O_RDONLY | O_DIRECTORY, 0);
	if (journal->folder >= 0)
		journal->lock = kbm_durable_open(journal->folder, LOCK, O_RDWR | flags, FILE_MODE);
	if (journal->lock < 0)
		return fail(journal->path, "opened", error);
	snprintf(named, sizeof named, "entry %u of the journal", (unsigned)journal->number);
	return kbm_file_lock(journal->lock, named, KBM_APPLY_LOCK_WAIT_MS, error);
}

/* --- beginning -------------------------------------------------------------------------------- */

/* Makes the folder with the next number, which no other process can make too. */
static enum kbm_code make_folder(const char *state_folder, int above, struct kbm_journal **journal,
				 struct kbm_error *error)
{
	uint32_t last = 0;
	char name[16];
	enum kbm_code code = kbm_journal_last_number(state_folder, &last, error);
	if (code != KBM_OK)
		return code;
	int made = -1;
	uint32_t number = last;
	for (int i = 0; i < NUMBER_ATTEMPTS && made != 0; i++) {
		snprintf(name, sizeof name, "%u", (unsigned)++number);
		made = (int)TEMP_FAILURE_RETRY(mkdirat(above, name, FOLDER_MODE));
		if (made != 0 && errno != EEXIST)
			break;
	}
	if (made != 0)
		return fail(state_folder, "written", error);
	struct kbm_journal *begun = make(state_folder, number);
	if (begun == NULL) {
		unlinkat(above, name, AT_REMOVEDIR);
		no_memory(error);
		return KBM_MEMORY;
	}
	*journal = begun;
	return KBM_OK;
}

static bool read_boot(char boot[static 64])
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 63);
	bool read = kbm_file_read("/proc/sys/kernel/random/boot_id", false, &bytes, NULL) == KBM_OK;
	const char *text = kbm_bytes_text(&bytes);
	snprintf(boot, 64, "%.*s", read ? (int)strcspn(text, "\n") : 0, text);
	kbm_bytes_clear(&bytes);
	return read;
}

static enum kbm_code sign(struct kbm_journal_entry *entry, uint32_t number, struct kbm_error *error)
{
	char boot[64];
	read_boot(boot);
	entry->number = number;
	entry->pid = (uint32_t)getpid();
	entry->alive = true;
	if (!kbm_journal_set_text(&entry->boot, boot) ||
	    !kbm_journal_set_text(&entry->version, KBM_VERSION))
		return no_memory(error);
	return KBM_OK;
}

/* An entry that could not be begun: nothing was done yet, so that it may go. */
static void withdraw(struct kbm_journal *journal)
{
	if (journal->folder >= 0) {
		unlinkat(journal->folder, ENTRY, 0);
		unlinkat(journal->folder, LOCK, 0);
	}
	rmdir(journal->path);
	kbm_journal_end(journal);
}

static enum kbm_code begin(const char *state_folder, int above, struct kbm_journal_entry *entry,
			   struct kbm_journal **journal, struct kbm_error *error)
{
	struct kbm_journal *made = NULL;
	enum kbm_code code = make_folder(state_folder, above, &made, error);
	if (code != KBM_OK || made == NULL)
		return code;
	code = open_and_lock(made, O_CREAT | O_EXCL, error);
	if (code == KBM_OK && !kbm_durable_sync(above))
		code = fail(made->path, "written", error);
	if (code == KBM_OK)
		code = sign(entry, made->number, error);
	if (code == KBM_OK)
		code = kbm_journal_save(made, entry, error);
	if (code == KBM_OK)
		*journal = made; /* the caller's from here */
	else
		withdraw(made);
	return code;
}

enum kbm_code kbm_journal_begin(const char *state_folder, struct kbm_journal_entry *entry,
				struct kbm_journal **journal, struct kbm_error *error)
{
	struct kbm_journal *begun = NULL;
	enum kbm_code code = KBM_OK;
	int above = -1;
	char *path = NULL;
	if (asprintf(&path, "%s/" KBM_JOURNAL_FOLDER, state_folder) < 0)
		return no_memory(error);
	code = kbm_state_folder_make(state_folder, error);
	if (code == KBM_OK)
		code = kbm_state_folder_make(path, error);
	if (code == KBM_OK)
		above = kbm_durable_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (code == KBM_OK && above < 0)
		code = fail(path, "opened", error);
	if (code == KBM_OK)
		code = begin(state_folder, above, entry, &begun, error);
	if (above >= 0)
		close(above);
	free(path);
	if (code == KBM_OK)
		*journal = begun;
	return code;
}

enum kbm_code kbm_journal_reopen(const char *state_folder, uint32_t number,
				 struct kbm_journal_entry *entry, struct kbm_journal **journal,
				 struct kbm_error *error)
{
	struct kbm_journal_entry read = {0};
	struct kbm_journal *opened = make(state_folder, number);
	if (opened == NULL)
		return no_memory(error);
	enum kbm_code code = open_and_lock(opened, 0, error);
	if (code == KBM_OK)
		code = kbm_journal_load(state_folder, number, &read, error);
	if (code == KBM_OK && read.state != KBM_JOURNAL_WORKING)
		code = kbm_fail(error, KBM_REFUSED, "entry %u of the journal came to its end: %s",
				(unsigned)number, kbm_journal_state_word(read.state));
	if (code == KBM_OK) {
		*entry = read; /* the caller's from here */
		*journal = opened;
		return KBM_OK;
	}
	kbm_journal_entry_clear(&read);
	kbm_journal_end(opened);
	return code;
}

/* --- writing ---------------------------------------------------------------------------------- */

const char *kbm_journal_folder(const struct kbm_journal *journal)
{
	return journal->path;
}

char *kbm_journal_backup_path(const struct kbm_journal *journal, const char *backup_dir,
			      const char *name, size_t index)
{
	char end[32];
	char *path = NULL;
	int length = snprintf(end, sizeof end, ".kbmend-%u", (unsigned)journal->number);
	size_t kept =
	    kbm_text_whole_characters(name, strlen(name), (size_t)NAME_MAX - (size_t)length);
	int made = backup_dir == NULL
		       ? asprintf(&path, "%s/backup-%zu", journal->path, index)
		       : asprintf(&path, "%s/%.*s%s", backup_dir, (int)kept, name, end);
	return made < 0 ? NULL : path;
}

enum kbm_code kbm_journal_store(struct kbm_journal *journal, const char *name, const void *data,
				size_t length, struct kbm_error *error)
{
	if (!kbm_durable_replace(journal->folder, name, data, length))
		return fail(journal->path, "written", error);
	return KBM_OK;
}

enum kbm_code kbm_journal_save(struct kbm_journal *journal, const struct kbm_journal_entry *entry,
			       struct kbm_error *error)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_journal_entry_write(entry, &text, error);
	if (code == KBM_OK)
		code = kbm_journal_store(journal, ENTRY, text.data, text.length, error);
	kbm_bytes_clear(&text);
	return code;
}

void kbm_journal_end(struct kbm_journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->lock >= 0)
		close(journal->lock);
	if (journal->folder >= 0)
		close(journal->folder);
	free(journal->path);
	free(journal);
}
