/* The least that `kbmend apply` does with files, for tests that disturb it:
 *
 *	hive_file_driver apply STATE HIVE    changes a byte and adds a page, with an entry in the
 *journal hive_file_driver undo STATE NUMBER   puts the backup of an entry back, with an entry of
 *its own hive_file_driver recover STATE       settles what was interrupted, and prints all entries
 *
 * Exit status: 0 done and proven; 4 failed, the hive is as it was; 5 failed, the hive is changed;
 * 6 the journal could not be begun or read. */
#include "apply/hive_file.h"
#include "apply/journal.h"
#include "apply/journal_examine.h"
#include "base/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DONE = 0, UNCHANGED = 4, CHANGED = 5, NO_JOURNAL = 6, PAGE = 4096, NOW = 1700000000 };

struct work {
	const char *state;
	struct kbm_journal_entry entry;
	struct kbm_journal *journal;
	struct kbm_hive_file file;
	bool replaced;
	struct kbm_error error;
};

static void say(const struct work *work)
{
	fprintf(stderr, "hive_file_driver: %s\n", work->error.message);
}

static struct kbm_journal_hive *hive_of(struct work *work)
{
	return &work->entry.hives[0];
}

static enum kbm_code begin(struct work *work, enum kbm_journal_command command, const char *path)
{
	work->file = KBM_HIVE_FILE_NONE;
	enum kbm_code code = kbm_hive_file_open(path, &work->file, &work->error);
	if (code != KBM_OK)
		return code;
	work->entry.command = command;
	work->entry.started = NOW;
	if (!kbm_journal_set_text(&work->entry.title, "test") ||
	    kbm_journal_add_hive(&work->entry, work->file.absolute, "SYSTEM") == NULL)
		return KBM_MEMORY;
	return kbm_journal_begin(work->state, &work->entry, &work->journal, &work->error);
}

static enum kbm_code save(struct work *work, enum kbm_hive_phase phase)
{
	hive_of(work)->phase = phase;
	return kbm_journal_save(work->journal, &work->entry, &work->error);
}

/* The names of what will be made are saved before it is made. */
static enum kbm_code back_up(struct work *work)
{
	struct kbm_journal_hive *hive = hive_of(work);
	const char *name = strrchr(hive->path, '/') + 1;
	hive->changed = kbm_hive_file_changed_path(hive->path, work->entry.number);
	hive->backup = kbm_journal_backup_path(work->journal, NULL, name, 0);
	if (hive->changed == NULL || hive->backup == NULL)
		return KBM_MEMORY;
	enum kbm_code code = save(work, KBM_HIVE_PLANNED);
	if (code == KBM_OK)
		code = kbm_hive_file_back_up(&work->file, hive->backup, hive->sha256_before,
					     &work->error);
	return code == KBM_OK ? save(work, KBM_HIVE_BACKED_UP) : code;
}

static bool write_at(int descriptor, const uint8_t *data, size_t length, off_t at)
{
	while (length > 0) {
		ssize_t written = TEMP_FAILURE_RETRY(pwrite(descriptor, data, length, at));
		if (written <= 0)
			return false;
		data += written;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

/* What the new file has to be: kbmend's verification in small. */
static enum kbm_code expect(struct work *work, char sha256[static KBM_SHA256_HEX_BYTES])
{
	size_t size = (size_t)work->file.opened.st_size;
	uint8_t *content = malloc(size + PAGE);
	if (content == NULL)
		return KBM_MEMORY;
	enum kbm_code code = KBM_OK;
	for (size_t at = 0; at < size && code == KBM_OK;) {
		ssize_t got = TEMP_FAILURE_RETRY(
		    pread(work->file.original, content + at, size - at, (off_t)at));
		if (got <= 0)
			code = kbm_fail(&work->error, KBM_IO, "the hive cannot be read");
		else
			at += (size_t)got;
	}
	if (code == KBM_OK) {
		memset(content + size, 'n', PAGE);
		content[0] = 'n';
		kbm_sha256_hex(content, size + PAGE, sha256);
	}
	free(content);
	return code;
}

static enum kbm_code change(struct work *work)
{
	uint64_t size = (uint64_t)work->file.opened.st_size;
	struct kbm_journal_hive *hive = hive_of(work);
	uint8_t page[PAGE];
	memset(page, 'n', sizeof page);
	enum kbm_code code = kbm_hive_file_begin(
	    &work->file, work->entry.number, work->file.original, size + 2 * PAGE, &work->error);
	if (code != KBM_OK)
		return code;
	if (!write_at(work->file.changed, page, 1, 0) ||
	    !write_at(work->file.changed, page, PAGE, (off_t)size))
		return kbm_fail(&work->error, KBM_IO, "the change was not written");
	code = kbm_hive_file_cut(&work->file, size + PAGE, &work->error);
	if (code == KBM_OK)
		code = expect(work, hive->sha256_after);
	if (code == KBM_OK)
		code = save(work, KBM_HIVE_WRITTEN);
	if (code == KBM_OK)
		code = kbm_hive_file_replace(&work->file, hive->sha256_after, &work->replaced,
					     &work->error);
	return code == KBM_OK ? save(work, KBM_HIVE_REPLACED) : code;
}

/* What a failure leaves is put right, and the entry closed. */
static int end(struct work *work, enum kbm_code code, enum kbm_journal_state good)
{
	struct kbm_error ignored;
	bool back = false;
	if (work->journal == NULL) {
		say(work);
		kbm_hive_file_close(&work->file);
		kbm_journal_entry_clear(&work->entry);
		return NO_JOURNAL;
	}
	work->entry.state = good;
	work->entry.finished = NOW + 1;
	if (code == KBM_OK)
		code = kbm_journal_save(work->journal, &work->entry, &work->error);
	if (code != KBM_OK) {
		say(work);
		kbm_journal_set_text(&work->entry.message, work->error.message);
		if (work->replaced &&
		    kbm_hive_file_restore(&work->file, hive_of(work)->backup,
					  hive_of(work)->sha256_before, work->entry.number, &back,
					  &ignored) == KBM_OK)
			hive_of(work)->phase = KBM_HIVE_TAKEN_BACK;
		work->replaced = work->replaced && !back;
		work->entry.state =
		    work->replaced ? KBM_JOURNAL_FAILED_CHANGED : KBM_JOURNAL_FAILED;
		kbm_hive_file_discard(&work->file);
		kbm_journal_save(work->journal, &work->entry, &ignored);
	}
	int status = code == KBM_OK ? DONE : work->replaced ? CHANGED : UNCHANGED;
	kbm_hive_file_close(&work->file);
	kbm_journal_end(work->journal);
	kbm_journal_entry_clear(&work->entry);
	return status;
}

static int apply(const char *state, const char *path)
{
	struct work work = {.state = state};
	enum kbm_code code = begin(&work, KBM_JOURNAL_APPLY, path);
	if (code == KBM_OK)
		code = back_up(&work);
	if (code == KBM_OK)
		code = change(&work);
	return end(&work, code, KBM_JOURNAL_FIXED);
}

static enum kbm_code put_back(struct work *work, const struct kbm_journal_hive *then)
{
	struct kbm_journal_hive *hive = hive_of(work);
	memcpy(hive->sha256_after, then->sha256_before, sizeof hive->sha256_after);
	enum kbm_code code = save(work, KBM_HIVE_WRITTEN);
	if (code == KBM_OK)
		code = kbm_hive_file_restore(&work->file, then->backup, then->sha256_before,
					     work->entry.number, &work->replaced, &work->error);
	return code == KBM_OK ? save(work, KBM_HIVE_REPLACED) : code;
}

static int undo(const char *state, const char *number)
{
	struct work work = {.state = state, .file = KBM_HIVE_FILE_NONE};
	struct kbm_journal_entry then = {0};
	enum kbm_code code =
	    kbm_journal_load(state, (uint32_t)strtoul(number, NULL, 10), &then, &work.error);
	if (code == KBM_OK) {
		work.entry.undoes = then.number;
		code = begin(&work, KBM_JOURNAL_UNDO, then.hives[0].path);
	}
	if (code == KBM_OK)
		code = back_up(&work);
	if (code == KBM_OK &&
	    strcmp(hive_of(&work)->sha256_before, then.hives[0].sha256_after) != 0)
		code = kbm_fail(&work.error, KBM_REFUSED, "the hive was changed since");
	if (code == KBM_OK)
		code = put_back(&work, &then.hives[0]);
	int status = end(&work, code, KBM_JOURNAL_UNDONE);
	kbm_journal_entry_clear(&then);
	return status;
}

/* --- recovery --------------------------------------------------------------------------------- */

static enum kbm_code settle(const char *state, uint32_t number, struct kbm_error *error)
{
	struct kbm_journal *journal = NULL;
	struct kbm_journal_entry entry = {0};
	struct kbm_hive_standing standing[KBM_MAX_TARGETS];
	enum kbm_code code = kbm_journal_reopen(state, number, &entry, &journal, error);
	if (code != KBM_OK)
		return code;
	kbm_journal_examine(&entry, standing);
	code = kbm_journal_clean(journal, &entry, error);
	if (code == KBM_OK) {
		bool before = standing[0].file == KBM_STANDING_BEFORE;
		entry.state = before ? KBM_JOURNAL_FAILED : KBM_JOURNAL_FAILED_CHANGED;
		entry.finished = NOW + 2;
		code = kbm_journal_save(journal, &entry, error);
	}
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
	return code;
}

static int recover(const char *state)
{
	struct kbm_journal_list list = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_journal_list(state, &list, &error);
	for (size_t i = 0; code == KBM_OK && i < list.count; i++) {
		struct kbm_journal_listed *item = &list.items[i];
		bool interrupted = item->readable && kbm_journal_is_interrupted(&item->entry);
		struct kbm_journal_entry now = {0};
		if (interrupted)
			code = settle(state, item->number, &error);
		if (code == KBM_OK && item->readable)
			code = kbm_journal_load(state, item->number, &now, &error);
		if (code == KBM_OK)
			printf("%u %s%s\n", (unsigned)item->number,
			       item->readable ? kbm_journal_state_word(now.state) : "unreadable",
			       interrupted ? " interrupted" : "");
		kbm_journal_entry_clear(&now);
	}
	if (code != KBM_OK)
		fprintf(stderr, "hive_file_driver: %s\n", error.message);
	kbm_journal_list_clear(&list);
	return code == KBM_OK ? DONE : NO_JOURNAL;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "apply") == 0)
		return apply(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "undo") == 0)
		return undo(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "recover") == 0)
		return recover(argv[2]);
	fprintf(stderr,
		"usage: hive_file_driver apply STATE HIVE | undo STATE NUMBER | recover STATE\n");
	return 64;
}
