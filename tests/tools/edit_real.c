/* Edits a real hive, in memory, and compares the whole of it before and after: edit_real HIVE.
 *
 * At some values, keys and sizes of all over the hive: one byte of a value changes, which must be
 * all that changes, with its key's time, and in fewer than 100 bytes of the file; a key with a
 * value comes below and goes again. Status 1 at what is wrong; 2 when the hive is not written to,
 * with the reason. */
#include "random.h"
#include "base/limits.h"
#include "source/hive.h"
#include "source/hive_dump.h"
#include "source/hive_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 6, MOST_CHANGES = 100, LIST_BYTES = 2 * 4096 };
#define SPARE KBM_MIB

/* A dump: lines in order. */
struct dump {
	struct kbm_bytes text;
	struct kbm_bytes offsets; /* size_t, of each line; each ends with a NUL */
};

/* What stands in one dump only. */
struct difference {
	size_t keys_gone;
	size_t keys_new;
	size_t values_gone;
	size_t values_new;
};

/* A value that is edited. */
struct place {
	char *path;
	char *name;
	size_t name_length;
	uint32_t type;
	uint8_t *data;
	size_t length;
};

struct places {
	struct place items[PLACES];
	size_t seen;
	uint64_t random;
};

struct image {
	uint8_t *bytes;
	size_t length;
};

static void fail(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

static enum kbm_code keep_line(void *context, const char *line, size_t length,
			       struct kbm_error *error)
{
	struct dump *dump = context;
	size_t at = dump->text.length;
	kbm_bytes_append(&dump->offsets, &at, sizeof at);
	kbm_bytes_append(&dump->text, line, length);
	if (!kbm_bytes_append_byte(&dump->text, 0))
		return kbm_fail(error, KBM_LIMIT, "the dump is too large");
	return KBM_OK;
}

static void take_dump(const struct image *image, struct dump *dump)
{
	struct kbm_hive *hive = NULL;
	struct kbm_dump_report report;
	struct kbm_error error = {0};
	kbm_bytes_init(&dump->text, 2048 * KBM_MIB);
	kbm_bytes_init(&dump->offsets, 2048 * KBM_MIB);
	enum kbm_code code = kbm_hive_open(image->bytes, image->length, &hive, &error);
	if (code == KBM_OK)
		code =
		    kbm_hive_dump(hive, kbm_hive_root(hive), "", keep_line, dump, &report, &error);
	if (code != KBM_OK)
		fail("dumping", error.message);
	kbm_hive_close(hive);
}

static void clear_dump(struct dump *dump)
{
	kbm_bytes_clear(&dump->text);
	kbm_bytes_clear(&dump->offsets);
}

static const char *line_at(const struct dump *dump, size_t index)
{
	size_t at = 0;
	if (index * sizeof at >= dump->offsets.length)
		return NULL;
	memcpy(&at, dump->offsets.data + index * sizeof at, sizeof at);
	return (const char *)dump->text.data + at;
}

static struct difference compare_dumps(const struct dump *before, const struct dump *after)
{
	struct difference difference = {0};
	size_t left = 0;
	size_t right = 0;
	for (;;) {
		const char *old = line_at(before, left);
		const char *new = line_at(after, right);
		if (old == NULL && new == NULL)
			return difference;
		int order = old == NULL ? 1 : new == NULL ? -1 : strcmp(old, new);
		if (order < 0)
			(*old == 'K' ? &difference.keys_gone : &difference.values_gone)[0]++;
		else if (order > 0)
			(*new == 'K' ? &difference.keys_new : &difference.values_new)[0]++;
		left += order <= 0;
		right += order >= 0;
	}
}

/* --- places --------------------------------------------------------------------------------- */

/* A value takes the place of a random other one, so that all are as likely. */
static void consider(struct places *places, const char *path, const struct kbm_value *value)
{
	size_t slot =
	    places->seen < PLACES ? places->seen : random_below(&places->random, places->seen + 1);
	places->seen++;
	if (slot >= PLACES)
		return;
	struct place *place = &places->items[slot];
	free(place->path);
	free(place->name);
	free(place->data);
	place->path = strdup(path);
	place->name = malloc(value->name_length + 1);
	place->data = malloc(value->length);
	if (place->path == NULL || place->name == NULL || place->data == NULL)
		abort();
	memcpy(place->name, value->name, value->name_length + 1);
	memcpy(place->data, value->data, value->length);
	place->name_length = value->name_length;
	place->type = value->type;
	place->length = value->length;
}

static void walk(const struct kbm_hive *hive, kbm_cell key, const char *path, struct places *places)
{
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_value value;
	struct kbm_key child;
	kbm_cell cell = 0;
	bool is_link = true;
	kbm_bytes_init(&name, KBM_MIB);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	if (kbm_hive_is_link(hive, key, &is_link, NULL) == KBM_OK && !is_link)
		for (size_t i = 0; kbm_hive_value_at(hive, key, i, &cell, NULL) == KBM_OK; i++)
			if (kbm_hive_value(hive, cell, &name, &data, &value, NULL) == KBM_OK &&
			    value.length > 0)
				consider(places, path, &value);
	for (size_t i = 0; kbm_hive_subkey_at(hive, key, i, &cell, NULL) == KBM_OK; i++) {
		char *below = NULL;
		if (kbm_hive_key(hive, cell, &name, &child, NULL) != KBM_OK ||
		    strlen(child.name) != child.name_length || strchr(child.name, '\\') != NULL ||
		    child.name_length == 0)
			continue; /* no path leads there */
		if (asprintf(&below, "%s%s%s", path, *path == '\0' ? "" : "\\", child.name) < 0)
			abort();
		walk(hive, cell, below, places);
		free(below);
	}
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
}

/* --- edits ---------------------------------------------------------------------------------- */

static struct image copy_image(const struct image *image)
{
	struct image copy = {calloc(1, image->length + SPARE), image->length};
	if (copy.bytes == NULL)
		abort();
	memcpy(copy.bytes, image->bytes, image->length);
	return copy;
}

static struct kbm_hive_editor *open_editor(struct image *image)
{
	struct kbm_hive_editor *editor = NULL;
	struct kbm_error error = {0};
	if (kbm_hive_edit_open(image->bytes, image->length, image->length + SPARE,
			       0x01DC000000000000, &editor, &error) == KBM_OK)
		return editor;
	printf("not written to: %s\n", error.message);
	exit(2);
}

static void expect_ok(enum kbm_code code, const char *path, const struct kbm_error *error)
{
	if (code != KBM_OK)
		fail(path, error->message);
}

static void expect_difference(const char *path, const struct difference *got,
			      struct difference wanted)
{
	if (memcmp(got, &wanted, sizeof wanted) == 0)
		return;
	printf("%s: keys -%zu +%zu, values -%zu +%zu\n", path, got->keys_gone, got->keys_new,
	       got->values_gone, got->values_new);
	exit(1);
}

static void finish(struct kbm_hive_editor *editor, struct image *image)
{
	struct kbm_error error = {0};
	expect_ok(kbm_hive_edit_finish(editor, &image->length, &error), "finishing", &error);
}

/* One byte of a value. Returns how many bytes of the file changed. */
static size_t edit_value(const struct image *original, const struct dump *before,
			 const struct place *place)
{
	struct image image = copy_image(original);
	struct kbm_hive_editor *editor = open_editor(&image);
	struct kbm_error error = {0};
	struct dump after;
	place->data[place->length / 2] ^= 0x20;
	struct kbm_value value = {place->name, place->name_length, place->type, place->data,
				  place->length};
	expect_ok(kbm_hive_edit_set_value(editor, place->path, &value, &error), place->path,
		  &error);
	finish(editor, &image);
	kbm_hive_edit_close(editor);
	size_t changes = 0;
	for (size_t i = 0; i < image.length; i++)
		changes += image.bytes[i] != original->bytes[i];
	if (image.length != original->length || changes >= MOST_CHANGES)
		fail(place->path, "too many bytes have changed");
	take_dump(&image, &after);
	struct difference difference = compare_dumps(before, &after);
	expect_difference(place->path, &difference, (struct difference){1, 1, 1, 1});
	clear_dump(&after);
	free(image.bytes);
	return changes;
}

/* A key and a value with data of its own, below a key of the hive; they come and go. */
static void edit_keys(const struct image *original, const struct dump *before,
		      const struct place *place)
{
	static const uint8_t data[50000] = {1, 2, 3};
	struct image image = copy_image(original);
	struct kbm_hive_editor *editor = open_editor(&image);
	struct kbm_error error = {0};
	struct dump after;
	char *path = NULL;
	if (asprintf(&path, "%s%skbmend \xC3\xA4\\below", place->path,
		     *place->path == '\0' ? "" : "\\") < 0)
		abort();
	struct kbm_value value = {"\xD0\x96", 2, 3, data, sizeof data};
	expect_ok(kbm_hive_edit_set_value(editor, path, &value, &error), path, &error);
	finish(editor, &image);
	take_dump(&image, &after);
	struct difference difference = compare_dumps(before, &after);
	expect_difference(path, &difference, (struct difference){1, 3, 0, 1});
	clear_dump(&after);
	*strrchr(path, '\\') = '\0';
	expect_ok(kbm_hive_edit_delete_key(editor, path, &error), path, &error);
	finish(editor, &image);
	kbm_hive_edit_close(editor);
	take_dump(&image, &after);
	difference = compare_dumps(before, &after);
	expect_difference(path, &difference, (struct difference){1, 1, 0, 0});
	/* The parent's list may have moved into a bin that came. */
	if (image.length > original->length + LIST_BYTES)
		fail(path, "the hive has not become as small as it was");
	clear_dump(&after);
	free(path);
	free(image.bytes);
}

static void read_image(const char *path, struct image *image)
{
	FILE *file = fopen(path, "rbe");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		fail(path, "cannot be read");
	image->length = (size_t)ftell(file);
	image->bytes = malloc(image->length);
	rewind(file);
	if (image->bytes == NULL || fread(image->bytes, 1, image->length, file) != image->length)
		fail(path, "cannot be read");
	fclose(file);
}

int main(int count, char **arguments)
{
	if (count != 2) {
		fputs("usage: edit_real HIVE\n", stderr);
		return 64;
	}
	struct image image = {NULL, 0};
	struct places places = {.random = 20011};
	struct kbm_hive *hive = NULL;
	struct dump before;
	struct kbm_error error = {0};
	read_image(arguments[1], &image);
	expect_ok(kbm_hive_open(image.bytes, image.length, &hive, &error), "opening", &error);
	walk(hive, kbm_hive_root(hive), "", &places);
	kbm_hive_close(hive);
	take_dump(&image, &before);
	size_t most = 0;
	for (size_t i = 0; i < PLACES && i < places.seen; i++) {
		size_t changes = edit_value(&image, &before, &places.items[i]);
		most = changes > most ? changes : most;
		edit_keys(&image, &before, &places.items[i]);
	}
	printf("%zu of %zu values changed one by one, in at most %zu bytes of the file\n",
	       places.seen < PLACES ? places.seen : (size_t)PLACES, places.seen, most);
	for (size_t i = 0; i < PLACES; i++) {
		free(places.items[i].path);
		free(places.items[i].name);
		free(places.items[i].data);
	}
	clear_dump(&before);
	free(image.bytes);
	return 0;
}
