/* source/hive_regf: libregf gives the same answers as our own reader, or says that it cannot. */
#include "source/hive_regf.h"

#include "base/limits.h"
#include "crafted_hive.h"
#include "hive_image.h"
#include "source/hive.h"
#include "source/hive_build.h"
#include "source/hive_regf_records.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#ifdef KBM_SANITIZE
/* libregf 20201007 loses a little memory for each key that it fails to read. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libregf";
}
#endif

/* A hive with the zeros that libbfio needs behind it, and libregf on it. */
struct reading {
	uint8_t *bytes;
	size_t length;
	struct kbm_regf *regf;
	struct kbm_bytes data;
	uint32_t type;
	struct kbm_error error;
};

/* Exactly so many bytes on the heap, so that a sanitizer sees a read beyond them. */
static enum kbm_code start(struct reading *reading, const void *bytes, size_t length)
{
	memset(reading, 0, sizeof *reading);
	reading->bytes = calloc(1, length + KBM_REGF_PADDING_BYTES);
	memcpy(reading->bytes, bytes, length);
	reading->length = length;
	kbm_bytes_init(&reading->data, KBM_HIVE_MAX_VALUE_BYTES);
	return kbm_regf_open(reading->bytes, length, &reading->regf, &reading->error);
}

static void start_image(struct reading *reading, const struct hive_image *image)
{
	enum kbm_code code = start(reading, image->bytes, image->size);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", reading->error.message);
}

static void stop(struct reading *reading)
{
	kbm_regf_close(reading->regf);
	kbm_bytes_clear(&reading->data);
	free(reading->bytes);
}

static enum kbm_code get(struct reading *reading, const char *path, const char *name, size_t length)
{
	reading->error.message[0] = '\0';
	return kbm_regf_value(reading->regf, path, name, length, &reading->type, &reading->data,
			      &reading->error);
}

static enum kbm_code get_text(struct reading *reading, const char *path, const char *name)
{
	return get(reading, path, name, strlen(name));
}

static bool holds(const struct reading *reading, const void *data, size_t length)
{
	return reading->data.length == length && memcmp(reading->data.data, data, length) == 0;
}

/* --- whole hives --------------------------------------------------------------------------------
 */

struct walk {
	struct reading *reading;
	const struct kbm_hive *hive;
	struct kbm_bytes path;
	size_t values;
	size_t keys;
};

static void compare_values(struct walk *walk, kbm_cell key)
{
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_value value;
	kbm_cell cell = 0;
	const char *path = kbm_bytes_text(&walk->path);
	kbm_bytes_init(&name, KBM_MIB);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	for (size_t i = 0; kbm_hive_value_at(walk->hive, key, i, &cell, NULL) == KBM_OK; i++) {
		enum kbm_code code = kbm_hive_value(walk->hive, cell, &name, &data, &value, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		code = get(walk->reading, path, value.name, value.name_length);
		cr_expect(eq(int, (int)code, KBM_OK), "%s : %s: %s", path, value.name,
			  walk->reading->error.message);
		cr_expect(eq(u32, walk->reading->type, value.type), "%s : %s", path, value.name);
		bool same = holds(walk->reading, value.data, value.length);
		cr_expect(same, "%s : %s", path, value.name);
		walk->values++;
	}
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
}

static void compare_below(struct walk *walk, kbm_cell key)
{
	struct kbm_bytes name;
	struct kbm_key found;
	kbm_cell cell = 0;
	size_t length = walk->path.length;
	kbm_bytes_init(&name, KBM_MIB);
	enum kbm_code code =
	    kbm_regf_key(walk->reading->regf, kbm_bytes_text(&walk->path), &walk->reading->error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s: %s", kbm_bytes_text(&walk->path),
		  walk->reading->error.message);
	walk->keys++;
	compare_values(walk, key);
	for (size_t i = 0; kbm_hive_subkey_at(walk->hive, key, i, &cell, NULL) == KBM_OK; i++) {
		code = kbm_hive_key(walk->hive, cell, &name, &found, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		kbm_bytes_append_text(&walk->path, length == 0 ? "" : "\\");
		kbm_bytes_append(&walk->path, found.name, found.name_length);
		compare_below(walk, cell);
		walk->path.length = length;
		walk->path.data[length] = 0;
	}
	kbm_bytes_clear(&name);
}

/* Everything that our own reader sees in the hive, libregf must see too, to the byte. */
static void compare_all(const uint8_t *bytes, size_t length, size_t keys, size_t values)
{
	struct reading reading;
	struct kbm_hive *hive = NULL;
	enum kbm_code code = start(&reading, bytes, length);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
	code = kbm_hive_open(bytes, length, &hive, &reading.error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
	struct walk walk = {.reading = &reading, .hive = hive};
	kbm_bytes_init(&walk.path, KBM_PATH_MAX_BYTES);
	compare_below(&walk, kbm_hive_root(hive));
	cr_expect(ge(sz, walk.keys, keys));
	cr_expect(ge(sz, walk.values, values));
	kbm_bytes_clear(&walk.path);
	kbm_hive_close(hive);
	stop(&reading);
}

static void load_example(struct kbm_bytes *image)
{
	FILE *file = fopen(KBM_SOURCE_DIR "/examples/exch1/SYSTEM", "rb");
	cr_assert(ne(ptr, file, NULL));
	uint8_t block[4096];
	size_t got;
	kbm_bytes_init(image, KBM_HIVE_MAX_BYTES);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		kbm_bytes_append(image, block, got);
	fclose(file);
}

Test(hive_regf, agrees_on_every_value_of_the_example)
{
	struct kbm_bytes image;
	load_example(&image);
	compare_all(image.data, image.length, 140, 500);
	kbm_bytes_clear(&image);
}

static void set_value(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		      const void *data, size_t length)
{
	struct kbm_value value = {.name = name,
				  .name_length = strlen(name),
				  .type = type,
				  .data = data,
				  .length = length};
	struct kbm_error error;
	enum kbm_code code = kbm_tree_set_value(tree, path, &value, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
}

static void build(const struct kbm_tree *tree, uint32_t minor, struct kbm_bytes *image)
{
	struct kbm_build_options options = {.minor = minor, .file_name = "SYSTEM"};
	struct kbm_error error;
	kbm_bytes_init(image, KBM_HIVE_MAX_BYTES);
	enum kbm_code code = kbm_tree_build(tree, &options, image, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
}

/* Each type with each small length, text without its NUL and with NULs in it, big data, names of
 * many kinds, a key with many subkeys. */
static struct kbm_tree *make_tree(void)
{
	static const size_t big[] = {16343, 16344, 16345, 32688, 32689, 200000};
	static uint8_t noise[200000];
	struct kbm_tree *tree = NULL;
	struct kbm_error error;
	enum kbm_code code = kbm_tree_make("root", &tree, &error);
	cr_assert(eq(int, (int)code, KBM_OK));
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)(i * 7 + i / 251 + 1);
	char name[64];
	for (uint32_t type = 0; type <= 12; type++)
		for (size_t length = 0; length <= 20; length++) {
			snprintf(name, sizeof name, "type %u length %zu", type, length);
			set_value(tree, "types", name, type, noise, length);
			set_value(tree, "zeros", name, type,
				  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", length);
			set_value(tree, "text", name, type, "a\0b\0\0\0c\0d\0\0\0\0\0e\0f\0g\0",
				  length);
		}
	for (size_t i = 0; i < COUNT(big); i++) {
		snprintf(name, sizeof name, "big %zu", big[i]);
		set_value(tree, "big", name, KBM_REG_BINARY, noise, big[i]);
		snprintf(name, sizeof name, "text %zu", big[i]);
		set_value(tree, "big", name, KBM_REG_SZ, noise, big[i]);
	}
	for (unsigned i = 0; i < 520; i++) {
		snprintf(name, sizeof name, "many\\key %u", i);
		set_value(tree, name, "", KBM_REG_DWORD, &i, sizeof i);
	}
	set_value(tree, "n\xC3\xA4me\\\xE2\x82\xAC\\\xF0\x9F\x98\x80", "\xC3\x9F", 1, "x", 2);
	set_value(tree, "n\xC3\xA4me\\\xC2\x80\xC2\x9F", "\xC2\x85 latin", 1, "x", 2);
	return tree;
}

Test(hive_regf, agrees_on_every_value_of_built_hives)
{
	static const uint32_t minors[] = {3, 5};
	struct kbm_tree *tree = make_tree();
	for (size_t i = 0; i < COUNT(minors); i++) {
		struct kbm_bytes image;
		build(tree, minors[i], &image);
		compare_all(image.data, image.length, 530, 1350);
		kbm_bytes_clear(&image);
	}
	kbm_tree_free(tree);
}

/* --- one key of a made image -------------------------------------------------------------------
 */

struct one_key {
	struct hive_image image;
	uint32_t root;
	uint32_t values[32];
	uint32_t count;
};

static void make_one(struct one_key *one, uint32_t minor)
{
	memset(one, 0, sizeof *one);
	image_make(&one->image, minor, 32 * 4096);
	one->root = image_key(&one->image, "root");
}

static void add(struct one_key *one, uint32_t value)
{
	one->values[one->count++] = value;
}

static void add_data(struct one_key *one, const char *name, uint32_t type, const void *data,
		     uint32_t length)
{
	add(one, image_data(&one->image, name, type, data, length));
}

static void start_one(struct reading *reading, struct one_key *one)
{
	image_set_values(&one->image, one->root, one->values, one->count);
	start_image(reading, &one->image);
}

static void stop_one(struct reading *reading, struct one_key *one)
{
	stop(reading);
	image_free(&one->image);
}

/* Replaces a name by UTF-16 units. */
static void rename_wide(const struct one_key *one, uint32_t cell, const char *units, size_t length)
{
	uint8_t *record = image_at(&one->image, cell);
	bool key = memcmp(record, "nk", 2) == 0;
	image_patch16((struct hive_image *)&one->image, cell, key ? 2 : 16, 0);
	image_patch16((struct hive_image *)&one->image, cell, key ? 72 : 2, (uint32_t)length);
	memcpy(record + (key ? 76 : 20), units, length);
}

/* --- data ---------------------------------------------------------------------------------------
 */

Test(hive_regf, takes_small_data_from_the_low_end)
{
	static const uint32_t types[] = {KBM_REG_BINARY, KBM_REG_SZ, KBM_REG_EXPAND_SZ,
					 KBM_REG_DWORD};
	char name[] = "0";
	for (size_t i = 0; i < COUNT(types); i++) {
		struct one_key one;
		struct reading reading;
		make_one(&one, 5);
		for (uint32_t length = 0; length <= 4; length++) {
			name[0] = (char)('0' + length);
			add_data(&one, name, types[i], "ABCD", length);
		}
		start_one(&reading, &one);
		for (uint32_t length = 0; length <= 4; length++) {
			name[0] = (char)('0' + length);
			enum kbm_code code = get_text(&reading, "", name);
			cr_expect(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
			cr_expect(eq(u32, reading.type, types[i]));
			bool same = holds(&reading, "ABCD", length);
			cr_expect(same, "type %u, %u bytes", types[i], length);
		}
		stop_one(&reading, &one);
	}
}

Test(hive_regf, reads_text_as_long_as_it_is_stored)
{
	static const struct {
		const char *stored;
		uint32_t cell_length;
		uint32_t length;
	} cases[] = {
	    {"a\0b\0s\0l\0a\0c\0k\0\0", 16, 4},	 /* what follows is slack */
	    {"a\0b\0s\0l\0a\0c\0k\0k\0", 16, 4}, /* slack to the end of the cell */
	    {"a\0b\0\0\0c\0d\0\0\0", 12, 12},	 /* a NUL inside */
	    {"\0\0\0\0\0\0\0\0", 8, 8},		 /* only NULs */
	    {"a\0b\0c", 5, 5},			 /* an odd size */
	    {"\0\xD8\0\xD8\0\0", 6, 6},		 /* no UTF-16 */
	    {"abc", 3, 3},			 /* small, but in a cell of its own */
	};
	static const uint32_t types[] = {KBM_REG_SZ, KBM_REG_EXPAND_SZ, KBM_REG_MULTI_SZ};
	for (size_t i = 0; i < COUNT(types) * COUNT(cases); i++) {
		struct one_key one;
		struct reading reading;
		size_t row = i % COUNT(cases);
		make_one(&one, 3);
		uint32_t cell = image_cell(&one.image, cases[row].stored, cases[row].cell_length);
		add(&one, image_value(&one.image, "text", types[i / COUNT(cases)],
				      cases[row].length, cell));
		start_one(&reading, &one);
		enum kbm_code code = get_text(&reading, "", "text");
		cr_expect(eq(int, (int)code, KBM_OK), "row %zu: %s", row, reading.error.message);
		bool same = holds(&reading, cases[row].stored, cases[row].length);
		cr_expect(same, "row %zu type %zu", row, i / COUNT(cases));
		stop_one(&reading, &one);
	}
}

Test(hive_regf, reads_empty_data)
{
	struct one_key one;
	struct reading reading;
	make_one(&one, 3);
	uint32_t cell = image_cell(&one.image, "left", 4);
	add(&one, image_value(&one.image, "inside", KBM_REG_SZ, 0x80000000, 0x12345678));
	add(&one, image_value(&one.image, "no cell", KBM_REG_SZ, 0, (uint32_t)IMAGE_NONE));
	add(&one, image_value(&one.image, "a cell", KBM_REG_SZ, 0, cell));
	start_one(&reading, &one);
	static const char *const names[] = {"inside", "no cell", "a cell"};
	for (size_t i = 0; i < COUNT(names); i++) {
		enum kbm_code code = get_text(&reading, "", names[i]);
		cr_expect(eq(int, (int)code, KBM_OK), "%s: %s", names[i], reading.error.message);
		cr_expect(eq(sz, reading.data.length, 0), "%s", names[i]);
	}
	stop_one(&reading, &one);
}

Test(hive_regf, finds_the_default_value_by_its_empty_name)
{
	struct one_key one;
	struct reading reading;
	make_one(&one, 5);
	add_data(&one, "other", KBM_REG_DWORD, "\1\0\0\0", 4);
	add_data(&one, "", KBM_REG_SZ, "d\0e\0f\0\0", 8);
	start_one(&reading, &one);
	enum kbm_code code = get_text(&reading, "", "");
	cr_expect(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
	bool same = holds(&reading, "d\0e\0f\0\0", 8);
	cr_expect(same);
	stop_one(&reading, &one);
}

/* A db record, its list and three segments, which end with their data as in the format's text: not
 * every reader bears that. */
static uint32_t make_big(struct hive_image *image, const uint8_t *data, uint32_t length,
			 uint32_t spare)
{
	uint32_t count = (length + 16343) / 16344;
	uint32_t list = image_cell(image, NULL, 4 * (size_t)count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t left = length - i * 16344;
		uint32_t part = left < 16344 ? left : 16344;
		uint32_t cell = image_cell(image, NULL, (size_t)part + spare);
		memcpy(image_at(image, cell), data + (size_t)i * 16344, part);
		image_patch32(image, list, 4 * (size_t)i, cell);
	}
	uint8_t record[8] = {'d', 'b', (uint8_t)count, 0};
	uint32_t cell = image_cell(image, record, sizeof record);
	image_patch32(image, cell, 4, list);
	return cell;
}

Test(hive_regf, puts_big_data_together_in_each_format)
{
	static const uint32_t lengths[] = {16345, 32688, 32689, 40000};
	static uint8_t data[40000];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 3 + i / 256);
	for (uint32_t minor = 4; minor <= 6; minor++)
		for (size_t i = 0; i < COUNT(lengths); i++) {
			struct one_key one;
			struct reading reading;
			make_one(&one, minor);
			uint32_t big = make_big(&one.image, data, lengths[i], 4);
			add(&one, image_value(&one.image, "big", KBM_REG_BINARY, lengths[i], big));
			start_one(&reading, &one);
			enum kbm_code code = get_text(&reading, "", "big");
			cr_expect(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
			bool same = holds(&reading, data, lengths[i]);
			cr_expect(same, "1.%u, %u bytes", minor, lengths[i]);
			stop_one(&reading, &one);
		}
}

Test(hive_regf, refuses_data_that_is_not_there)
{
	static const struct {
		uint32_t type;
		uint32_t size;
		bool nowhere;
	} cases[] = {
	    {KBM_REG_BINARY, 400, false},   {KBM_REG_SZ, 400, false},
	    {KBM_REG_BINARY, 400, true},    {KBM_REG_SZ, 400, true},
	    {KBM_REG_BINARY, 20000, false}, {KBM_REG_BINARY, 0x80000005, false},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		for (uint32_t minor = 3; minor <= 6; minor++) {
			struct one_key one;
			struct reading reading;
			make_one(&one, minor);
			uint32_t cell = image_cell(&one.image, "XYZW", 4);
			add(&one, image_value(&one.image, "bad", cases[i].type, cases[i].size,
					      cases[i].nowhere ? 0x7000000 : cell));
			start_one(&reading, &one);
			enum kbm_code code = get_text(&reading, "", "bad");
			cr_expect(eq(int, (int)code, KBM_UNREADABLE), "row %zu, 1.%u", i, minor);
			cr_expect(ne(sz, strlen(reading.error.message), 0));
			stop_one(&reading, &one);
		}
	struct one_key one;
	struct reading reading;
	make_one(&one, 3);
	add(&one, image_value(&one.image, "huge", KBM_REG_BINARY, 0x7FFFFFFF,
			      image_cell(&one.image, "XYZW", 4)));
	start_one(&reading, &one);
	cr_expect(eq(int, (int)get_text(&reading, "", "huge"), KBM_LIMIT));
	stop_one(&reading, &one);
}

/* --- names --------------------------------------------------------------------------------------
 */

static const struct {
	const char *stored;
	size_t length;
	bool wide;
	const char *asked;
	size_t asked_length;
} names[] = {
    {"caf\xE9", 4, false, "CAF\xC3\x89", 5},
    {"eu\x80ro", 5, false, "eu\xC2\x80ro", 6},
    {"eu\x81\x8D\x9Fro", 7, false, "eu\xC2\x81\xC2\x8D\xC2\x9Fro", 10},
    {"nul\0inside", 10, false, "nul\0INSIDE", 10},
    {"\0", 1, false, "\0", 1},
    {"\xAC\x20", 2, true, "\xE2\x82\xAC", 3},		  /* the euro sign */
    {"\xC9\x03\x10\x04", 4, true, "\xCE\xA9\xD0\xB0", 4}, /* omega and a Cyrillic a, other case */
    {"\x3D\xD8\x00\xDE", 4, true, "\xF0\x9F\x98\x80", 4}, /* U+1F600 */
    {"w\0\0\0x\0", 6, true, "W\0X", 3},
};

Test(hive_regf, finds_values_by_names_of_many_kinds)
{
	struct one_key one;
	struct reading reading;
	make_one(&one, 5);
	for (size_t i = 0; i < COUNT(names); i++) {
		uint32_t number = (uint32_t)i;
		add_data(&one, "0123456789", KBM_REG_DWORD, &number, sizeof number);
		uint32_t cell = one.values[i];
		rename_wide(&one, cell, names[i].stored, names[i].length);
		image_patch16(&one.image, cell, 16, names[i].wide ? 0 : 1);
	}
	start_one(&reading, &one);
	for (size_t i = 0; i < COUNT(names); i++) {
		uint32_t number = (uint32_t)i;
		enum kbm_code code = get(&reading, "", names[i].asked, names[i].asked_length);
		cr_expect(eq(int, (int)code, KBM_OK), "row %zu: %s", i, reading.error.message);
		bool same = holds(&reading, &number, sizeof number);
		cr_expect(same, "row %zu", i);
	}
	/* What libregf makes of them is no name of theirs. */
	static const char *const wrong[] = {"eu\xE2\x82\xACro", "nul", "w", ""};
	for (size_t i = 0; i < COUNT(wrong); i++)
		cr_expect(eq(int, (int)get_text(&reading, "", wrong[i]), KBM_NOT_FOUND), "%zu", i);
	stop_one(&reading, &one);
}

Test(hive_regf, finds_keys_by_names_of_many_kinds)
{
	struct one_key one;
	struct reading reading;
	uint32_t cells[COUNT(names)];
	make_one(&one, 3);
	for (size_t i = 0; i < COUNT(names); i++) {
		cells[i] = image_key(&one.image, "0123456789");
		rename_wide(&one, cells[i], names[i].stored, names[i].length);
		image_patch16(&one.image, cells[i], 2, names[i].wide ? 0 : 0x20);
	}
	uint32_t list = image_list(&one.image, "li", cells, COUNT(names));
	image_set_subkeys(&one.image, one.root, list, COUNT(names));
	start_image(&reading, &one.image);
	for (size_t i = 0; i < COUNT(names); i++) {
		if (memchr(names[i].asked, '\0', names[i].asked_length) != NULL)
			continue; /* a path cannot name it */
		enum kbm_code code = kbm_regf_key(reading.regf, names[i].asked, &reading.error);
		cr_expect(eq(int, (int)code, KBM_OK), "row %zu: %s", i, reading.error.message);
	}
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "nul", &reading.error), KBM_NOT_FOUND));
	stop_one(&reading, &one);
}

/* libregf reads no record at all whose name has such a unit: its siblings are read, and nothing is
 * called absent beside it. */
Test(hive_regf, says_that_an_unpaired_surrogate_is_too_much_for_libregf)
{
	struct one_key one;
	struct reading reading;
	make_one(&one, 5);
	add_data(&one, "12", KBM_REG_DWORD, "\1\0\0\0", 4);
	rename_wide(&one, one.values[0], "\x00\xD8", 2);
	add_data(&one, "sound", KBM_REG_DWORD, "\2\0\0\0", 4);
	uint32_t keys[] = {image_key(&one.image, "12"), image_key(&one.image, "sound")};
	rename_wide(&one, keys[0], "\x00\xDC", 2);
	image_set_subkeys(&one.image, one.root, image_list(&one.image, "li", keys, 2), 2);
	start_one(&reading, &one);
	cr_expect(eq(int, (int)get_text(&reading, "", "sound"), KBM_OK));
	cr_expect(eq(int, (int)get_text(&reading, "", "\xED\xA0\x80"), KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(reading.error.message, "surrogate"), NULL), "%s",
		  reading.error.message);
	cr_expect(eq(int, (int)get_text(&reading, "", "absent"), KBM_UNREADABLE));
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "SOUND", &reading.error), KBM_OK));
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "no", &reading.error), KBM_UNREADABLE));
	stop_one(&reading, &one);
}

/* --- absent, or hidden --------------------------------------------------------------------------
 */

Test(hive_regf, calls_absent_what_no_sibling_is)
{
	struct kbm_bytes image;
	struct reading reading;
	load_example(&image);
	enum kbm_code code = start(&reading, image.data, image.length);
	cr_assert(eq(int, (int)code, KBM_OK));
	static const char parameters[] = "controlset001\\SERVICES\\msexchangeimc\\Parameters";
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "", &reading.error), KBM_OK));
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, parameters, &reading.error), KBM_OK));
	cr_expect(eq(int, (int)get_text(&reading, parameters, "sitedn"), KBM_OK));
	cr_expect(eq(int, (int)get_text(&reading, parameters, "SiteDN "), KBM_NOT_FOUND));
	cr_expect(eq(int, (int)get_text(&reading, parameters, ""), KBM_NOT_FOUND));
	cr_expect(eq(int, (int)get_text(&reading, "ControlSet009", "SiteDN"), KBM_NOT_FOUND));
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "ControlSet001\\Servicess", NULL),
		     KBM_NOT_FOUND));
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "Select\\below", NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, (int)get_text(&reading, parameters, "SiteDN"), KBM_OK)); /* once more */
	stop(&reading);
	kbm_bytes_clear(&image);
}

/* Elements of lists that lead out of the file, or to what is no record. libregf leaves out the
 * first without a word, and takes the second for an empty value without a name. */
Test(hive_regf, never_calls_absent_what_damage_may_hide)
{
	for (int outside = 0; outside <= 1; outside++) {
		struct one_key one;
		struct reading reading;
		make_one(&one, 5);
		static const char none[100] = "no record is here, nor was there";
		uint32_t stray = image_cell(&one.image, none, sizeof none);
		if (outside)
			stray = 0x7000000;
		add(&one, stray);
		add_data(&one, "sound", KBM_REG_DWORD, "\2\0\0\0", 4);
		uint32_t keys[] = {image_key(&one.image, "a"), image_key(&one.image, "sound")};
		uint32_t list = image_list(&one.image, "lh", keys, 2);
		image_patch32(&one.image, list, 4, stray);
		image_set_subkeys(&one.image, one.root, list, 2);
		start_one(&reading, &one);
		cr_expect(eq(int, (int)get_text(&reading, "", "sound"), KBM_OK));
		cr_expect(eq(int, (int)get_text(&reading, "", ""), KBM_UNREADABLE));
		cr_expect(eq(int, (int)get_text(&reading, "", "absent"), KBM_UNREADABLE));
		cr_expect(ne(sz, strlen(reading.error.message), 0));
		cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "sound", NULL), KBM_OK));
		cr_expect(eq(int, (int)kbm_regf_key(reading.regf, "a", NULL), KBM_UNREADABLE));
		stop_one(&reading, &one);
	}
}

/* Three subkeys, B, d and f, in one list or in two below a root. */
struct listed {
	struct hive_image image;
	uint32_t root, lists[2], keys[3];
};

static void make_listed(struct listed *listed, const char *kind, bool in_two)
{
	struct hive_image *image = &listed->image;
	image_make(image, 5, 4096);
	listed->root = image_key(image, "root");
	listed->keys[0] = image_key(image, "B");
	listed->keys[1] = image_key(image, "d");
	listed->keys[2] = image_key(image, "f");
	listed->lists[0] = image_list(image, kind, listed->keys, in_two ? 2 : 3);
	uint32_t list = listed->lists[0];
	if (in_two) {
		listed->lists[1] = image_list(image, kind, listed->keys + 2, 1);
		list = image_list(image, "ri", listed->lists, 2);
	}
	image_set_subkeys(image, listed->root, list, 3);
}

static bool lists_others(const struct listed *listed, uint32_t count, const char *name)
{
	const struct kbm_regf_image image = {listed->image.bytes, listed->image.size, 5};
	struct kbm_regf_record root;
	enum kbm_code code = kbm_regf_record_at(&image, (int64_t)listed->root + 4096 + 4, "nk",
						KBM_REGF_NK_BYTES, &root, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	return kbm_regf_lists_others(&image, &root, count, name, strlen(name));
}

Test(hive_regf, takes_absence_from_lists_that_are_in_order)
{
	static const char *const kinds[] = {"li", "lf", "lh"};
	static const char *const others[] = {"", "a", "bb", "c", "e", "g", "\xC3\x9F"};
	static const char *const own[] = {"b", "B", "D", "f"};
	for (size_t i = 0; i < 2 * COUNT(kinds); i++) {
		struct listed listed;
		make_listed(&listed, kinds[i / 2], i % 2 == 1);
		for (size_t j = 0; j < COUNT(others); j++)
			cr_expect(lists_others(&listed, 3, others[j]), "%s", others[j]);
		for (size_t j = 0; j < COUNT(own); j++)
			cr_expect(not(lists_others(&listed, 3, own[j])), "%s", own[j]);
		cr_expect(not(lists_others(&listed, 2, "c")));
		cr_expect(not(lists_others(&listed, 4, "c")));
		image_free(&listed.image);
	}
}

/* Each damages one thing; what is asked for is none of the subkeys. */
static void swap_names(struct listed *listed)
{
	image_at(&listed->image, listed->keys[0])[KBM_REGF_NK_BYTES] = 'e';
}
static void name_alike(struct listed *listed)
{
	image_at(&listed->image, listed->keys[0])[KBM_REGF_NK_BYTES] = 'D';
}
static void break_key(struct listed *listed)
{
	image_at(&listed->image, listed->keys[1])[0] = 'x';
}
static void lengthen_name(struct listed *listed)
{
	image_patch16(&listed->image, listed->keys[1], KBM_REGF_NK_NAME_LENGTH, 400);
}
static void widen_name(struct listed *listed) /* an odd number of bytes */
{
	image_patch16(&listed->image, listed->keys[1], KBM_REGF_NK_FLAGS, 0);
}
static void lead_outside(struct listed *listed)
{
	image_patch32(&listed->image, listed->lists[0], 4, 0x7000000);
}
static void lengthen_list(struct listed *listed)
{
	image_patch16(&listed->image, listed->lists[0], 2, 200);
}
static void rename_list(struct listed *listed)
{
	image_at(&listed->image, listed->lists[0])[1] = 'x';
}
static void list_itself(struct listed *listed)
{
	memcpy(image_at(&listed->image, listed->lists[0]), "ri", 2);
	image_patch32(&listed->image, listed->lists[0], 4, listed->lists[0]);
}
static void lose_list(struct listed *listed)
{
	image_patch32(&listed->image, listed->root, KBM_REGF_NK_SUBKEY_LIST, UINT32_MAX);
}

Test(hive_regf, takes_no_absence_from_lists_that_are_damaged)
{
	static void (*const damages[])(struct listed *) = {
	    swap_names,	  name_alike,	 break_key,   lengthen_name, widen_name,
	    lead_outside, lengthen_list, rename_list, list_itself,   lose_list};
	for (size_t i = 0; i < 2 * COUNT(damages); i++) {
		struct listed listed;
		make_listed(&listed, "lh", i % 2 == 1);
		cr_assert(lists_others(&listed, 3, "c"));
		damages[i / 2](&listed);
		cr_expect(not(lists_others(&listed, 3, "c")), "%zu", i);
		image_free(&listed.image);
	}
}

Test(hive_regf, reads_formats_1_2_to_1_6_only)
{
	for (uint32_t minor = 1; minor <= 7; minor++) {
		struct one_key one;
		struct reading reading;
		make_one(&one, minor);
		add_data(&one, "value", KBM_REG_SZ, "a\0b\0\0\0", 6);
		uint32_t key = image_key(&one.image, "key");
		image_set_subkeys(&one.image, one.root, image_list(&one.image, "lf", &key, 1), 1);
		image_set_values(&one.image, key, one.values, 1);
		enum kbm_code code = start(&reading, one.image.bytes, one.image.size);
		bool readable = minor >= 2 && minor <= 6;
		cr_expect(eq(int, (int)code, readable ? KBM_OK : KBM_UNSUPPORTED), "1.%u: %s",
			  minor, reading.error.message);
		if (readable)
			cr_expect(eq(int, (int)get_text(&reading, "KEY", "VALUE"), KBM_OK), "1.%u",
				  minor);
		stop_one(&reading, &one);
	}
}

Test(hive_regf, says_in_one_line_what_libregf_could_not_do)
{
	static const char text[] = "REGEDIT4\r\n\r\n[\x1B[31mHKEY_LOCAL_MACHINE]\r\n";
	struct reading reading;
	enum kbm_code code = start(&reading, text, sizeof text - 1);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(eq(ptr, reading.regf, NULL));
	cr_expect(ne(ptr, strstr(reading.error.message, "libregf cannot open the hive: "), NULL),
		  "%s", reading.error.message);
	for (const char *at = reading.error.message; *at != '\0'; at++)
		cr_expect(ge(int, *at, ' '));
	stop(&reading);
	code = start(&reading, "", 0);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	stop(&reading);
}

/* --- limits -------------------------------------------------------------------------------------
 */

Test(hive_regf, keeps_to_the_lengths_of_paths)
{
	struct one_key one;
	struct reading reading;
	make_one(&one, 5);
	start_image(&reading, &one.image);
	char *path = malloc(KBM_PATH_MAX_BYTES + 2);
	memset(path, 'x', KBM_PATH_MAX_BYTES + 1);
	path[KBM_PATH_MAX_BYTES + 1] = '\0';
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, path, NULL), KBM_LIMIT));
	path[KBM_PATH_MAX_BYTES] = '\0';
	cr_expect(eq(int, (int)kbm_regf_key(reading.regf, path, NULL), KBM_NOT_FOUND));
	free(path);
	stop_one(&reading, &one);
}

Test(hive_regf, looks_at_so_many_values_and_no_more)
{
	struct hive_image image;
	struct reading reading;
	static uint32_t cells[KBM_REGF_MAX_VALUES + 1];
	image_make(&image, 5, 128 * 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t value = image_data(&image, "same", KBM_REG_DWORD, "\1\0\0\0", 4);
	for (size_t i = 0; i < COUNT(cells); i++)
		cells[i] = value;
	cells[COUNT(cells) - 2] = image_data(&image, "last", KBM_REG_DWORD, "\2\0\0\0", 4);
	cells[COUNT(cells) - 1] = image_data(&image, "beyond", KBM_REG_DWORD, "\3\0\0\0", 4);
	image_set_values(&image, root, cells, COUNT(cells));
	start_image(&reading, &image);
	cr_expect(eq(int, (int)get_text(&reading, "", "last"), KBM_OK));
	cr_expect(eq(int, (int)get_text(&reading, "", "beyond"), KBM_LIMIT));
	stop(&reading);
	image_free(&image);
}

/* --- where the readers part ---------------------------------------------------------------------
 */

static const char PARAMETERS[] = "ControlSet001\\Services\\MSExchangeIMC\\Parameters";
static const char SITE_DN[] = "/\0o\0=\0C\0o\0n\0t\0o\0s\0o\0/\0o\0u\0=\0S\0I\0T\0E\0002\0\0";

static void craft(struct kbm_bytes *image, const char *kind)
{
	struct kbm_error error;
	load_example(image);
	enum kbm_code code = craft_hive(image, kind, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
}

/* Our own reader is not disturbed by any of them. */
Test(hive_regf, crafted_hives_keep_their_value_for_our_reader)
{
	static const char *const kinds[] = {"value-count", "value-count-all", "value-count-here",
					    "ri-self",	   "ri-self-here",    "slack",
					    "inline"};
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct kbm_bytes image;
		struct kbm_bytes name;
		struct kbm_bytes data;
		struct kbm_hive *hive = NULL;
		struct kbm_value value = {0};
		kbm_cell cell = 0;
		craft(&image, kinds[i]);
		kbm_bytes_init(&name, KBM_MIB);
		kbm_bytes_init(&data, KBM_MIB);
		enum kbm_code code = kbm_hive_open(image.data, image.length, &hive, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		cr_expect(eq(int, (int)kbm_hive_info(hive)->state, KBM_HIVE_CLEAN));
		code = kbm_hive_find_key(hive, kbm_hive_root(hive), PARAMETERS, &cell, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		code = kbm_hive_find_value(hive, cell, "SiteDN", 6, &cell, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		code = kbm_hive_value(hive, cell, &name, &data, &value, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		bool same = value.length >= 38 && memcmp(value.data, SITE_DN, 38) == 0;
		cr_expect(same, "%s", kinds[i]);
		kbm_hive_close(hive);
		kbm_bytes_clear(&name);
		kbm_bytes_clear(&data);
		kbm_bytes_clear(&image);
	}
}

Test(hive_regf, agrees_where_libregf_alone_would_show_slack)
{
	struct kbm_bytes image;
	craft(&image, "slack");
	compare_all(image.data, image.length, 140, 500);
	kbm_bytes_clear(&image);
}

Test(hive_regf, agrees_where_libregf_alone_would_take_the_wrong_end)
{
	struct kbm_bytes image;
	struct reading reading;
	craft(&image, "inline");
	compare_all(image.data, image.length, 140, 503);
	enum kbm_code code = start(&reading, image.data, image.length);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_expect(eq(int, (int)get_text(&reading, PARAMETERS, "Inline3"), KBM_OK));
	bool same = holds(&reading, "ABC", 3);
	cr_expect(same);
	stop(&reading);
	kbm_bytes_clear(&image);
}

#ifndef KBM_SANITIZE /* sanitizers take more address space, and report a stack overflow themselves \
		      */

/* libregf's way through a made-up count of values ends where the memory does, after seconds: what
 * it says of that key's siblings is believed no more. */
Test(hive_regf, gives_up_at_a_made_up_count_of_values)
{
	struct kbm_bytes image;
	struct reading reading;
	struct rlimit limit = {256 * KBM_MIB, 256 * KBM_MIB};
	craft(&image, "value-count");
	enum kbm_code code = start(&reading, image.data, image.length);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_assert(eq(int, setrlimit(RLIMIT_AS, &limit), 0));
	code = get_text(&reading, PARAMETERS, "SiteDN");
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(reading.error.message, "keep it busy"), NULL), "%s",
		  reading.error.message);
	code = get_text(&reading, "Select", "Current");
	cr_expect(eq(int, (int)code, KBM_OK), "%s", reading.error.message);
	stop(&reading);
	kbm_bytes_clear(&image);
}

/* What the jail is for: libregf 20201007 dies of it. A later one may answer, then rightly. */
Test(hive_regf, may_die_of_a_list_that_holds_itself)
{
	struct kbm_bytes image;
	struct reading reading;
	craft(&image, "ri-self");
	enum kbm_code code = start(&reading, image.data, image.length);
	cr_assert(eq(int, (int)code, KBM_OK));
	pid_t child = fork();
	if (child == 0) {
		struct rlimit no_core = {0, 0};
		setrlimit(RLIMIT_CORE, &no_core);
		code = get_text(&reading, PARAMETERS, "SiteDN");
		_exit(code == KBM_OK && holds(&reading, SITE_DN, 40) ? 0 : 1);
	}
	int status = 0;
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
	bool answered = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	cr_expect(died || answered, "status %d", status);
	stop(&reading);
	kbm_bytes_clear(&image);
}

#endif
