/* source/hive_build: trees, and the images that are built from them, looked at byte by byte. What
 * other programs make of such images is tests/tools/check_images.sh. */
#include "base/limits.h"
#include "source/hive.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct kbm_tree *make_tree(void)
{
	struct kbm_tree *tree = NULL;
	kbm_tree_make("root", &tree, NULL);
	return tree;
}

static enum kbm_code set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
			 const void *data, size_t length)
{
	struct kbm_value value = {.name = name,
				  .name_length = strlen(name),
				  .type = type,
				  .data = data,
				  .length = length};
	return kbm_tree_set_value(tree, path, &value, NULL);
}

static int build(struct kbm_tree *tree, uint32_t minor, struct kbm_bytes *image)
{
	struct kbm_build_options options = {
	    .minor = minor, .last_written = 0x01D0000000000000, .file_name = "SYSTEM"};
	struct kbm_error error = {0};
	kbm_bytes_init(image, 512 * KBM_MIB);
	int code = kbm_tree_build(tree, &options, image, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return code;
}

static uint32_t get32(const struct kbm_bytes *image, size_t at)
{
	uint32_t value = 0;
	memcpy(&value, image->data + at, sizeof value);
	return value;
}

static unsigned get16(const struct kbm_bytes *image, size_t at)
{
	return get32(image, at) & 0xFFFF;
}

/* Where a cell's payload lies in the file. */
static size_t cell(uint32_t offset)
{
	return 4096 + 4 + (size_t)offset;
}

/* Bins and cells tile the file without a gap; returns how many cells are in use. */
static size_t check_tiling(const struct kbm_bytes *image)
{
	size_t used = 0;
	size_t at = 4096;
	cr_assert(eq(sz, image->length, 4096 + (size_t)get32(image, 40)));
	while (at < image->length) {
		cr_assert(eq(int, memcmp(image->data + at, "hbin", 4), 0));
		cr_assert(eq(sz, (size_t)get32(image, at + 4), at - 4096));
		size_t size = get32(image, at + 8);
		cr_assert(eq(sz, size % 4096, 0));
		size_t inside = at + 32;
		while (inside < at + size) {
			int32_t header = (int32_t)get32(image, inside);
			size_t length = (size_t)(header < 0 ? -header : header);
			cr_assert(ne(sz, length, 0));
			cr_assert(eq(sz, length % 8, 0));
			used += header < 0;
			inside += length;
		}
		cr_assert(eq(sz, inside, at + size));
		at += size;
	}
	cr_assert(eq(sz, at, image->length));
	return used;
}

Test(hive_build, builds_an_empty_hive_of_each_format)
{
	for (uint32_t minor = 2; minor <= 6; minor++) {
		struct kbm_tree *tree = make_tree();
		struct kbm_bytes image;
		build(tree, minor, &image);
		cr_expect(eq(int, memcmp(image.data, "regf\1\0\0\0\1\0\0\0", 12), 0));
		cr_expect(eq(u32, get32(&image, 20), 1));
		cr_expect(eq(u32, get32(&image, 24), minor));
		cr_expect(eq(int, memcmp(image.data + 48, "S\0Y\0S\0T\0E\0M\0\0", 14), 0));
		uint32_t sum = 0;
		for (size_t i = 0; i < 508; i += 4)
			sum ^= get32(&image, i);
		cr_expect(eq(u32, get32(&image, 508), sum));
		cr_expect(eq(sz, check_tiling(&image), 2));
		size_t nk = cell(get32(&image, 36));
		cr_expect(eq(int, memcmp(image.data + nk, "nk\x2C\0", 4), 0));
		cr_expect(eq(u32, get32(&image, nk + 20), 0));
		cr_expect(eq(u32, get32(&image, nk + 28), UINT32_MAX));
		cr_expect(eq(int, memcmp(image.data + nk + 76, "root", 4), 0));
		size_t sk = cell(get32(&image, nk + 44));
		cr_expect(eq(int, memcmp(image.data + sk, "sk", 2), 0));
		cr_expect(eq(u32, get32(&image, sk + 12), 1));
		kbm_bytes_clear(&image);
		kbm_tree_free(tree);
	}
}

/* The only child list of the root key. */
static size_t root_list(const struct kbm_bytes *image)
{
	return cell(get32(image, cell(get32(image, 36)) + 28));
}

Test(hive_build, sorts_by_windows_upcase_with_the_right_hash)
{
	/* Upcased, '_' (5F) comes after 'A' to 'Z'; a sharp s is no SS; alpha comes last. */
	const char *names[] = {"b_", "\xCE\xB1", "BA", "a", "\xC3\x9F", "Straat", "\xC3\xA4"};
	const char *sorted[] = {"a", "BA", "b_", "Straat", "\xE4", "\xDF", "\xB1\x03"};
	struct kbm_tree *tree = make_tree();
	struct kbm_bytes image;
	for (size_t i = 0; i < 7; i++)
		kbm_tree_create_key(tree, names[i], NULL);
	build(tree, 5, &image);
	size_t list = root_list(&image);
	cr_assert(eq(int, memcmp(image.data + list, "lh\7\0", 4), 0));
	for (size_t i = 0; i < 7; i++) {
		size_t child = cell(get32(&image, list + 4 + 8 * i));
		int compared = memcmp(image.data + child + 76, sorted[i], strlen(sorted[i]));
		cr_expect(eq(int, compared, 0), "row %zu", i);
		cr_expect(eq(int, get16(&image, child + 2), i < 6 ? 0x20 : 0), "row %zu", i);
	}
	cr_expect(eq(u32, get32(&image, list + 4 + 8 * 2 + 4), 37 * 0x42 + 0x5F));
	cr_expect(eq(u32, get32(&image, list + 4 + 8 * 4 + 4), 0xC4));
	cr_expect(eq(u32, get32(&image, list + 4 + 8 * 6 + 4), 0x391));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_build, gives_old_lists_the_first_four_characters)
{
	struct kbm_tree *tree = make_tree();
	struct kbm_bytes image;
	kbm_tree_create_key(tree, "Services", NULL);
	kbm_tree_create_key(tree, "ab", NULL);
	kbm_tree_create_key(tree, "b\xCE\xB1", NULL);
	build(tree, 3, &image);
	size_t list = root_list(&image);
	cr_assert(eq(int, memcmp(image.data + list, "lf\3\0", 4), 0));
	cr_expect(eq(int, memcmp(image.data + list + 8, "ab\0\0", 4), 0));
	cr_expect(eq(int, memcmp(image.data + list + 16, "\0\0\0\0", 4), 0));
	cr_expect(eq(int, memcmp(image.data + list + 24, "Serv", 4), 0));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

static struct kbm_tree *tree_with_children(size_t count)
{
	struct kbm_tree *tree = make_tree();
	for (size_t i = 0; i < count; i++) {
		char name[24];
		snprintf(name, sizeof name, "k%06zu", (i * 7919) % count); /* not in order */
		kbm_tree_create_key(tree, name, NULL);
	}
	return tree;
}

Test(hive_build, chooses_the_list_that_fits_the_number_of_subkeys)
{
	static const struct {
		uint32_t minor;
		size_t children;
		const char *list; /* signature and count */
		const char *leaf;
	} cases[] = {
	    {5, 507, "lh\xFB\x01", NULL},	   {5, 508, "ri\2\0", "lh\xFB\x01"},
	    {3, 507, "lf\xFB\x01", NULL},	   {3, 508, "li\xFC\x01", NULL},
	    {3, 1012, "li\xF4\x03", NULL},	   {3, 1013, "ri\2\0", "li\xF4\x03"},
	    {5, 100000, "ri\xC6\0", "lh\xFB\x01"}, {3, 100000, "ri\x63\0", "li\xF4\x03"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kbm_tree *tree = tree_with_children(cases[i].children);
		struct kbm_bytes image;
		build(tree, cases[i].minor, &image);
		check_tiling(&image);
		size_t list = root_list(&image);
		cr_expect(eq(int, memcmp(image.data + list, cases[i].list, 4), 0), "row %zu", i);
		if (cases[i].leaf != NULL) {
			size_t leaf = cell(get32(&image, list + 4));
			cr_expect(eq(int, memcmp(image.data + leaf, cases[i].leaf, 4), 0),
				  "row %zu", i);
		}
		size_t nk = cell(get32(&image, 36));
		cr_expect(eq(u32, get32(&image, nk + 20), (uint32_t)cases[i].children));
		cr_expect(eq(u32, get32(&image, nk + 52), 14));
		size_t sk = cell(get32(&image, nk + 44));
		cr_expect(eq(u32, get32(&image, sk + 12), (uint32_t)cases[i].children + 1));
		kbm_bytes_clear(&image);
		kbm_tree_free(tree);
	}
}

/* The value cell of the root's only value. */
static size_t only_value(const struct kbm_bytes *image)
{
	size_t nk = cell(get32(image, 36));
	return cell(get32(image, cell(get32(image, nk + 40))));
}

Test(hive_build, stores_data_inline_in_a_cell_or_in_segments)
{
	static const size_t sizes[] = {0, 1, 3, 4, 5, 4000, 16344, 16345, 32688, 32689, 1048576};
	uint8_t *data = malloc(1048576);
	for (size_t i = 0; i < 1048576; i++)
		data[i] = (uint8_t)(i * 31 + i / 256);
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct kbm_tree *tree = make_tree();
			struct kbm_bytes image;
			cr_assert(eq(int, set(tree, "", "v", KBM_REG_BINARY, data, sizes[i]), 0));
			build(tree, minor, &image);
			check_tiling(&image);
			size_t vk = only_value(&image);
			uint32_t size = get32(&image, vk + 4);
			cr_expect(eq(u32, size & 0x7FFFFFFF, (uint32_t)sizes[i]));
			size_t at = sizes[i] <= 4 ? vk + 8 : cell(get32(&image, vk + 8));
			cr_expect(eq(int, size >> 31, sizes[i] <= 4));
			if (minor == 5 && sizes[i] > 16344) {
				size_t count = (sizes[i] + 16343) / 16344;
				cr_expect(eq(int, memcmp(image.data + at, "db", 2), 0));
				cr_expect(eq(int, get16(&image, at + 2), (unsigned)count));
				at = cell(get32(&image, at + 4));
				for (size_t j = 0; j < count; j++) {
					size_t rest = sizes[i] - j * 16344;
					size_t segment = cell(get32(&image, at + 4 * j));
					int same = memcmp(image.data + segment, data + j * 16344,
							  rest < 16344 ? rest : 16344);
					cr_expect(eq(int, same, 0), "%zu: %zu", sizes[i], j);
				}
			} else if (sizes[i] > 0) {
				int same = memcmp(image.data + at, data, sizes[i]);
				cr_expect(eq(int, same, 0), "%u: %zu", minor, sizes[i]);
			}
			size_t nk = cell(get32(&image, 36));
			cr_expect(eq(u32, get32(&image, nk + 64), (uint32_t)sizes[i]));
			cr_expect(eq(u32, get32(&image, nk + 60), 2));
			kbm_bytes_clear(&image);
			kbm_tree_free(tree);
		}
	}
	free(data);
}

Test(hive_build, compresses_names_only_where_every_unit_fits_a_byte)
{
	static const struct {
		const char *name;
		unsigned bytes;
		unsigned flag;
		const char *stored;
	} cases[] = {
	    {"", 0, 0, ""},
	    {"SiteDN", 6, 1, "SiteDN"},
	    {"\xC3\xBF", 1, 1, "\xFF"},
	    {"\xC4\x80", 2, 0, "\x00\x01"},
	    {"a\xC4\x80", 4, 0, "a\0\x00\x01"},
	    {"\xF0\x9F\x98\x80", 4, 0, "\x3D\xD8\x00\xDE"},
	    {"\xED\xA0\xBD", 2, 0, "\x3D\xD8"}, /* an unpaired surrogate */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kbm_tree *tree = make_tree();
		struct kbm_bytes image;
		set(tree, "", cases[i].name, KBM_REG_NONE, "", 0);
		build(tree, 5, &image);
		size_t vk = only_value(&image);
		cr_expect(eq(int, get16(&image, vk + 2), cases[i].bytes), "row %zu", i);
		cr_expect(eq(int, get16(&image, vk + 16), cases[i].flag), "row %zu", i);
		int same = memcmp(image.data + vk + 20, cases[i].stored, cases[i].bytes);
		cr_expect(eq(int, same, 0), "row %zu", i);
		kbm_bytes_clear(&image);
		kbm_tree_free(tree);
	}
}

Test(hive_build, replaces_a_value_whose_name_differs_in_case_only)
{
	struct kbm_tree *tree = make_tree();
	set(tree, "A\\B", "SiteDN", KBM_REG_SZ, "old value", 9);
	set(tree, "a\\b", "Other", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(tree, "a\\B", "SITEDN", KBM_REG_BINARY, "new", 3);
	struct kbm_value value;
	cr_assert(eq(int, kbm_tree_get_value(tree, "A\\b", "sitedn", 6, &value, NULL), KBM_OK));
	cr_expect(eq(u32, value.type, KBM_REG_BINARY));
	cr_expect(eq(sz, value.length, 3));
	cr_expect(eq(int, memcmp(value.data, "new", 3), 0));
	struct kbm_bytes image;
	build(tree, 5, &image);
	size_t b = cell(get32(&image, root_list(&image) + 4));
	b = cell(get32(&image, cell(get32(&image, b + 28)) + 4));
	cr_expect(eq(u32, get32(&image, b + 36), 2));
	size_t first = cell(get32(&image, cell(get32(&image, b + 40))));
	cr_expect(eq(int, memcmp(image.data + first + 20, "SiteDN", 6), 0));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_build, deletes_values_and_subtrees)
{
	struct kbm_tree *tree = make_tree();
	set(tree, "A\\B\\C", "v", KBM_REG_SZ, "", 0);
	set(tree, "A\\D", "first", KBM_REG_SZ, "", 0);
	set(tree, "A\\D", "last", KBM_REG_SZ, "", 0);
	cr_expect(eq(int, kbm_tree_delete_value(tree, "A\\D", "none", 4, NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_delete_value(tree, "A\\X", "v", 1, NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_delete_value(tree, "A\\D", "LAST", 4, NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_delete_value(tree, "A\\D", "last", 4, NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_delete_key(tree, "a\\b", NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_has_key(tree, "A\\B", NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_has_key(tree, "A\\B\\C", NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_has_key(tree, "A\\D", NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_delete_key(tree, "A\\B", NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_delete_key(tree, "", NULL), KBM_USAGE));
	set(tree, "A\\B", "again", KBM_REG_SZ, "", 0);
	struct kbm_bytes image;
	build(tree, 5, &image);
	/* root, sk, list, A, list, B, values, vk, D, values, vk */
	cr_expect(eq(sz, check_tiling(&image), 11));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_build, makes_a_subtree_the_whole)
{
	struct kbm_tree *tree = make_tree();
	set(tree, "A\\B\\C", "v", KBM_REG_SZ, "", 0);
	set(tree, "A\\D", "w", KBM_REG_SZ, "", 0);
	set(tree, "E", "w", KBM_REG_SZ, "", 0);
	cr_expect(eq(int, kbm_tree_set_root(tree, "A\\X", NULL), KBM_NOT_FOUND));
	cr_expect(eq(int, kbm_tree_set_root(tree, "", NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_set_root(tree, "a\\b", NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_has_key(tree, "C", NULL), KBM_OK));
	cr_expect(eq(int, kbm_tree_has_key(tree, "E", NULL), KBM_NOT_FOUND));
	set(tree, "F", "x", KBM_REG_SZ, "", 0);
	struct kbm_bytes image;
	build(tree, 5, &image);
	/* B, sk, list, C, values, vk, F, values, vk */
	cr_expect(eq(sz, check_tiling(&image), 9));
	size_t nk = cell(get32(&image, 36));
	cr_expect(eq(int, memcmp(image.data + nk, "nk\x2C\0", 4), 0));
	cr_expect(eq(int, memcmp(image.data + nk + 76, "B\0", 2), 0));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_build, refuses_what_a_hive_cannot_hold)
{
	struct kbm_tree *tree = make_tree();
	struct kbm_error error = {0};
	char long_name[16400];
	memset(long_name, 'n', sizeof long_name);
	long_name[255] = '\0';
	cr_expect(eq(int, kbm_tree_create_key(tree, long_name, &error), KBM_OK));
	long_name[255] = 'n';
	long_name[256] = '\0';
	cr_expect(eq(int, kbm_tree_create_key(tree, long_name, &error), KBM_LIMIT));
	cr_expect(ne(ptr, strstr(error.message, "255"), NULL));
	cr_expect(eq(int, kbm_tree_create_key(tree, "a\\\\b", &error), KBM_INVALID));
	cr_expect(eq(int, kbm_tree_create_key(tree, "a\\", &error), KBM_INVALID));
	cr_expect(eq(int, kbm_tree_create_key(tree, "a\xFF", &error), KBM_INVALID));
	long_name[256] = 'n';
	struct kbm_value value = {.name = long_name, .name_length = KBM_HIVE_MAX_NAME_UNITS};
	cr_expect(eq(int, kbm_tree_set_value(tree, "", &value, &error), KBM_OK));
	value.name_length++;
	cr_expect(eq(int, kbm_tree_set_value(tree, "", &value, &error), KBM_LIMIT));
	value = (struct kbm_value){.name = "", .length = KBM_HIVE_MAX_VALUE_BYTES + 1};
	cr_expect(eq(int, kbm_tree_set_value(tree, "", &value, &error), KBM_LIMIT));
	kbm_tree_free(tree);
}

Test(hive_build, nests_512_keys_and_not_one_more)
{
	char path[2 * 513];
	for (size_t i = 0; i < 513; i++)
		memcpy(path + 2 * i, "k\\", 2);
	path[2 * 513 - 1] = '\0';
	struct kbm_tree *tree = make_tree();
	cr_expect(eq(int, kbm_tree_create_key(tree, path, NULL), KBM_LIMIT));
	path[2 * 512 - 1] = '\0';
	cr_expect(eq(int, kbm_tree_create_key(tree, path, NULL), KBM_OK));
	struct kbm_bytes image;
	build(tree, 5, &image);
	cr_expect(eq(sz, check_tiling(&image), 2 + 2 * 512));
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_build, measures_exactly_and_says_what_it_needs)
{
	struct kbm_tree *tree = tree_with_children(1000);
	struct kbm_build_options options = {.minor = 5, .last_written = 0, .file_name = NULL};
	struct kbm_error error = {0};
	size_t length = 0;
	cr_assert(eq(int, kbm_tree_measure(tree, &options, &length, &error), KBM_OK));
	uint8_t *image = malloc(length);
	memset(image, 0xAA, length); /* memory that was used before */
	size_t written = 0;
	int short_of_one = kbm_tree_build_into(tree, &options, image, length - 1, &written, &error);
	cr_expect(eq(int, short_of_one, KBM_LIMIT));
	cr_expect(eq(sz, written, 0));
	char needed[32];
	snprintf(needed, sizeof needed, "%zu bytes", length);
	cr_expect(ne(ptr, strstr(error.message, needed), NULL), "%s", error.message);
	int fits = kbm_tree_build_into(tree, &options, image, length, &written, &error);
	cr_assert(eq(int, fits, KBM_OK));
	cr_expect(eq(sz, written, length));
	struct kbm_bytes same;
	kbm_bytes_init(&same, length);
	cr_assert(eq(int, kbm_tree_build(tree, &options, &same, &error), KBM_OK));
	cr_assert(eq(sz, same.length, length));
	cr_expect(eq(int, memcmp(same.data, image, length), 0));
	kbm_bytes_clear(&same);
	kbm_bytes_init(&same, length - 1);
	cr_expect(eq(int, kbm_tree_build(tree, &options, &same, &error), KBM_LIMIT));
	options.minor = 7;
	cr_expect(eq(int, kbm_tree_measure(tree, &options, &length, &error), KBM_USAGE));
	options = (struct kbm_build_options){
	    .minor = 5, .last_written = 0, .file_name = "123456789012345678901234567890123"};
	cr_expect(eq(int, kbm_tree_measure(tree, &options, &length, &error), KBM_USAGE));
	kbm_bytes_clear(&same);
	free(image);
	kbm_tree_free(tree);
}

static void expect_value(const struct kbm_hive *hive, const char *path, const char *name,
			 const void *data, size_t length)
{
	struct kbm_bytes name_scratch;
	struct kbm_bytes data_scratch;
	struct kbm_value value;
	kbm_cell key = 0;
	kbm_cell cell = 0;
	kbm_bytes_init(&name_scratch, KBM_MIB);
	kbm_bytes_init(&data_scratch, KBM_HIVE_MAX_VALUE_BYTES);
	int code = kbm_hive_find_key(hive, kbm_hive_root(hive), path, &key, NULL);
	cr_assert(eq(int, code, KBM_OK), "%s", path);
	code = kbm_hive_find_value(hive, key, name, strlen(name), &cell, NULL);
	cr_assert(eq(int, code, KBM_OK), "%s: %s", path, name);
	code = kbm_hive_value(hive, cell, &name_scratch, &data_scratch, &value, NULL);
	cr_assert(eq(int, code, KBM_OK), "%s: %s", path, name);
	cr_expect(eq(sz, value.length, length), "%s: %s", path, name);
	int same = value.length == length && memcmp(value.data, data, length) == 0;
	cr_expect(eq(int, same, 1), "%s: %s", path, name);
	kbm_bytes_clear(&name_scratch);
	kbm_bytes_clear(&data_scratch);
}

Test(hive_build, builds_what_our_reader_finds_again)
{
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 16344, 16345, 32689, 1048576};
	uint8_t *data = malloc(1048576);
	for (size_t i = 0; i < 1048576; i++)
		data[i] = (uint8_t)(i * 31 + i / 256);
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		struct kbm_tree *tree = tree_with_children(3000);
		struct kbm_hive *hive = NULL;
		struct kbm_error error = {0};
		struct kbm_bytes image;
		char name[32];
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			snprintf(name, sizeof name, "Size%zu", sizes[i]);
			set(tree, "Data\\Sizes", name, KBM_REG_BINARY, data, sizes[i]);
		}
		set(tree, "\xD0\x96\xD1\x83\xD0\xBA", "\xC3\xA4", KBM_REG_SZ, "x", 1);
		build(tree, minor, &image);
		int code = kbm_hive_open(image.data, image.length, &hive, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		cr_expect(eq(int, kbm_hive_info(hive)->state, KBM_HIVE_CLEAN));
		for (size_t i = 0; i < 3000; i++) {
			kbm_cell found = 0;
			snprintf(name, sizeof name, "K%06zu", i); /* upper case */
			code = kbm_hive_find_key(hive, kbm_hive_root(hive), name, &found, NULL);
			cr_assert(eq(int, code, KBM_OK), "%s", name);
		}
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			snprintf(name, sizeof name, "SIZE%zu", sizes[i]);
			expect_value(hive, "data\\sizes", name, data, sizes[i]);
		}
		expect_value(hive, "\xD0\xB6\xD0\xA3\xD0\x9A", "\xC3\x84", "x", 1);
		kbm_hive_close(hive);
		kbm_bytes_clear(&image);
		kbm_tree_free(tree);
	}
	free(data);
}
