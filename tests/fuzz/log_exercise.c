/* Hives with logs to break, and everything that replay does, done to them. */
#include "log_exercise.h"

#include "hive_exercise.h"
#include "source/hive.h"
#include "source/hive_build.h"
#include "source/hive_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATES = 5, SECTOR = 512, HEADER = 40, ROOM = 1 << 16, FIRST = 10 };

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* --- sound ones ----------------------------------------------------------------------------- */

static struct log_image build(void)
{
	struct kbm_tree *tree = NULL;
	struct kbm_bytes image;
	struct log_image made;
	const struct kbm_build_options options = {
	    .minor = 3, .last_written = 1000, .file_name = "SYSTEM"};
	const struct kbm_value value = {"Current", 7, 4, (const uint8_t *)"\1\0\0\0", 4};
	kbm_bytes_init(&image, ROOM);
	expect(kbm_tree_make("root", &tree, NULL) == KBM_OK &&
	       kbm_tree_set_value(tree, "Select", &value, NULL) == KBM_OK &&
	       kbm_tree_build(tree, &options, &image, NULL) == KBM_OK);
	kbm_tree_free(tree);
	made.bytes = (uint8_t *)kbm_bytes_take(&image, &made.size);
	expect(made.bytes != NULL);
	return made;
}

static struct log_image change(const struct log_image *before, int number)
{
	static const uint8_t data[3000] = {1};
	struct log_image after = {calloc(1, before->size + ROOM), 0};
	struct kbm_hive_editor *editor = NULL;
	char name[16];
	snprintf(name, sizeof name, "v%d", number);
	const struct kbm_value value = {name, strlen(name), 3, data, sizeof data};
	expect(after.bytes != NULL);
	memcpy(after.bytes, before->bytes, before->size);
	expect(kbm_hive_edit_open(after.bytes, before->size, before->size + ROOM, 1000, &editor,
				  NULL) == KBM_OK &&
	       kbm_hive_edit_set_value(editor, "Select", &value, NULL) == KBM_OK &&
	       kbm_hive_edit_finish(editor, &after.size, NULL) == KBM_OK);
	kbm_hive_edit_close(editor);
	return after;
}

static struct log_state state_of(const struct log_image *image)
{
	return (struct log_state){image->bytes, image->size};
}

static void add_entries(struct log_image *log, const struct log_image *states, size_t from,
			size_t to)
{
	log_make(log, state_of(&states[from]), LOG_ENTRIES, FIRST + (uint32_t)from);
	for (size_t i = from; i < to; i++)
		log_add_entry(log, FIRST + (uint32_t)i, state_of(&states[i]),
			      state_of(&states[i + 1]));
}

static void make_case(struct log_case *made, const struct log_image *states, bool entries,
		      bool is_broken)
{
	struct log_image *hive = &made->files[0];
	hive->size = states[0].size;
	hive->bytes = malloc(hive->size);
	expect(hive->bytes != NULL);
	memcpy(hive->bytes, states[0].bytes, hive->size);
	log_make_dirty(hive->bytes, FIRST + 1, FIRST);
	if (is_broken)
		hive->bytes[508] ^= 1;
	if (entries) {
		add_entries(&made->files[2], states, 0, 2);
		add_entries(&made->files[3], states, 2, 4);
	} else {
		log_make(&made->files[2], state_of(&states[0]), LOG_PAGES, FIRST + 1);
		log_add_pages(&made->files[2], SECTOR, state_of(&states[0]), state_of(&states[3]));
	}
}

void log_cases_make(struct log_case cases[static LOG_CASES])
{
	static const char *const names[LOG_CASES] = {"entries", "pages", "entries-broken",
						     "pages-broken"};
	struct log_image states[STATES] = {build()};
	for (int i = 1; i < STATES; i++)
		states[i] = change(&states[i - 1], i);
	for (size_t i = 0; i < LOG_CASES; i++) {
		cases[i] = (struct log_case){.name = names[i]};
		make_case(&cases[i], states, i % 2 == 0, i >= 2);
	}
	for (size_t i = 0; i < STATES; i++)
		log_free(&states[i]);
}

void log_case_clear(struct log_case *made)
{
	for (size_t i = 0; i < LOG_FILES; i++)
		log_free(&made->files[i]);
}

/* --- broken ones ---------------------------------------------------------------------------- */

void log_repair(struct log_image *log)
{
	if (log->size < SECTOR)
		return;
	log_seal(log->bytes);
	for (size_t at = SECTOR; log->size - at >= HEADER;) {
		size_t size = log_get32(log->bytes + at + 4);
		if (size < HEADER || size > log->size - at)
			break;
		log_rehash(log, at);
		at += size;
	}
}

/* A recovered hive is clean, needs nothing, and says what was replayed. */
static void check_recovered(const uint8_t *image, size_t length, size_t room,
			    const struct kbm_hive_recovery *recovery)
{
	static const struct kbm_hive_log none[KBM_HIVE_LOGS];
	struct kbm_hive *hive = NULL;
	struct kbm_hive_recovery again;
	size_t again_length = 0;
	size_t replayed = 0;
	expect(length <= room && !kbm_hive_log_is_needed(image, length));
	expect(kbm_hive_open(image, length, &hive, NULL) == KBM_OK);
	const struct kbm_hive_info *info = kbm_hive_info(hive);
	expect(info->state == KBM_HIVE_CLEAN && info->primary_sequence == recovery->sequence);
	kbm_hive_close(hive);
	expect(kbm_hive_log_replay(image, length, none, NULL, 0, &again_length, &again, NULL) ==
	       KBM_NOT_FOUND);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++) {
		const struct kbm_log_report *report = &recovery->logs[i];
		replayed += report->replayed ? 1 : 0;
		expect(report->replayed == (report->count > 0));
		expect(report->kind != KBM_LOG_ENTRIES || !report->replayed ||
		       report->last - report->first == report->count - 1);
	}
	expect(replayed > 0);
}

/* Memory of exactly this size, also of none: what reads behind it is seen. */
static uint8_t *copy_of(const struct log_image *file)
{
	uint8_t *copy = malloc(file->size);
	expect(copy != NULL || file->size == 0);
	if (file->size > 0)
		memcpy(copy, file->bytes, file->size);
	return copy;
}

bool exercise_logs(const struct log_case *logs)
{
	uint8_t *copies[LOG_FILES];
	struct kbm_hive_log given[KBM_HIVE_LOGS];
	struct kbm_hive_recovery recovery;
	struct kbm_error error = {0};
	size_t length = 0;
	for (size_t i = 0; i < LOG_FILES; i++)
		copies[i] = copy_of(&logs->files[i]);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		given[i] =
		    (struct kbm_hive_log){logs->files[i + 1].bytes == NULL ? NULL : copies[i + 1],
					  logs->files[i + 1].size};
	size_t room = kbm_hive_log_room(logs->files[0].size, given);
	uint8_t *image = calloc(1, room == 0 ? 1 : room);
	expect(image != NULL);
	if (logs->files[0].size > 0)
		memcpy(image, copies[0], logs->files[0].size);
	enum kbm_code code = kbm_hive_log_replay(copies[0], logs->files[0].size, given, image, room,
						 &length, &recovery, &error);
	expect(code == KBM_OK || code == KBM_NOT_FOUND || code == KBM_UNREADABLE);
	expect((code == KBM_UNREADABLE) == (error.message[0] != '\0'));
	if (code == KBM_OK) {
		check_recovered(image, length, room, &recovery);
		exercise_hive(image, length);
	}
	free(image);
	for (size_t i = 0; i < LOG_FILES; i++)
		free(copies[i]);
	return code == KBM_OK;
}
