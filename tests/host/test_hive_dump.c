/* source/hive_dump: the canonical form, its order, and damage that is passed over. */
#include "source/hive_dump.h"

#include "base/bytes.h"
#include "hive_image.h"
#include "hive_lines.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum kbm_code dump(const uint8_t *bytes, size_t size, struct kbm_bytes *out,
			  struct kbm_dump_report *report, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	kbm_bytes_init(out, 1 << 26);
	memset(report, 0, sizeof *report);
	enum kbm_code code = kbm_hive_open(bytes, size, &hive, error);
	if (code == KBM_OK)
		code = kbm_hive_dump(hive, kbm_hive_root(hive), "", hive_line, out, report, error);
	kbm_hive_close(hive);
	return code;
}

static void expect_dump(const struct hive_image *image, enum kbm_code expected, const char *text)
{
	struct kbm_bytes out;
	struct kbm_dump_report report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = dump(image->bytes, image->size, &out, &report, &error);
	cr_expect(eq(int, (int)code, (int)expected), "%s", error.message);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), text), 0), "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

Test(hive_dump, sorts_lines_not_trees)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	/* "A-B" stands between "A" and "A\x" in byte order; "a" behind both. */
	uint32_t below = image_key(&image, "x");
	uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "A"),
			   image_key(&image, "A-B")};
	image_set_subkeys(&image, keys[1], image_list(&image, "lf", &below, 1), 1);
	image_set_subkeys(&image, root, image_list(&image, "lf", keys, 3), 3);
	uint32_t values[] = {image_data(&image, "b", 4, "\1\2\3\4", 4),
			     image_data(&image, "", 1, "x\0\0\0", 4),
			     image_data(&image, "B", 200, "", 0)};
	image_set_values(&image, root, values, 3);
	uint32_t deep = image_data(&image, "v", 3, "\xFF\x00\x10\x20\x30", 5);
	image_set_values(&image, below, &deep, 1);
	expect_dump(&image, KBM_OK,
		    "K\t\t1000\nK\tA\t1000\nK\tA-B\t1000\nK\tA\\x\t1000\nK\ta\t1000\n"
		    "V\t\t\t1\t78000000\nV\t\tB\t200\t\nV\t\tb\t4\t01020304\n"
		    "V\tA\\x\tv\t3\tff00102030\n");
	image_free(&image);
}

Test(hive_dump, escapes_what_would_break_a_line)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t key = image_key(&image, "\t\\%\x7F\x1F \xE4");
	image_set_subkeys(&image, root, image_list(&image, "li", &key, 1), 1);
	uint32_t value = image_data(&image, "1234", 4, "\1\0\0\0", 4);
	memcpy(image_at(&image, value) + 20,
	       "\x00\xDC"
	       "a\0",
	       4); /* an unpaired surrogate */
	image_patch16(&image, value, 16, 0);
	image_set_values(&image, root, &value, 1);
	expect_dump(&image, KBM_OK,
		    "K\t\t1000\nK\t%0009%005C%0025%007F%001F \xC3\xA4\t1000\n"
		    "V\t\t%DC00a\t4\t01000000\n");
	image_free(&image);
}

Test(hive_dump, sorts_names_that_are_all_empty)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, ""), image_key(&image, "")};
	image_set_subkeys(&image, root, image_list(&image, "li", keys, 2), 2);
	expect_dump(&image, KBM_OK, "K\t\t1000\nK\t\t1000\nK\t\t1000\n");
	image_free(&image);
}

Test(hive_dump, passes_over_damage_and_counts_it)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "b"), image_key(&image, "c")};
	uint32_t loop[] = {keys[0], root};
	image_set_subkeys(&image, root, image_list(&image, "li", keys, 3), 3);
	image_set_subkeys(&image, keys[2], image_list(&image, "li", loop, 2), 2);
	memcpy(image_at(&image, keys[1]), "xx", 2);
	uint32_t value = image_value(&image, "v", 3, 100, 0x900);
	image_set_values(&image, keys[0], &value, 1);
	struct kbm_bytes out;
	struct kbm_dump_report report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = dump(image.bytes, image.size, &out, &report, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(eq(u64, report.keys, 3));
	cr_expect(eq(u64, report.values, 0));
	cr_expect(eq(u64, report.damages.count, 4), "%s", report.damages.first[3].message);
	cr_expect(ne(ptr, strstr(error.message, "4 places in the hive could not be read"), NULL),
		  "%s", error.message);
	static const struct {
		const char *path;
		const char *message;
	} told[] = {{"", "should hold a key"},
		    {"c", "two places"},
		    {"c", "two places"},
		    {"a", "the data of the value 'v': the cell at file offset 0x1900"}};
	for (size_t i = 0; i < 4; i++) {
		const struct kbm_damage *damage = &report.damages.first[i];
		cr_expect(eq(int, strcmp(damage->path, told[i].path), 0), "%zu: %s", i,
			  damage->path);
		cr_expect(ne(ptr, strstr(damage->message, told[i].message), NULL), "%zu: %s", i,
			  damage->message);
	}
	cr_expect(eq(u64, report.damages.first[0].offset, 0x1000 + keys[1]));
	cr_expect(eq(u64, report.damages.first[3].offset, 0x1900));
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), "K\t\t1000\nK\ta\t1000\nK\tc\t1000\n"), 0));
	kbm_bytes_clear(&out);
	image_free(&image);
}

Test(hive_dump, names_a_broken_bin_header)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	image_key(&image, "root");
	/* A second bin, sound but for its signature, that nothing refers to. */
	uint8_t *larger = calloc(1, image.size + 4096);
	memcpy(larger, image.bytes, image.size);
	free(image.bytes);
	image.bytes = larger;
	image.size += 4096;
	memcpy(larger + 8192, "gbin", 4);
	image_base32(&image, 40, 8192);
	struct kbm_bytes out;
	struct kbm_dump_report report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = dump(image.bytes, image.size, &out, &report, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(eq(u64, report.damages.count, 1));
	cr_expect(ne(ptr, strstr(error.message, "0x2000"), NULL), "%s", error.message);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), "K\t\t1000\n"), 0));
	kbm_bytes_clear(&out);
	image_free(&image);
}

/* What the builder makes is read back whole: long lists, big data, names of any script. */
Test(hive_dump, reads_what_the_builder_makes)
{
	enum { KEYS = 3000, LARGE = 40000 };
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		static const uint8_t data[LARGE];
		struct kbm_build_options options = {
		    .minor = minor, .last_written = 1000, .file_name = "x"};
		struct kbm_value value = {"\xD0\x9A\xF0\x9F\x98\x80", 6, 3, data, LARGE};
		struct kbm_tree *tree = NULL;
		struct kbm_bytes image;
		kbm_bytes_init(&image, 1 << 24);
		kbm_tree_make("root", &tree, NULL);
		for (int i = 0; i < KEYS; i++) {
			char path[32];
			snprintf(path, sizeof path, "\xC3\xA4\\k%d", i);
			kbm_tree_create_key(tree, path, NULL);
		}
		kbm_tree_set_value(tree, "\xC3\xA4", &value, NULL);
		enum kbm_code code = kbm_tree_build(tree, &options, &image, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		kbm_tree_free(tree);
		struct kbm_bytes out;
		struct kbm_dump_report report;
		struct kbm_error error = {KBM_OK, ""};
		code = dump(image.data, image.length, &out, &report, &error);
		cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
		cr_expect(eq(u64, report.keys, KEYS + 2));
		cr_expect(eq(u64, report.values, 1));
		const char *line = strstr(kbm_bytes_text(&out), "\nV\t");
		cr_assert(ne(ptr, (void *)line, NULL));
		cr_expect(eq(sz, strlen(line),
			     strlen("\nV\t\xC3\xA4\t\xD0\x9A\xF0\x9F\x98\x80\t3\t\n") + 2 * LARGE));
		kbm_bytes_clear(&out);
		kbm_bytes_clear(&image);
	}
}

Test(hive_dump, begins_paths_with_the_prefix)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t key = image_key(&image, "a%");
	uint32_t below = image_key(&image, "b");
	image_set_subkeys(&image, root, image_list(&image, "li", &key, 1), 1);
	image_set_subkeys(&image, key, image_list(&image, "li", &below, 1), 1);
	struct kbm_hive *hive = NULL;
	struct kbm_bytes out;
	struct kbm_dump_report report;
	struct kbm_error error;
	kbm_bytes_init(&out, 1000);
	enum kbm_code code = kbm_hive_open(image.bytes, image.size, &hive, &error);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_hive_dump(hive, key, "x\\a%", hive_line, &out, &report, &error);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(eq(
	    int, strcmp(kbm_bytes_text(&out), "K\tx\\a%0025\t1000\nK\tx\\a%0025\\b\t1000\n"), 0));
	kbm_bytes_clear(&out);
	kbm_hive_close(hive);
	image_free(&image);
}

/* Thousands of values that all lead to one large piece of data, or to one list of segments. */
Test(hive_dump, has_a_budget_for_data_that_is_shared)
{
	for (int big = 0; big < 2; big++) {
		struct hive_image image;
		enum { VALUES = 2000, BYTES = 400000 };
		static uint8_t data[BYTES];
		static uint32_t cells[VALUES];
		image_make(&image, 5, 150 * 4096);
		uint32_t root = image_key(&image, "root");
		uint32_t cell;
		if (big) {
			uint32_t segment = image_cell(&image, data, 16344);
			uint32_t list = image_cell(&image, NULL, 4 * 25);
			for (uint32_t i = 0; i < 25; i++)
				image_patch32(&image, list, 4 * i, segment);
			cell = image_cell(&image, "db\0\0\0\0\0\0", 8);
			image_patch16(&image, cell, 2, 25);
			image_patch32(&image, cell, 4, list);
		} else {
			cell = image_cell(&image, data, BYTES);
		}
		for (uint32_t i = 0; i < VALUES; i++) {
			char name[16];
			snprintf(name, sizeof name, "%u", i);
			cells[i] = image_value(&image, name, 3, BYTES, cell);
		}
		image_set_values(&image, root, cells, VALUES);
		struct kbm_bytes out;
		struct kbm_dump_report report;
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = dump(image.bytes, image.size, &out, &report, &error);
		cr_expect(eq(int, (int)code, KBM_LIMIT), "%s", error.message);
		cr_expect(lt(u64, report.values, 100));
		kbm_bytes_clear(&out);
		image_free(&image);
	}
}

/* Every key has the same list, whose elements all lead nowhere. */
Test(hive_dump, reads_a_list_once)
{
	struct hive_image image;
	enum { KEYS = 500, ELEMENTS = 20000 };
	static uint32_t cells[KEYS];
	static const uint32_t nowhere[ELEMENTS];
	image_make(&image, 5, 40 * 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t list = image_list(&image, "ri", nowhere, ELEMENTS);
	for (uint32_t i = 0; i < KEYS; i++) {
		cells[i] = image_key(&image, "k");
		image_set_subkeys(&image, cells[i], list, 1);
	}
	image_set_subkeys(&image, root, image_list(&image, "li", cells, KEYS), KEYS);
	struct kbm_bytes out;
	struct kbm_dump_report report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = dump(image.bytes, image.size, &out, &report, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE), "%s", error.message);
	cr_expect(eq(u64, report.keys, KEYS + 1));
	cr_expect(lt(u64, report.damages.count, 3000));
	kbm_bytes_clear(&out);
	image_free(&image);
}

/* Cut anywhere, in memory of exactly that size: no read beyond it, and never a clean dump. */
Test(hive_dump, survives_a_cut_at_every_byte)
{
	struct hive_image image;
	image_make(&image, 5, 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "b")};
	image_set_subkeys(&image, root, image_list(&image, "lh", keys, 2), 2);
	uint32_t value = image_data(&image, "v", 3, "0123456789", 10);
	image_set_values(&image, keys[1], &value, 1);
	for (size_t size = 0; size < image.size; size += size < 4000 ? 97 : 1) {
		uint8_t *cut = malloc(size + (size == 0));
		memcpy(cut, image.bytes, size);
		struct kbm_bytes out;
		struct kbm_dump_report report;
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = dump(cut, size, &out, &report, &error);
		cr_expect(ne(int, (int)code, KBM_OK), "%zu bytes", size);
		kbm_bytes_clear(&out);
		free(cut);
	}
	image_free(&image);
}
