/* A hive that a test edits. */
#include "edit_subject.h"

#include "hive_image.h"
#include "hive_structure.h"
#include "source/hive.h"
#include "source/hive_build.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

void subject_copy(struct subject *subject, const uint8_t *bytes, size_t length, size_t spare)
{
	*subject = (struct subject){.length = length, .capacity = length + spare};
	subject->bytes = calloc(1, subject->capacity);
	if (subject->bytes == NULL)
		abort();
	memcpy(subject->bytes, bytes, length);
	subject->was_sound =
	    kbm_hive_check(bytes, length, &subject->check, &subject->error) == KBM_OK &&
	    subject->check.problems == 0;
	if (kbm_hive_edit_open(subject->bytes, length, subject->capacity, SUBJECT_NOW,
			       &subject->editor, &subject->error) != KBM_OK)
		abort();
}

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	if (kbm_tree_set_value(tree, path, &value, NULL) != KBM_OK)
		abort();
}

void subject_build(struct subject *subject, uint32_t minor, size_t spare)
{
	struct kbm_tree *tree = NULL;
	struct kbm_bytes image;
	struct kbm_build_options options = {
	    .minor = minor < 5 ? 3 : 5, .last_written = 1000, .file_name = "TEST"};
	kbm_bytes_init(&image, 16 * KBM_MIB);
	if (kbm_tree_make("root", &tree, NULL) != KBM_OK)
		abort();
	set(tree, "A", "four", 4, "\1\2\3\4", 4);
	set(tree, "A", "text", 1, "t\0e\0x\0t\0\0\0", 10);
	set(tree, "B\\C", "", 3, "default value", 13);
	if (kbm_tree_build(tree, &options, &image, NULL) != KBM_OK)
		abort();
	kbm_tree_free(tree);
	struct hive_image patched = {image.data, image.length, 0};
	image_base32(&patched, 24, minor);
	subject_copy(subject, image.data, image.length, spare);
	kbm_bytes_clear(&image);
}

void subject_clear(struct subject *subject)
{
	kbm_hive_edit_close(subject->editor);
	free(subject->bytes);
	free(subject->before);
	*subject = (struct subject){0};
}

int subject_set(struct subject *subject, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	return (int)kbm_hive_edit_set_value(subject->editor, path, &value, &subject->error);
}

int subject_create(struct subject *subject, const char *path)
{
	return (int)kbm_hive_edit_create_key(subject->editor, path, &subject->error);
}

int subject_delete_key(struct subject *subject, const char *path)
{
	return (int)kbm_hive_edit_delete_key(subject->editor, path, &subject->error);
}

int subject_delete_value(struct subject *subject, const char *path, const char *name)
{
	return (int)kbm_hive_edit_delete_value(subject->editor, path, name, strlen(name),
					       &subject->error);
}

const char *subject_finish(struct subject *subject)
{
	if (kbm_hive_edit_finish(subject->editor, &subject->length, &subject->error) != KBM_OK)
		return subject->error.message;
	const char *wrong = hive_structure_check(subject->bytes, subject->length, NULL);
	if (wrong != NULL)
		return wrong;
	if (!subject->was_sound)
		return "";
	if (kbm_hive_check(subject->bytes, subject->length, &subject->check, &subject->error) !=
	    KBM_OK)
		return subject->error.message;
	return subject->check.problems > 0 ? subject->check.first_problems[0] : "";
}

void subject_keep(struct subject *subject)
{
	free(subject->before);
	subject->before = malloc(subject->length);
	if (subject->before == NULL)
		abort();
	memcpy(subject->before, subject->bytes, subject->length);
	subject->before_length = subject->length;
}

size_t subject_changes(const struct subject *subject)
{
	size_t shared =
	    subject->length < subject->before_length ? subject->length : subject->before_length;
	size_t changes = subject->length + subject->before_length - 2 * shared;
	for (size_t i = 0; i < shared; i++)
		changes += subject->bytes[i] != subject->before[i];
	return changes;
}

static uint32_t find(const struct subject *subject, const char *path, const char *name)
{
	struct kbm_hive *hive = NULL;
	kbm_cell cell = 0;
	kbm_cell value = 0;
	if (kbm_hive_open(subject->bytes, subject->length, &hive, NULL) != KBM_OK)
		abort();
	if (kbm_hive_find_key(hive, kbm_hive_root(hive), path, &cell, NULL) != KBM_OK)
		cell = 0;
	if (cell != 0 && name != NULL &&
	    kbm_hive_find_value(hive, cell, name, strlen(name), &value, NULL) != KBM_OK)
		value = 0;
	kbm_hive_close(hive);
	return name == NULL ? cell : value;
}

uint32_t subject_key(const struct subject *subject, const char *path)
{
	return find(subject, path, NULL);
}

uint32_t subject_value(const struct subject *subject, const char *path, const char *name)
{
	return find(subject, path, name);
}

bool subject_has(const struct subject *subject, const char *path, const char *name, uint32_t type,
		 const void *data, size_t length)
{
	struct kbm_hive *hive = NULL;
	struct kbm_value value;
	struct kbm_bytes text;
	struct kbm_bytes scratch;
	kbm_bytes_init(&text, KBM_MIB);
	kbm_bytes_init(&scratch, KBM_HIVE_MAX_VALUE_BYTES);
	if (kbm_hive_open(subject->bytes, subject->length, &hive, NULL) != KBM_OK)
		abort();
	uint32_t cell = subject_value(subject, path, name);
	bool same = cell != 0 &&
		    kbm_hive_value(hive, cell, &text, &scratch, &value, NULL) == KBM_OK &&
		    value.type == type && value.length == length &&
		    (length == 0 || memcmp(value.data, data, length) == 0);
	kbm_hive_close(hive);
	kbm_bytes_clear(&text);
	kbm_bytes_clear(&scratch);
	return same;
}

static uint8_t *content(const struct subject *subject, uint32_t cell)
{
	return subject->bytes + 4096 + cell + 4;
}

uint32_t subject_get16(const struct subject *subject, uint32_t cell, size_t at)
{
	const uint8_t *field = content(subject, cell) + at;
	return (uint32_t)field[0] | (uint32_t)field[1] << 8;
}

uint32_t subject_get32(const struct subject *subject, uint32_t cell, size_t at)
{
	return subject_get16(subject, cell, at) | subject_get16(subject, cell, at + 2) << 16;
}

void subject_put32(struct subject *subject, uint32_t cell, size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		content(subject, cell)[at + (size_t)i] = (uint8_t)(value >> 8 * i);
}

uint32_t subject_size(const struct subject *subject, uint32_t cell)
{
	return 0U - (subject_get32(subject, cell - 4, 0));
}
