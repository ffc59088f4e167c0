/* Changing a hive's file: a copy is edited and verified in jailed jobs, then takes its place. */
#include "apply/applier.h"

#include "base/absolute.h"
#include "base/clock.h"
#include "base/file_state.h"
#include "base/limits.h"
#include "guard/hive_logs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct kbm_journal_hive *record_of(struct kbm_apply *apply, const struct kbm_part *part)
{
	return &apply->entry.hives[part->record];
}

/* A reason, told of the hive's file. */
static enum kbm_code fail_about(const struct kbm_part *part, enum kbm_code code,
				const struct kbm_error *reason, struct kbm_error *error)
{
	return kbm_fail(error, code, "%.80s: %.150s", part->source->path, reason->message);
}

/* --- opening -----------------------------------------------------------------------------------
 */

/* Whether a hive that was made of the file and its logs is changed, instead of the file. */
static bool is_recovered(const struct kbm_part *part)
{
	return part->source->recovered && part->restore == NULL;
}

static int content_of(const struct kbm_part *part)
{
	return is_recovered(part) ? part->source->descriptor : part->file.original;
}

/* Its size in bytes; 0 when that cannot be had, which no hive has. */
static uint64_t content_size(const struct kbm_part *part)
{
	struct stat content;
	return fstat(content_of(part), &content) == 0 ? (uint64_t)content.st_size : 0;
}

/* The file that is locked now must be the one that the plan's checks read. */
static enum kbm_code open_hive(struct kbm_part *part, struct kbm_error *error)
{
	struct stat read;
	if (is_recovered(part) && !part->recovers)
		return kbm_hive_refuse_recovered(part->source, error);
	if (part->source->dirty && part->restore == NULL)
		return kbm_fail(error, KBM_REFUSED, "%.80s: %.150s", part->source->path,
				part->source->dirty_reason);
	enum kbm_code code = kbm_hive_file_open(part->source->path, &part->file, error);
	if (code != KBM_OK)
		return code;
	const struct stat *opened = &part->file.opened;
	if (fstat(part->source->file, &read) != 0 || !kbm_file_state_same_file(&read, opened) ||
	    !kbm_file_state_same_content(&read, opened))
		return kbm_fail(error, KBM_REFUSED,
				"%.110s: another program, perhaps another kbmend, replaced it "
				"since it was read; run again",
				part->source->path);
	return is_recovered(part) ? kbm_hive_logs_check_unchanged(part->source, error) : KBM_OK;
}

static enum kbm_code record_hive(struct kbm_apply *apply, struct kbm_part *part,
				 struct kbm_error *error)
{
	part->record = apply->entry.hive_count;
	if (kbm_journal_add_hive(&apply->entry, part->file.absolute, part->source->hive) == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	return KBM_OK;
}

static enum kbm_code back_up_hive(struct kbm_apply *apply, struct kbm_part *part,
				  struct kbm_error *error)
{
	struct kbm_journal_hive *record = record_of(apply, part);
	free(record->backup);
	record->backup =
	    kbm_journal_backup_path(apply->journal, apply->order->backup_folder,
				    kbm_path_last(part->file.absolute), part->record + 1);
	if (record->backup == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_apply_save(apply, error);
	if (code == KBM_OK)
		code = kbm_hive_file_back_up(&part->file, record->backup, record->sha256_before,
					     error);
	if (code == KBM_OK)
		record->phase = KBM_HIVE_BACKED_UP;
	return code;
}

/* --- the new file ------------------------------------------------------------------------------
 */

/* The journal knows the new file's name before there is one. */
static enum kbm_code note_new_file(struct kbm_apply *apply, struct kbm_part *part,
				   struct kbm_error *error)
{
	struct kbm_journal_hive *record = record_of(apply, part);
	free(record->changed);
	record->changed = kbm_hive_file_changed_path(part->file.absolute, apply->entry.number);
	return record->changed == NULL ? kbm_fail(error, KBM_MEMORY, "out of memory")
				       : kbm_apply_save(apply, error);
}

/* The file anew, for a child: a copy of the descriptor would hold the lock as long as the worker
 * lives. */
static int open_anew(int descriptor, int flags)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	return open(path, flags | O_CLOEXEC);
}

/* Room for what the changes hold, for the lists that grow by them, and for what does not fit into
 * free cells. */
static uint64_t room_for(const struct kbm_part *part, uint64_t least)
{
	uint64_t room = content_size(part) + least;
	for (size_t i = 0; i < part->change_count; i++)
		for (size_t j = 0; j < part->changes[i].after.value_count; j++)
			room += 2 * part->changes[i].after.values[j].length;
	return room < KBM_HIVE_MAX_BYTES ? room : KBM_HIVE_MAX_BYTES;
}

static enum kbm_code edit_once(struct kbm_apply *apply, struct kbm_part *part, uint64_t room,
			       uint64_t *length, struct kbm_error *error)
{
	enum kbm_code code =
	    kbm_hive_file_begin(&part->file, apply->entry.number, content_of(part), room, error);
	if (code != KBM_OK)
		return code;
	int copy = open_anew(part->file.changed, O_RDWR);
	if (copy < 0)
		return kbm_fail(error, KBM_IO, "%.120s: the new file cannot be opened: %s",
				part->source->path, strerror(errno));
	const struct kbm_edit edit = {
	    .copy = copy,
	    .length = content_size(part),
	    .now = kbm_clock_filetime(),
	    .changes = part->changes,
	    .change_count = part->change_count,
	};
	struct kbm_error reason = {0};
	code = kbm_broker_edit(apply->order->broker, &edit, length, &reason);
	close(copy);
	return code == KBM_OK ? KBM_OK : fail_about(part, code, &reason, error);
}

static enum kbm_code edit_copy(struct kbm_apply *apply, struct kbm_part *part,
			       struct kbm_error *error)
{
	static const uint64_t rooms[] = {KBM_APPLY_ROOM_BYTES, KBM_APPLY_MORE_ROOM_BYTES};
	uint64_t length = 0;
	enum kbm_code code = KBM_LIMIT;
	for (size_t i = 0; code == KBM_LIMIT && i < sizeof rooms / sizeof rooms[0]; i++) {
		kbm_hive_file_discard(&part->file);
		code = edit_once(apply, part, room_for(part, rooms[i]), &length, error);
	}
	return code == KBM_OK ? kbm_hive_file_cut(&part->file, length, error) : code;
}

/* --- verifying ---------------------------------------------------------------------------------
 */

/* The new file as a source of scripts, under the old one's name and mounted where that is. */
static enum kbm_code open_changed(const struct kbm_apply *apply, struct kbm_part *part,
				  struct kbm_error *error)
{
	enum kbm_code code =
	    kbm_broker_prepare(apply->order->broker, part->file.changed_path, KBM_USE_SCRIPTS, 0,
			       apply->order->target->selection, &part->changed, error);
	if (code != KBM_OK)
		return code;
	char *path = strdup(part->source->path);
	char *hive = strdup(part->source->hive);
	if (path == NULL || hive == NULL) {
		free(path);
		free(hive);
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	}
	free(part->changed.path);
	free(part->changed.hive);
	part->changed.path = path;
	part->changed.hive = hive;
	return KBM_OK;
}

/* Every planned value, through the reader that is not ours. */
static enum kbm_code read_twice(const struct kbm_apply *apply, const struct kbm_part *part,
				struct kbm_error *error)
{
	const struct kbm_target target = {.sources = &part->changed, .source_count = 1};
	struct kbm_second_readings readings = {0};
	enum kbm_code code = KBM_OK;
	if (!kbm_second_readings_add_after(&readings, part->changes, part->change_count))
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	kbm_broker_second_read(apply->order->broker, &target, &readings);
	for (size_t i = 0; code == KBM_OK && i < readings.count; i++) {
		if (readings.items[i].outcome == KBM_SECOND_AGREES)
			continue;
		char *reason = kbm_second_reading_reason(&readings.items[i]);
		code = kbm_fail(error, KBM_REFUSED, "in the new file: %.200s",
				reason == NULL ? "libregf does not agree" : reason);
		free(reason);
	}
	kbm_second_readings_clear(&readings);
	return code;
}

/* The new file's hash, which needs nothing of what the child is busy with. */
struct hashing {
	int descriptor;
	char *sha256;
	enum kbm_code code;
	struct kbm_error error;
};

static void hash_meanwhile(void *context)
{
	struct hashing *hashing = context;
	hashing->code = kbm_hive_file_hash(hashing->descriptor, hashing->sha256, &hashing->error);
}

static enum kbm_code verify(struct kbm_apply *apply, struct kbm_part *part, struct kbm_error *error)
{
	struct hashing hashing = {.descriptor = part->file.changed,
				  .sha256 = record_of(apply, part)->sha256_after};
	int original = open_anew(content_of(part), O_RDONLY);
	int changed = open_anew(part->file.changed, O_RDONLY);
	const struct kbm_verify_order order = {.original = original,
					       .changed = changed,
					       .changes = part->changes,
					       .change_count = part->change_count,
					       .full = apply->order->verify_full,
					       .meanwhile = hash_meanwhile,
					       .context = &hashing};
	struct kbm_error reason = {0};
	enum kbm_code code =
	    original < 0 || changed < 0
		? kbm_fail(&reason, KBM_IO, "cannot be opened again: %s", strerror(errno))
		: kbm_broker_verify(apply->order->broker, &order, &reason);
	if (original >= 0)
		close(original);
	if (changed >= 0)
		close(changed);
	if (code == KBM_OK && hashing.code != KBM_OK)
		code = kbm_fail(&reason, hashing.code, "%s", hashing.error.message);
	if (code != KBM_OK)
		return fail_about(part, code, &reason, error);
	code = open_changed(apply, part, error);
	return code == KBM_OK ? read_twice(apply, part, error) : code;
}

static enum kbm_code make_hive(struct kbm_apply *apply, struct kbm_part *part,
			       struct kbm_error *error)
{
	struct kbm_journal_hive *record = record_of(apply, part);
	enum kbm_code code = note_new_file(apply, part, error);
	if (code != KBM_OK)
		return code;
	if (part->restore != NULL) {
		/* A backup is put back whole, by one step. */
		snprintf(record->sha256_after, sizeof record->sha256_after, "%s",
			 part->restore->sha256);
		record->phase = KBM_HIVE_WRITTEN;
		return KBM_OK;
	}
	code = edit_copy(apply, part, error);
	if (code == KBM_OK)
		code = verify(apply, part, error);
	if (code == KBM_OK)
		record->phase = KBM_HIVE_WRITTEN;
	return code;
}

/* --- taking the place, and giving it back -------------------------------------------------------
 */

static enum kbm_code commit_hive(struct kbm_apply *apply, struct kbm_part *part,
				 struct kbm_error *error)
{
	struct kbm_journal_hive *record = record_of(apply, part);
	enum kbm_code code =
	    part->restore == NULL
		? kbm_hive_file_replace(&part->file, record->sha256_after, &part->is_replaced,
					error)
		: kbm_hive_file_restore(&part->file, part->restore->backup, part->restore->sha256,
					apply->entry.number, &part->is_replaced, error);
	if (part->is_replaced)
		record->phase = KBM_HIVE_REPLACED;
	return code == KBM_OK ? kbm_apply_save(apply, error) : code;
}

static enum kbm_code take_back_hive(struct kbm_apply *apply, struct kbm_part *part,
				    struct kbm_error *error)
{
	struct kbm_journal_hive *record = record_of(apply, part);
	bool is_back = false;
	struct kbm_error ignored;
	if (!part->is_replaced) {
		kbm_hive_file_discard(&part->file);
		return KBM_OK;
	}
	enum kbm_code code =
	    kbm_hive_file_restore(&part->file, record->backup, record->sha256_before,
				  apply->entry.number, &is_back, error);
	if (code != KBM_OK)
		return code;
	record->phase = KBM_HIVE_TAKEN_BACK;
	/* The file is right; a journal that cannot say so still knows its hash. */
	kbm_apply_save(apply, &ignored);
	return KBM_OK;
}

static void close_hive(struct kbm_part *part)
{
	if (part->changed.path != NULL)
		kbm_source_clear(&part->changed);
	kbm_hive_file_close(&part->file);
}

const struct kbm_applier kbm_applier_hive = {
    .open = open_hive,
    .record = record_hive,
    .back_up = back_up_hive,
    .make = make_hive,
    .commit = commit_hive,
    .take_back = take_back_hive,
    .close = close_hive,
};
