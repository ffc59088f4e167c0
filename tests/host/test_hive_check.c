/* source/hive_check: sound hives have nothing wrong, and each kind of damage is found and named. */
#include "source/hive_check.h"

#include "base/bytes.h"
#include "hive_image.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { BASE = 4096, KEYS = 4 };

/* A hive in which each kind of cell is there, and where each lies. */
struct fixture {
	struct hive_image image;
	uint32_t root;
	uint32_t list;
	uint32_t key[KEYS]; /* b, c, d, e */
	uint32_t first_descriptor;
	uint32_t second_descriptor; /* of d and e */
	uint32_t key_class;	    /* of b */
	uint32_t value_list;	    /* of c */
	uint32_t text;		    /* values of c */
	uint32_t number;
	uint32_t large;
	uint32_t text_data;
	uint32_t big_record;
	uint32_t segment_list;
	uint32_t segment[2];
};

static void put(struct fixture *made, uint32_t cell, int at, int width, uint32_t value)
{
	uint8_t *bytes = image_at(&made->image, cell) + at;
	for (int i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t add_descriptor(struct fixture *made, uint32_t users)
{
	static const uint8_t record[40] = "sk";
	uint32_t cell = image_cell(&made->image, record, sizeof record);
	put(made, cell, 12, 4, users);
	put(made, cell, 16, 4, 20);
	return cell;
}

static void add_descriptors(struct fixture *made)
{
	made->first_descriptor = add_descriptor(made, 3);
	made->second_descriptor = add_descriptor(made, 2);
	for (int at = 4; at <= 8; at += 4) {
		put(made, made->first_descriptor, at, 4, made->second_descriptor);
		put(made, made->second_descriptor, at, 4, made->first_descriptor);
	}
	put(made, made->root, 44, 4, made->first_descriptor);
	for (int i = 0; i < KEYS; i++)
		put(made, made->key[i], 44, 4,
		    i < 2 ? made->first_descriptor : made->second_descriptor);
}

static void add_big_data(struct fixture *made)
{
	made->big_record = image_cell(&made->image, "db\2\0\0\0\0\0", 8);
	made->segment_list = image_cell(&made->image, NULL, 8);
	made->segment[0] = image_cell(&made->image, NULL, 16344);
	made->segment[1] = image_cell(&made->image, NULL, 656);
	put(made, made->big_record, 4, 4, made->segment_list);
	put(made, made->segment_list, 0, 4, made->segment[0]);
	put(made, made->segment_list, 4, 4, made->segment[1]);
	made->large = image_value(&made->image, "Large", 3, 17000, made->big_record);
}

static void add_values(struct fixture *made)
{
	made->text_data = image_cell(&made->image, "t\0e\0x\0t\0\0\0", 10);
	made->text = image_value(&made->image, "Text", 1, 10, made->text_data);
	made->number = image_data(&made->image, "Number", 4, "\1\2\3\4", 4);
	add_big_data(made);
	uint32_t values[] = {made->text, made->number, made->large};
	made->value_list = made->image.next;
	image_set_values(&made->image, made->key[1], values, 3);
	put(made, made->key[1], 60, 4, 12);
	put(made, made->key[1], 64, 4, 17000);
}

static void make_fixture(struct fixture *made)
{
	static const char *const names[KEYS] = {"b", "c", "d", "e"};
	image_make(&made->image, 5, 8 * 4096);
	made->root = image_key(&made->image, "root");
	for (int i = 0; i < KEYS; i++) {
		made->key[i] = image_key(&made->image, names[i]);
		put(made, made->key[i], 16, 4, made->root);
	}
	made->list = image_list(&made->image, "lh", made->key, KEYS);
	image_set_subkeys(&made->image, made->root, made->list, KEYS);
	made->key_class = image_cell(&made->image, "c\0l\0", 4);
	put(made, made->key[0], 48, 4, made->key_class);
	put(made, made->key[0], 74, 2, 4);
	put(made, made->root, 52, 4, 2);
	put(made, made->root, 56, 4, 4);
	add_descriptors(made);
	add_values(made);
}

static struct kbm_hive_check check(const uint8_t *bytes, size_t size)
{
	struct kbm_hive_check report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_hive_check(bytes, size, &report, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	return report;
}

/* --- sound hives ---------------------------------------------------------------------------- */

Test(hive_check, finds_nothing_in_a_sound_image_and_counts_it)
{
	struct fixture made;
	make_fixture(&made);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.problems, 0), "%s", report.first_problems[0]);
	cr_expect(eq(u64, report.oddities, 0), "%s", report.first_oddities[0]);
	cr_expect(eq(u64, report.keys, 5));
	cr_expect(eq(u64, report.values, 3));
	cr_expect(eq(u64, report.descriptors, 2));
	cr_expect(eq(u64, report.used_cells, 18));
	cr_expect(eq(u64, report.free_cells, 1));
	cr_expect(eq(u64, report.free_bytes, (uint64_t)8 * 4096 - made.image.next));
	cr_expect(eq(u64, report.tail_bytes, 0));
	image_free(&made.image);
}

static void set(struct kbm_tree *tree, const char *path, const char *name, size_t length)
{
	static const uint8_t data[40000];
	struct kbm_value value = {name, strlen(name), 3, data, length};
	cr_assert(eq(int, (int)kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
}

static void build(uint32_t minor, struct kbm_bytes *image)
{
	struct kbm_tree *tree = NULL;
	struct kbm_build_options options = {.minor = minor, .last_written = 1};
	cr_assert(eq(int, (int)kbm_tree_make("root", &tree, NULL), KBM_OK));
	for (int i = 0; i < 2500; i++) {
		char path[64];
		snprintf(path, sizeof path, "Many\\%s%d", i % 3 == 0 ? "\xC3\xA4" : "K", i * 7919);
		set(tree, path, "v", (size_t)i % 10);
	}
	set(tree, "\xD0\x9F\xD1\x80\\a/b", "\xD0\x9A", 40000);
	set(tree, "\xD0\x9F\xD1\x80\\a/b", "", 16345);
	kbm_bytes_init(image, 1 << 24);
	cr_assert(eq(int, (int)kbm_tree_build(tree, &options, image, NULL), KBM_OK));
	kbm_tree_free(tree);
}

Test(hive_check, finds_nothing_in_what_is_built)
{
	static const uint32_t minors[] = {3, 5};
	for (size_t i = 0; i < COUNT(minors); i++) {
		struct kbm_bytes image;
		build(minors[i], &image);
		struct kbm_hive_check report = check(image.data, image.length);
		cr_expect(eq(u64, report.problems, 0), "%s", report.first_problems[0]);
		cr_expect(eq(u64, report.oddities, 0), "%s", report.first_oddities[0]);
		cr_expect(eq(u64, report.keys, 2504));
		cr_expect(eq(u64, report.values, 2502));
		kbm_bytes_clear(&image);
	}
}

/* --- damage --------------------------------------------------------------------------------- */

#define IN(member) offsetof(struct fixture, member)
#define NONE	   0xFFFFFFFFU

/* One number of the sound image that is changed, and what has to be said then. `at` counts from a
 * cell's content: -4 is its size. */
static const struct damage {
	size_t cell; /* where the fixture keeps it */
	int at;
	int width;
	uint32_t value;
	enum kbm_check_kind kind;
	uint64_t problems; /* all of them */
	const char *message;
} damages[] = {
    {IN(text_data), -4, 4, 16, KBM_CHECK_REFERENCE, 1,
     "the data of the value at file offset 0x%X is said to lie at"},
    {IN(text_data), -4, 4, 0, KBM_CHECK_CELL, 2, "has a size (0x00000000) that does not fit"},
    {IN(text_data), -4, 4, 0xFFFFFFF4U, KBM_CHECK_CELL, 2, "does not fit into its bin"},
    {IN(text_data), -4, 4, 0x80000000U, KBM_CHECK_CELL, 2, "does not fit into its bin"},
    {IN(text_data), -4, 4, 0x7FFFFFF8U, KBM_CHECK_CELL, 2, "does not fit into its bin"},
    {IN(list), 0, 2, 0x7878, KBM_CHECK_LIST, 3, "is none: no lf, lh, li or ri"},
    {IN(list), 2, 2, 3, KBM_CHECK_COUNT, 2, "says it has 4 subkeys, its list holds 3"},
    {IN(list), 2, 2, 0, KBM_CHECK_LIST, 4, "is empty"},
    {IN(list), 2, 2, 999, KBM_CHECK_LIST, 3, "counts more elements than its cell holds"},
    {IN(list), 8, 4, 1, KBM_CHECK_HASH, 1, "holds 0x00000001 for the name of the subkey"},
    {IN(list), 4, 4, 0x7FFFF8, KBM_CHECK_REFERENCE, 2, "a subkey of the key"},
    {IN(root), 20, 4, 5, KBM_CHECK_COUNT, 1, "says it has 5 subkeys, its list holds 4"},
    {IN(root), 20, 4, 0, KBM_CHECK_USERS, 2, "says that 3 keys use it, 1 do"},
    {IN(root), 28, 4, NONE, KBM_CHECK_REFERENCE, 3, "the subkey list of the key"},
    {IN(root), 52, 4, 1, KBM_CHECK_LONGEST, 1, "its longest subkey name has 1 bytes, one has 2"},
    {IN(root), 56, 4, 2, KBM_CHECK_LONGEST, 1, "its longest class of a subkey has 2 bytes"},
    {IN(root), 0, 2, 0x7878, KBM_CHECK_KEY, 1, "by the base block, cannot be read: the cell at"},
    {IN(root), -4, 4, 16, KBM_CHECK_KEY, 2, "is referred to, but free"},
    {IN(root), -4, 4, 0, KBM_CHECK_KEY, 2, "the root key, at file offset 0x"},
    {IN(root), 72, 2, 999, KBM_CHECK_KEY, 1, "a key whose name is longer than the cell"},
    {IN(key[0]), 0, 2, 0x7878, KBM_CHECK_KEY, 2, "should hold a key (nk) and does not"},
    {IN(key[0]), 16, 4, 0x20000, KBM_CHECK_PARENT, 1, "as its parent, it is in the list of"},
    {IN(key[0]), 44, 4, NONE, KBM_CHECK_DESCRIPTOR, 2, "is missing"},
    {IN(key[0]), 44, 4, 0x20, KBM_CHECK_DESCRIPTOR, 2, "where none of the hive's lies"},
    {IN(key[0]), 48, 4, NONE, KBM_CHECK_REFERENCE, 1, "the class of the key"},
    {IN(key[0]), 74, 2, 6, KBM_CHECK_CLASS, 2, "has a class of 6 bytes, its cell holds 4"},
    {IN(key[0]), 72, 2, 0, KBM_CHECK_KEY, 2, "has a name of 0 bytes"},
    {IN(key[0]), 72, 2, 99, KBM_CHECK_KEY, 2, "a key whose name is longer than the cell"},
    {IN(key[0]), 2, 2, 0, KBM_CHECK_KEY, 2, "has a name of 1 bytes"},
    {IN(key[0]), 76, 1, 'C', KBM_CHECK_ORDER, 2, "has the same name as the one before it"},
    {IN(key[0]), 76, 1, 'X', KBM_CHECK_ORDER, 2, "a name that sorts before the one before it"},
    {IN(key[1]), 36, 4, 99, KBM_CHECK_COUNT, 1, "says it has 99 values, its list has room for"},
    {IN(key[1]), 40, 4, NONE, KBM_CHECK_REFERENCE, 1, "the value list of the key"},
    {IN(key[1]), 60, 4, 11, KBM_CHECK_LONGEST, 1, "its longest value name has 11 bytes"},
    {IN(key[1]), 64, 4, 0, KBM_CHECK_LONGEST, 1, "value data has 0 bytes, one has 17000"},
    {IN(value_list), 0, 4, 12, KBM_CHECK_REFERENCE, 1, "a value of the key"},
    {IN(text), 0, 2, 0x7878, KBM_CHECK_VALUE, 1, "should hold a value (vk) and does not"},
    {IN(text), 2, 2, 999, KBM_CHECK_VALUE, 1, "a value whose name is longer than the cell"},
    {IN(text), 4, 4, 99, KBM_CHECK_DATA, 1, "has more data than its cell holds"},
    {IN(text), 4, 4, 0x7FFFFFFF, KBM_CHECK_DATA, 2, "has more data than its cell holds"},
    {IN(text), 4, 4, 0x80000005, KBM_CHECK_DATA, 1, "more than 4 bytes inside its record"},
    {IN(number), 20, 4, 0x74786554, KBM_CHECK_SAME_VALUE, 1, "has two values of one name"},
    {IN(number), 4, 4, 4, KBM_CHECK_REFERENCE, 1, "the data of the value"},
    {IN(large), 4, 4, 40000, KBM_CHECK_DATA, 3, "has 40000 bytes in 2 segments, it takes 3"},
    {IN(big_record), 2, 2, 9, KBM_CHECK_DATA, 2, "has 17000 bytes in 9 segments, it takes 2"},
    {IN(big_record), 4, 4, 0, KBM_CHECK_REFERENCE, 1, "the segment list of the value"},
    {IN(segment_list), 4, 4, 0, KBM_CHECK_REFERENCE, 1, "a segment of the value"},
    {IN(first_descriptor), 0, 2, 0x7878, KBM_CHECK_DESCRIPTOR, 5, "(sk) and does not"},
    {IN(first_descriptor), 16, 4, 99, KBM_CHECK_DESCRIPTOR, 5, "longer than the cell"},
    {IN(first_descriptor), 12, 4, 4, KBM_CHECK_USERS, 1, "says that 4 keys use it, 3 do"},
    {IN(first_descriptor), 8, 4, 0, KBM_CHECK_DESCRIPTOR, 1, "as the one before it"},
    {IN(second_descriptor), 8, 4, 0, KBM_CHECK_DESCRIPTOR, 1, "as the one before it"},
    {IN(second_descriptor), 4, 4, 0, KBM_CHECK_REFERENCE, 1, "the descriptor behind"},
    {IN(first_descriptor), 4, 4, 0, KBM_CHECK_REFERENCE, 3, "the descriptor behind"},
};

static void apply_damage(struct fixture *made, const struct damage *damage)
{
	uint32_t cell;
	memcpy(&cell, (const uint8_t *)made + damage->cell, sizeof cell);
	put(made, cell, damage->at, damage->width, damage->value);
	if (damage->cell == IN(number) && damage->width == 4 && damage->at == 20) {
		put(made, cell, 2, 2, 4); /* its name is as long as what was put there */
		put(made, made->key[1], 60, 4, 12);
	}
}

static bool is_said(const struct kbm_hive_check *report, const char *message)
{
	size_t plain = strcspn(message, "%");
	char part[128];
	snprintf(part, sizeof part, "%.*s", (int)plain, message);
	for (uint64_t i = 0; i < report->problems && i < KBM_HIVE_CHECK_KEPT; i++)
		if (strstr(report->first_problems[i], part) != NULL)
			return true;
	return false;
}

Test(hive_check, finds_each_kind_of_damage)
{
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct fixture made;
		make_fixture(&made);
		apply_damage(&made, &damages[i]);
		struct kbm_hive_check report = check(made.image.bytes, made.image.size);
		cr_expect(ge(u64, report.counts[damages[i].kind], 1), "row %zu: %s", i,
			  report.first_problems[0]);
		cr_expect(is_said(&report, damages[i].message), "row %zu: %s", i,
			  report.first_problems[0]);
		cr_expect(eq(u64, report.problems, damages[i].problems), "row %zu: %s; %s", i,
			  report.first_problems[0], report.first_problems[1]);
		image_free(&made.image);
	}
}

Test(hive_check, names_the_place_in_the_file)
{
	struct fixture made;
	char expected[160];
	make_fixture(&made);
	put(&made, made.key[2], 16, 4, made.key[0]);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	snprintf(expected, sizeof expected,
		 "the key at file offset 0x%X names the key at 0x%X as its parent, it is in the "
		 "list of 0x%X",
		 BASE + made.key[2], BASE + made.key[0], BASE + made.root);
	cr_expect(eq(u64, report.problems, 1));
	cr_expect(eq(int, strcmp(report.first_problems[0], expected), 0), "%s",
		  report.first_problems[0]);
	image_free(&made.image);
}

/* --- the base block and the bins ------------------------------------------------------------ */

Test(hive_check, counts_a_dirty_or_cut_hive_as_a_problem)
{
	struct fixture made;
	make_fixture(&made);
	image_base32(&made.image, 4, 8);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BASE], 1));
	cr_expect(is_said(&report, "sequence numbers 8 and 7 differ"));
	image_base32(&made.image, 4, 7);
	made.image.bytes[508] ^= 1;
	report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BASE], 1));
	cr_expect(is_said(&report, "the checksum of its base block is wrong"));
	image_seal(&made.image);
	report = check(made.image.bytes, made.image.size - 4096 - 12);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BASE], 1));
	cr_expect(eq(u64, report.counts[KBM_CHECK_BIN], 1));
	cr_expect(is_said(&report, "the hive is cut"));
	image_free(&made.image);
}

Test(hive_check, finds_a_bin_that_is_none)
{
	struct kbm_bytes image;
	build(5, &image);
	memcpy(image.data + BASE + 4096, "nbin", 4);
	struct kbm_hive_check report = check(image.data, image.length);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BIN], 1));
	cr_expect(is_said(&report, "no sound bin (hbin) begins at file offset 0x2000"));
	memcpy(image.data + BASE + 4096, "hbin", 4);
	image.data[BASE + 4096 + 5] ^= 0x20; /* its own offset */
	report = check(image.data, image.length);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BIN], 1));
	kbm_bytes_clear(&image);
}

Test(hive_check, finds_a_bin_that_ends_behind_the_last)
{
	struct fixture made;
	make_fixture(&made);
	image_base32(&made.image, 40, 7 * 4096);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BIN], 1));
	cr_expect(is_said(&report, "has 32768 bytes, 28672 are left"));
	cr_expect(eq(u64, report.tail_bytes, 4096));
	image_base32(&made.image, 40, 8 * 4096 - 8);
	report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BASE], 1));
	image_free(&made.image);
}

Test(hive_check, refuses_what_is_no_hive)
{
	struct kbm_hive_check report;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_hive_check((const uint8_t *)"hello", 5, &report, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID));
	cr_expect(ne(ptr, strstr(error.message, "is a text file"), NULL));
}

/* A root that lies in the middle of another cell reads like a key all the same. */
Test(hive_check, finds_a_root_that_is_no_cell_of_its_own)
{
	struct fixture made;
	make_fixture(&made);
	uint32_t around = image_cell(&made.image, NULL, 120);
	uint32_t inside = around + 16;
	memcpy(image_at(&made.image, inside), image_at(&made.image, made.root), 80);
	put(&made, inside, -4, 4, 0xFFFFFFA8U);
	image_base32(&made.image, 36, inside);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_REFERENCE], 1));
	cr_expect(is_said(&report, "the root key at file offset 0x"));
	cr_expect(eq(u64, report.keys, 0));
	image_free(&made.image);
}

/* --- oddities ------------------------------------------------------------------------------- */

Test(hive_check, tells_odd_from_wrong)
{
	static const struct {
		size_t cell;
		int at;
		int width;
		uint32_t value;
		enum kbm_check_kind kind;
		const char *message;
	} rows[] = {
	    {IN(key[0]), 74, 2, 0, KBM_CHECK_LOST, "nothing refers to the cell of 8 bytes"},
	    {IN(key[2]), 28, 4, 0x20, KBM_CHECK_STALE, "has no subkeys, but a list for them"},
	    {IN(key[2]), 40, 4, 0x20, KBM_CHECK_STALE, "has no values, but a list for them"},
	    {IN(text), 4, 4, 0, KBM_CHECK_STALE, "has no data, but a cell for it"},
	    {IN(text), 4, 4, 4, KBM_CHECK_SMALL, "has 4 bytes in a cell of their own"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fixture made;
		uint32_t cell;
		make_fixture(&made);
		memcpy(&cell, (const uint8_t *)&made + rows[i].cell, sizeof cell);
		put(&made, cell, rows[i].at, rows[i].width, rows[i].value);
		struct kbm_hive_check report = check(made.image.bytes, made.image.size);
		cr_expect(eq(u64, report.problems, 0), "row %zu: %s", i, report.first_problems[0]);
		cr_expect(eq(u64, report.counts[rows[i].kind], 1), "row %zu", i);
		bool said = false;
		for (uint64_t k = 0; k < report.oddities; k++)
			said = said || strstr(report.first_oddities[k], rows[i].message) != NULL;
		cr_expect(said, "row %zu: %s", i, report.first_oddities[0]);
		image_free(&made.image);
	}
}

Test(hive_check, finds_lists_and_data_of_other_formats_odd)
{
	struct fixture made;
	make_fixture(&made);
	image_base32(&made.image, 24, 3); /* lh lists and segments in format 1.3 */
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_LIST_KIND], 1));
	cr_expect(eq(u64, report.counts[KBM_CHECK_DATA], 1));
	image_free(&made.image);
}

/* Wherever the base block says that the root key is: nothing is read beyond the file, no key is
 * found, and that is said. */
Test(hive_check, finds_a_root_key_that_is_elsewhere)
{
	static const uint32_t places[] = {0, 4, 33, 4096, 32764, 32768, 0x7FFFFFF8, NONE};
	for (size_t i = 0; i < COUNT(places); i++) {
		struct fixture made;
		make_fixture(&made);
		image_base32(&made.image, 36, places[i]);
		struct kbm_hive_check report = check(made.image.bytes, made.image.size);
		cr_expect(eq(u64, report.problems, 1), "place %zu: %s", i,
			  report.first_problems[1]);
		cr_expect(eq(u64, report.counts[KBM_CHECK_KEY], 1), "place %zu: %s", i,
			  report.first_problems[0]);
		cr_expect(eq(u64, report.keys, 0), "place %zu", i);
		image_free(&made.image);
	}
}

/* The first bin is ruined: the others are looked at all the same. */
Test(hive_check, finds_a_ruined_first_bin)
{
	struct fixture made;
	make_fixture(&made);
	memset(made.image.bytes + BASE, 0xAA, 32);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_BIN], 1));
	cr_expect(eq(u64, report.counts[KBM_CHECK_KEY], 1));
	cr_expect(eq(u64, report.keys, 0));
	cr_expect(eq(u64, report.major, 1));
	image_free(&made.image);
}

/* --- hostile hives -------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A list that leads to itself, or to one key again and again, is looked at once. */
Test(hive_check, ends_where_lists_lead_in_circles)
{
	struct fixture made;
	make_fixture(&made);
	memcpy(image_at(&made.image, made.list), "ri", 2);
	put(&made, made.list, 4, 4, made.list);
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	cr_expect(ge(u64, report.counts[KBM_CHECK_REFERENCE], 1));
	memcpy(image_at(&made.image, made.list), "lh", 2);
	for (int i = 0; i < KEYS; i++)
		put(&made, made.list, 4 + 8 * i, 4, made.root);
	report = check(made.image.bytes, made.image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_REFERENCE], KEYS));
	cr_expect(eq(u64, report.keys, 1));
	image_free(&made.image);
}

/* Many small cells that nothing refers to, in one bin of 32 MiB: as many notes, 16 of them kept. */
Test(hive_check, takes_time_by_the_size_of_the_file, .timeout = 60)
{
	struct fixture made;
	uint32_t bins = 32U << 20;
	image_make(&made.image, 5, bins);
	made.root = image_key(&made.image, "root");
	while (made.image.next + 8 <= bins)
		image_cell(&made.image, NULL, 4);
	double start = seconds();
	struct kbm_hive_check report = check(made.image.bytes, made.image.size);
	double took = seconds() - start;
	cr_expect(gt(u64, report.counts[KBM_CHECK_LOST], 4000000));
	cr_expect(lt(dbl, took, 2.0));
	image_free(&made.image);
}

static void nest(struct hive_image *image, uint32_t count)
{
	image_make(image, 5, 64 * 4096);
	static const uint8_t record[40] = "sk";
	uint32_t descriptor = image_cell(image, record, sizeof record);
	image_patch32(image, descriptor, 4, descriptor);
	image_patch32(image, descriptor, 8, descriptor);
	image_patch32(image, descriptor, 12, count);
	uint32_t above = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t key = image_key(image, "k");
		image_patch32(image, key, 16, above);
		image_patch32(image, key, 44, descriptor);
		if (i == 0)
			image_base32(image, 36, key);
		else
			image_set_subkeys(image, above, image_list(image, "lh", &key, 1), 1);
		image_patch32(image, key, 52, i + 1 < count ? 2 : 0);
		above = key;
	}
}

Test(hive_check, follows_512_levels_and_no_more)
{
	struct hive_image image;
	nest(&image, 513); /* the root and 512 below it */
	struct kbm_hive_check report = check(image.bytes, image.size);
	cr_expect(eq(u64, report.problems, 0), "%s", report.first_problems[0]);
	cr_expect(eq(u64, report.keys, 513));
	image_free(&image);
	nest(&image, 515);
	report = check(image.bytes, image.size);
	cr_expect(eq(u64, report.counts[KBM_CHECK_DEPTH], 1));
	cr_expect(eq(u64, report.keys, 513));
	image_free(&image);
}
