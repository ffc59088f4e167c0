/* source/hive: what is read, what is refused, and what is never guessed. */
#include "source/hive.h"

#include "base/bytes.h"
#include "hive_image.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct kbm_hive *open_image(const struct hive_image *image)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_hive_open(image->bytes, image->size, &hive, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	return hive;
}

/* The code of looking a path up below the root. */
static enum kbm_code find(const struct kbm_hive *hive, const char *path, kbm_cell *cell)
{
	kbm_cell found = 0;
	enum kbm_code code = kbm_hive_find_key(hive, kbm_hive_root(hive), path, &found, NULL);
	if (cell != NULL)
		*cell = found;
	return code;
}

/* Keys `names` below the root in a list of that kind. */
static void make_level(struct hive_image *image, const char *kind, const char *const *names,
		       uint32_t count, uint32_t *cells)
{
	image_make(image, 3, 16 * 4096);
	uint32_t root = image_key(image, "root");
	for (uint32_t i = 0; i < count; i++)
		cells[i] = image_key(image, names[i]);
	image_set_subkeys(image, root, image_list(image, kind, cells, count), count);
}

/* --- base block ----------------------------------------------------------------------------------
 */

Test(hive, reads_the_base_block)
{
	struct hive_image image;
	image_make(&image, 5, 4096);
	image_key(&image, "root");
	memcpy(image.bytes + 48, "S\0Y\0S\0", 6);
	image_base32(&image, 12, 99);
	struct kbm_hive *hive = open_image(&image);
	const struct kbm_hive_info *info = kbm_hive_info(hive);
	cr_expect(eq(u32, info->major, 1));
	cr_expect(eq(u32, info->minor, 5));
	cr_expect(eq(u32, info->primary_sequence, 7));
	cr_expect(eq(u64, info->last_written, 99));
	cr_expect(eq(u64, info->bins_bytes, 4096));
	cr_expect(eq(u64, info->file_bytes, 8192));
	cr_expect(eq(int, (int)info->state, KBM_HIVE_CLEAN));
	cr_expect(eq(int, strcmp(info->file_name, "SYS"), 0));
	cr_expect(eq(int, strcmp(kbm_hive_state_text(hive), ""), 0));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, says_what_a_file_is_instead)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum kbm_code code;
		const char *message;
	} cases[] = {
	    {"", 0, KBM_INVALID, "is empty"},
	    {"hello\nworlds\n", 13, KBM_INVALID, "is a text file"},
	    {"REGEDIT4\r\n\r\n", 12, KBM_INVALID, "is a .reg export"},
	    {"Windows Registry Editor Version 5.00\r\n", 38, KBM_INVALID, "is a .reg export"},
	    {"\xFF\xFEW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g\0", 24, KBM_INVALID, "is a .reg export"},
	    {"\x1F\x8B\x08\0\0\0", 6, KBM_INVALID, "gzip"},
	    {"\xFD"
	     "7zXZ\0\0\4",
	     8, KBM_INVALID, "xz"},
	    {"PK\3\4....", 8, KBM_INVALID, "ZIP"},
	    {"CREG\0\0\1\0", 8, KBM_INVALID, "Windows 95"},
	    {"hbin\0\0\0\0", 8, KBM_INVALID, "without its first 4096 bytes"},
	    {"\0\0\0\0\0\0\0\0", 8, KBM_INVALID, "zero bytes"},
	    {"\1\2\3\4\5\6\7\x8", 8, KBM_INVALID, "does not begin with \"regf\""},
	    {"regf", 4, KBM_UNREADABLE, "cut after 4 bytes"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* On the heap with its exact size, so that a sanitizer sees a read beyond it. */
		uint8_t *bytes = malloc(cases[i].length + (cases[i].length == 0));
		memcpy(bytes, cases[i].bytes, cases[i].length);
		struct kbm_hive *hive = NULL;
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = kbm_hive_open(bytes, cases[i].length, &hive, &error);
		cr_expect(eq(int, (int)code, (int)cases[i].code), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, cases[i].message), NULL), "row %zu: %s", i,
			  error.message);
		cr_expect(eq(ptr, hive, NULL));
		free(bytes);
	}
}

Test(hive, knows_a_log_from_a_hive)
{
	static const uint32_t types[] = {1, 2, 6};
	for (size_t i = 0; i < COUNT(types); i++) {
		struct hive_image image;
		image_make(&image, 5, 4096);
		image_base32(&image, 28, types[i]);
		struct kbm_hive *hive = NULL;
		struct kbm_error error;
		/* Logs may be as short as their first sector. */
		enum kbm_code code = kbm_hive_open(image.bytes, 512, &hive, &error);
		cr_expect(eq(int, (int)code, KBM_INVALID));
		cr_expect(ne(ptr, strstr(error.message, "transaction log"), NULL));
		image_free(&image);
	}
}

Test(hive, reads_formats_1_2_to_1_6_only)
{
	static const struct {
		uint32_t major;
		uint32_t minor;
		enum kbm_code code;
	} cases[] = {
	    {1, 1, KBM_UNSUPPORTED}, {1, 2, KBM_OK},	      {1, 3, KBM_OK},
	    {1, 4, KBM_OK},	     {1, 5, KBM_OK},	      {1, 6, KBM_OK},
	    {1, 7, KBM_UNSUPPORTED}, {2, 3, KBM_UNSUPPORTED},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct hive_image image;
		image_make(&image, cases[i].minor, 4096);
		image_key(&image, "root");
		image_base32(&image, 20, cases[i].major);
		struct kbm_hive *hive = NULL;
		struct kbm_error error;
		enum kbm_code code = kbm_hive_open(image.bytes, image.size, &hive, &error);
		cr_expect(eq(int, (int)code, (int)cases[i].code), "row %zu", i);
		char version[8];
		snprintf(version, sizeof version, "%u.%u", cases[i].major, cases[i].minor);
		if (code != KBM_OK)
			cr_expect(ne(ptr, strstr(error.message, version), NULL));
		kbm_hive_close(hive);
		image_free(&image);
	}
}

Test(hive, says_why_a_hive_is_not_clean)
{
	struct hive_image image;
	image_make(&image, 3, 8192);
	image_key(&image, "root");
	image_base32(&image, 4, 8);
	struct kbm_hive *hive = open_image(&image);
	cr_expect(eq(int, (int)kbm_hive_info(hive)->state, KBM_HIVE_DIRTY_SEQUENCE));
	cr_expect(ne(ptr, strstr(kbm_hive_state_text(hive), "8 and 7"), NULL));
	kbm_hive_close(hive);

	image.size -= 4096;
	hive = open_image(&image);
	cr_expect(eq(int, (int)kbm_hive_info(hive)->state, KBM_HIVE_TRUNCATED));
	cr_expect(ne(ptr, strstr(kbm_hive_state_text(hive), "4096 of the 8192"), NULL));
	kbm_hive_close(hive);

	image.bytes[508] ^= 1;
	hive = open_image(&image);
	cr_expect(eq(int, (int)kbm_hive_info(hive)->state, KBM_HIVE_DIRTY_CHECKSUM));
	cr_expect(ne(ptr, strstr(kbm_hive_state_text(hive), "checksum"), NULL));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, never_expects_a_checksum_of_all_zeros_or_ones)
{
	for (int ones = 0; ones < 2; ones++) {
		struct hive_image image;
		image_make(&image, 3, 4096);
		image_key(&image, "root");
		uint32_t sum = 0;
		memcpy(&sum, image.bytes + 508, 4);
		/* Undoes the sum in a reserved field, so that it comes out as 0 or all ones. */
		image_base32(&image, 200, ones ? ~sum : sum);
		uint32_t stored = 0;
		memcpy(&stored, image.bytes + 508, 4);
		cr_assert(eq(u32, stored, ones ? UINT32_MAX - 1 : 1));
		struct kbm_hive *hive = open_image(&image);
		cr_expect(eq(int, (int)kbm_hive_info(hive)->state, KBM_HIVE_CLEAN));
		kbm_hive_close(hive);
		image_free(&image);
	}
}

Test(hive, opens_nothing_without_a_root_key)
{
	struct hive_image image;
	struct kbm_hive *hive = NULL;
	struct kbm_error error;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "root");
	memcpy(image_at(&image, root), "sk", 2);
	enum kbm_code code = kbm_hive_open(image.bytes, image.size, &hive, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(error.message, "0x1020"), NULL), "%s", error.message);
	memcpy(image_at(&image, root), "nk", 2);
	image.bytes[4096] = 'g';
	code = kbm_hive_open(image.bytes, image.size, &hive, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(error.message, "first bin"), NULL), "%s", error.message);
	code = kbm_hive_open(image.bytes, 4096, &hive, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	image_free(&image);
}

/* --- finding keys --------------------------------------------------------------------------------
 */

static const char *const sorted_names[] = {"Alpha", "Al\xFCpha", "Beta", "betaX", "C"};

Test(hive, finds_keys_in_every_kind_of_list)
{
	static const char *const kinds[] = {"lf", "lh", "li"};
	static const char *const asked[] = {"ALPHA", "al\xC3\x9Cpha", "beta", "BETAx", "c"};
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		struct hive_image image;
		uint32_t cells[COUNT(sorted_names)];
		make_level(&image, kinds[kind], sorted_names, COUNT(sorted_names), cells);
		struct kbm_hive *hive = open_image(&image);
		for (size_t i = 0; i < COUNT(asked); i++) {
			kbm_cell found = 0;
			cr_expect(eq(int, (int)find(hive, asked[i], &found), KBM_OK));
			cr_expect(eq(u32, found, cells[i]), "%s %s", kinds[kind], asked[i]);
		}
		cr_expect(eq(int, (int)find(hive, "Betaa", NULL), KBM_NOT_FOUND));
		cr_expect(eq(int, (int)find(hive, "", NULL), KBM_OK));
		cr_expect(eq(int, (int)find(hive, "C\\", NULL), KBM_OK));
		cr_expect(eq(int, (int)find(hive, "C\\x", NULL), KBM_NOT_FOUND));
		kbm_hive_close(hive);
		image_free(&image);
	}
}

/* What was absent last is remembered: by its key and its name, and no other. */
Test(hive, finds_the_same_again)
{
	static const char long_name[] = "a name of more units than are remembered, as no key that "
					"people make is called";
	static const struct {
		const char *path;
		enum kbm_code code;
	} asked[] = {
	    {"none", KBM_NOT_FOUND},
	    {"NONE", KBM_NOT_FOUND},
	    {"Alpha\\none", KBM_NOT_FOUND},
	    {"none", KBM_NOT_FOUND},
	    {"Alpha\\C", KBM_NOT_FOUND},
	    {"C", KBM_OK},
	    {"nonE2", KBM_NOT_FOUND},
	    {"non", KBM_NOT_FOUND},
	    {"none\\C", KBM_NOT_FOUND},
	    {long_name, KBM_NOT_FOUND},
	    {"C", KBM_OK},
	    {"Beta", KBM_OK},
	    {"C\\Beta", KBM_NOT_FOUND},
	    {"Beta", KBM_OK},
	    {"", KBM_OK},
	};
	struct hive_image image;
	uint32_t cells[COUNT(sorted_names)];
	make_level(&image, "lh", sorted_names, COUNT(sorted_names), cells);
	struct kbm_hive *hive = open_image(&image);
	for (size_t i = 0; i < 2 * COUNT(asked); i++)
		cr_expect(eq(int, (int)find(hive, asked[i / 2].path, NULL), (int)asked[i / 2].code),
			  "%zu: %s", i, asked[i / 2].path);
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, finds_keys_in_lists_that_are_not_sorted_or_hashed_wrongly)
{
	static const char *const names[] = {"zeta", "alpha", "omega", "beta"};
	static const char *const kinds[] = {"lf", "lh", "li"};
	for (size_t kind = 0; kind < COUNT(kinds); kind++) {
		struct hive_image image;
		uint32_t cells[COUNT(names)];
		make_level(&image, kinds[kind], names, COUNT(names), cells);
		if (kinds[kind][1] == 'h') {
			uint32_t list = 0;
			memcpy(&list, image_at(&image, 32) + 28, 4);
			image_patch32(&image, list, 8, 0xBAD);
		}
		struct kbm_hive *hive = open_image(&image);
		for (size_t i = 0; i < COUNT(names); i++) {
			kbm_cell found = 0;
			cr_expect(eq(int, (int)find(hive, names[i], &found), KBM_OK));
			cr_expect(eq(u32, found, cells[i]), "%s %s", kinds[kind], names[i]);
		}
		kbm_hive_close(hive);
		image_free(&image);
	}
}

/* 60 keys k00..k59 in three leaves of different kinds below an index root. */
static uint32_t make_rooted(struct hive_image *image, uint32_t cells[static 60])
{
	static const char *const kinds[] = {"lf", "li", "lh"};
	uint32_t leaves[3];
	image_make(image, 5, 16 * 4096);
	uint32_t root = image_key(image, "root");
	for (uint32_t i = 0; i < 60; i++) {
		char name[8];
		snprintf(name, sizeof name, "k%02u", i);
		cells[i] = image_key(image, name);
	}
	for (uint32_t i = 0; i < 3; i++)
		leaves[i] = image_list(image, kinds[i], cells + 20 * i, 20);
	uint32_t list = image_list(image, "ri", leaves, 3);
	image_set_subkeys(image, root, list, 60);
	return list;
}

Test(hive, finds_and_counts_keys_below_an_index_root)
{
	struct hive_image image;
	uint32_t cells[60];
	make_rooted(&image, cells);
	struct kbm_hive *hive = open_image(&image);
	for (uint32_t i = 0; i < 60; i++) {
		char name[8];
		kbm_cell found = 0;
		snprintf(name, sizeof name, "K%02u", i);
		cr_expect(eq(int, (int)find(hive, name, &found), KBM_OK));
		cr_expect(eq(u32, found, cells[i]));
	}
	cr_expect(eq(int, (int)find(hive, "k60", NULL), KBM_NOT_FOUND));
	static const size_t order[] = {0, 1, 59, 20, 19, 40, 39, 5};
	for (size_t i = 0; i < COUNT(order); i++) {
		kbm_cell cell = 0;
		enum kbm_code code =
		    kbm_hive_subkey_at(hive, kbm_hive_root(hive), order[i], &cell, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		cr_expect(eq(u32, cell, cells[order[i]]));
	}
	kbm_cell none = 0;
	for (int again = 0; again < 2; again++)
		cr_expect(eq(int,
			     (int)kbm_hive_subkey_at(hive, kbm_hive_root(hive), 60, &none, NULL),
			     KBM_NOT_FOUND));
	cr_expect(eq(int, (int)kbm_hive_subkey_at(hive, kbm_hive_root(hive), SIZE_MAX, &none, NULL),
		     KBM_NOT_FOUND));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, ends_at_an_index_root_that_holds_itself)
{
	struct hive_image image;
	uint32_t cells[60];
	uint32_t list = make_rooted(&image, cells);
	image_patch32(&image, list, 4 + 8, list);
	struct kbm_hive *hive = open_image(&image);
	struct kbm_error error;
	kbm_cell found = 0;
	cr_expect(eq(int, (int)find(hive, "k05", NULL), KBM_OK));
	enum kbm_code code = kbm_hive_find_key(hive, kbm_hive_root(hive), "k55", &found, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(error.message, "index root inside an index root"), NULL), "%s",
		  error.message);
	cr_expect(
	    eq(int, (int)kbm_hive_subkey_at(hive, kbm_hive_root(hive), 39, &found, NULL), KBM_OK));
	for (int again = 0; again < 2; again++)
		cr_expect(eq(int,
			     (int)kbm_hive_subkey_at(hive, kbm_hive_root(hive), 40, &found, NULL),
			     KBM_UNREADABLE));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, never_calls_a_key_absent_that_damage_may_hide)
{
	struct hive_image image;
	uint32_t cells[COUNT(sorted_names)];
	make_level(&image, "lf", sorted_names, COUNT(sorted_names), cells);
	memcpy(image_at(&image, cells[2]), "xx", 2);
	struct kbm_hive *hive = open_image(&image);
	cr_expect(eq(int, (int)find(hive, "alpha", NULL), KBM_OK));
	cr_expect(eq(int, (int)find(hive, "c", NULL), KBM_OK));
	cr_expect(eq(int, (int)find(hive, "beta", NULL), KBM_UNREADABLE));
	cr_expect(eq(int, (int)find(hive, "delta", NULL), KBM_UNREADABLE));
	kbm_hive_close(hive);
	memcpy(image_at(&image, cells[2]), "nk", 2);
	image_patch32(&image, 32, 20, 6); /* says six, the list holds five */
	hive = open_image(&image);
	kbm_cell none = 0;
	cr_expect(eq(int, (int)find(hive, "beta", NULL), KBM_OK));
	cr_expect(eq(int, (int)find(hive, "delta", NULL), KBM_UNREADABLE));
	cr_expect(eq(int, (int)kbm_hive_subkey_at(hive, kbm_hive_root(hive), 5, &none, NULL),
		     KBM_UNREADABLE));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, refuses_cells_that_cannot_be)
{
	struct hive_image image;
	uint32_t cells[1];
	static const char *const names[] = {"a"};
	make_level(&image, "li", names, 1, cells);
	uint32_t list = 0;
	memcpy(&list, image_at(&image, 32) + 28, 4);
	static const struct {
		uint32_t cell;
		const char *message;
	} cases[] = {
	    {0, "leads nowhere"},
	    {UINT32_MAX, "leads nowhere"},
	    {16, "free"},
	    {0x10000, "beyond the end"},
	    {0x80000020U, "beyond the end"},
	    {36, "multiple of 8"},
	    {0xF000, "free"},
	};
	struct kbm_hive *hive = open_image(&image);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_error error = {KBM_OK, ""};
		kbm_cell found = 0;
		image_patch32(&image, list, 4, cases[i].cell);
		enum kbm_code code =
		    kbm_hive_find_key(hive, kbm_hive_root(hive), "a", &found, &error);
		cr_expect(eq(int, (int)code, KBM_UNREADABLE), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, cases[i].message), NULL), "row %zu: %s", i,
			  error.message);
	}
	image_patch32(&image, list, 4, cells[0]);
	uint8_t *size = image_at(&image, cells[0]) - 4;
	memset(size, 0x80, 4); /* larger than the bin */
	cr_expect(eq(int, (int)find(hive, "a", NULL), KBM_UNREADABLE));
	memset(size, 0, 3);
	cr_expect(eq(int, (int)find(hive, "a", NULL), KBM_UNREADABLE));
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, keeps_to_the_depth_that_windows_allows)
{
	struct hive_image image;
	image_make(&image, 3, 4096);
	uint32_t root = image_key(&image, "a");
	image_set_subkeys(&image, root, image_list(&image, "li", &root, 1), 1);
	struct kbm_hive *hive = open_image(&image);
	struct kbm_bytes path;
	kbm_bytes_init(&path, 4096);
	for (int i = 0; i < 512; i++)
		kbm_bytes_append_text(&path, "a\\");
	cr_expect(eq(int, (int)find(hive, kbm_bytes_text(&path), NULL), KBM_OK));
	kbm_bytes_append_text(&path, "a");
	cr_expect(eq(int, (int)find(hive, kbm_bytes_text(&path), NULL), KBM_LIMIT));
	cr_expect(eq(int, (int)find(hive, "\xFF", NULL), KBM_USAGE));
	kbm_bytes_clear(&path);
	kbm_hive_close(hive);
	image_free(&image);
}

Test(hive, is_not_misled_by_what_is_left_of_smaller_bins)
{
	struct hive_image image;
	static uint8_t filler[4096 - 300];
	static uint8_t data[6000];
	image_make(&image, 3, 4 * 4096);
	uint32_t root = image_key(&image, "root");
	image_cell(&image, filler, sizeof filler);
	/* Begins in the second page and ends in the third; each has an old header. */
	image_cell(&image, filler, 400);
	uint32_t value = image_data(&image, "v", 3, data, sizeof data);
	image_set_values(&image, root, &value, 1);
	for (uint32_t at = 4096; at <= 8192; at += 4096) {
		uint8_t *header = image.bytes + 4096 + at;
		memcpy(header, "hbin", 4);
		memcpy(header + 4, &at, 4);
		memcpy(header + 8, "\0\x10\0\0", 4);
	}
	struct kbm_hive *hive = open_image(&image);
	struct kbm_bytes name;
	struct kbm_bytes scratch;
	struct kbm_value found;
	kbm_cell cell = 0;
	kbm_bytes_init(&name, 100);
	kbm_bytes_init(&scratch, 100);
	enum kbm_code code = kbm_hive_find_value(hive, root, "v", 1, &cell, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_hive_value(hive, cell, &name, &scratch, &found, NULL);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(eq(sz, found.length, sizeof data));
	kbm_bytes_clear(&name);
	kbm_hive_close(hive);
	image_free(&image);
}

/* --- names and values ----------------------------------------------------------------------------
 */

/* A root with one value, whose data is looked at. */
struct one_value {
	struct hive_image image;
	uint32_t cell;
	struct kbm_hive *hive;
	struct kbm_bytes name;
	struct kbm_bytes data;
	struct kbm_value value;
};

static void make_one(struct one_value *one, uint32_t minor)
{
	image_make(&one->image, minor, 32 * 4096);
	image_key(&one->image, "root");
	kbm_bytes_init(&one->name, 1000);
	kbm_bytes_init(&one->data, 1 << 20);
}

static enum kbm_code read_one(struct one_value *one, const char *name)
{
	if (one->hive == NULL) {
		image_set_values(&one->image, 32, &one->cell, 1);
		one->hive = open_image(&one->image);
	}
	kbm_cell found = 0;
	enum kbm_code code = kbm_hive_find_value(one->hive, kbm_hive_root(one->hive), name,
						 strlen(name), &found, NULL);
	return code != KBM_OK
		   ? code
		   : kbm_hive_value(one->hive, found, &one->name, &one->data, &one->value, NULL);
}

static void clear_one(struct one_value *one)
{
	kbm_hive_close(one->hive);
	image_free(&one->image);
	kbm_bytes_clear(&one->name);
	kbm_bytes_clear(&one->data);
}

Test(hive, takes_small_data_from_the_low_end)
{
	for (uint32_t length = 0; length <= 5; length++) {
		struct one_value one = {.hive = NULL};
		make_one(&one, 3);
		one.cell = image_value(&one.image, "v", 3, 0x80000000U | length, 0x44434241);
		enum kbm_code code = read_one(&one, "V");
		cr_expect(eq(int, (int)code, length > 4 ? KBM_UNREADABLE : KBM_OK));
		if (code == KBM_OK) {
			cr_expect(eq(sz, one.value.length, length));
			cr_expect(eq(int, memcmp(one.value.data, "ABCD", length), 0));
			cr_expect(eq(int, strcmp(one.value.name, "v"), 0));
		}
		clear_one(&one);
	}
}

Test(hive, reads_empty_data_whatever_the_offset_says)
{
	struct one_value one = {.hive = NULL};
	make_one(&one, 3);
	one.cell = image_value(&one.image, "", 1, 0, 0xDEADBEEF);
	cr_expect(eq(int, (int)read_one(&one, ""), KBM_OK));
	cr_expect(eq(sz, one.value.length, 0));
	cr_expect(eq(u32, one.value.type, 1));
	cr_expect(eq(sz, one.value.name_length, 0));
	cr_expect(eq(int, (int)read_one(&one, "x"), KBM_NOT_FOUND));
	clear_one(&one);
}

Test(hive, refuses_data_that_its_cell_cannot_hold)
{
	static const uint32_t sizes[] = {29, 1000, 16344, 200000, 0x7FFFFFFF};
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct one_value one = {.hive = NULL};
		make_one(&one, 3);
		uint32_t data = image_cell(&one.image, "01234567890123456789", 20);
		one.cell = image_value(&one.image, "v", 3, sizes[i], data);
		cr_expect(eq(int, (int)read_one(&one, "v"), KBM_UNREADABLE), "size %u", sizes[i]);
		clear_one(&one);
	}
}

/* Big data of `length` bytes, each byte (position % 251), in segments as format 1.4 has them. */
static uint32_t make_big(struct hive_image *image, uint32_t length, uint32_t segments[static 3])
{
	static uint8_t data[3 * 16344];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i % 251);
	uint32_t count = (length + 16343) / 16344;
	uint32_t list = image_cell(image, NULL, 4U * count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t part = length - 16344 * i < 16344 ? length - 16344 * i : 16344;
		segments[i] = image_cell(image, data + (size_t)16344 * i, part);
		image_patch32(image, list, 4U * i, segments[i]);
	}
	uint32_t record = image_cell(image, "db\0\0\0\0\0\0", 8);
	image_patch16(image, record, 2, count);
	image_patch32(image, record, 4, list);
	return record;
}

Test(hive, puts_big_data_together)
{
	static const uint32_t lengths[] = {16345, 32688, 32689, 40000};
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct one_value one = {.hive = NULL};
		uint32_t segments[3];
		make_one(&one, 4);
		one.cell = image_value(&one.image, "v", 3, lengths[i],
				       make_big(&one.image, lengths[i], segments));
		cr_assert(eq(int, (int)read_one(&one, "v"), KBM_OK));
		cr_assert(eq(sz, one.value.length, lengths[i]));
		size_t wrong = 0;
		for (size_t at = 0; at < lengths[i]; at++)
			wrong += one.value.data[at] != (uint8_t)(at % 251);
		cr_expect(eq(sz, wrong, 0));
		clear_one(&one);
	}
}

Test(hive, refuses_big_data_with_pieces_missing)
{
	for (int kind = 0; kind < 4; kind++) {
		struct one_value one = {.hive = NULL};
		uint32_t segments[3];
		make_one(&one, kind == 3 ? 3 : 5);
		uint32_t record = make_big(&one.image, 40000, segments);
		if (kind == 0) /* one segment fewer than the size needs */
			image_patch16(&one.image, record, 2, 2);
		else if (kind == 1) /* a segment that is too small */
			image_patch32(&one.image, record, 4, record);
		else if (kind == 2) /* a freed one */
			memset(image_at(&one.image, segments[1]) - 4, 0, 4);
		/* kind 3: before format 1.4 there is no big data, "db" are two bytes of data */
		one.cell = image_value(&one.image, "v", 3, 40000, record);
		cr_expect(eq(int, (int)read_one(&one, "v"), KBM_UNREADABLE), "kind %d", kind);
		clear_one(&one);
	}
}

Test(hive, takes_large_data_before_format_1_4_from_one_cell)
{
	struct one_value one = {.hive = NULL};
	make_one(&one, 3);
	static uint8_t data[20000] = "db";
	one.cell =
	    image_value(&one.image, "v", 3, sizeof data, image_cell(&one.image, data, sizeof data));
	cr_assert(eq(int, (int)read_one(&one, "v"), KBM_OK));
	cr_expect(eq(sz, one.value.length, sizeof data));
	cr_expect(eq(int, memcmp(one.value.data, data, sizeof data), 0));
	clear_one(&one);
}

Test(hive, keeps_names_of_any_units)
{
	static const struct {
		const char *utf16;
		uint32_t length;
		const char *name;
		size_t name_length;
	} cases[] = {
	    {"\x1F\x04\x40\x04", 4, "\xD0\x9F\xD1\x80", 4},
	    {"a\0\0\0b\0", 6, "a\0b", 3},
	    {"\x00\xD8", 2, "\xED\xA0\x80", 3}, /* unpaired */
	    {"\x3D\xD8\x00\xDE", 4, "\xF0\x9F\x98\x80", 4},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct one_value one = {.hive = NULL};
		make_one(&one, 5);
		one.cell = image_value(&one.image, "12345678", 4, 0x80000004U, 0);
		memcpy(image_at(&one.image, one.cell) + 20, cases[i].utf16, cases[i].length);
		image_patch16(&one.image, one.cell, 2, cases[i].length);
		image_patch16(&one.image, one.cell, 16, 0);
		cr_expect(eq(int, (int)read_one(&one, "12345678"), KBM_NOT_FOUND));
		kbm_cell found = 0;
		enum kbm_code code =
		    kbm_hive_find_value(one.hive, kbm_hive_root(one.hive), cases[i].name,
					cases[i].name_length, &found, NULL);
		cr_assert(eq(int, (int)code, KBM_OK), "row %zu", i);
		code = kbm_hive_value(one.hive, found, &one.name, NULL, &one.value, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		cr_expect(eq(sz, one.value.name_length, cases[i].name_length));
		cr_expect(
		    eq(int, memcmp(one.value.name, cases[i].name, cases[i].name_length + 1), 0));
		clear_one(&one);
	}
}

Test(hive, ends_at_once_with_a_made_up_count_of_values)
{
	struct one_value one = {.hive = NULL};
	make_one(&one, 3);
	one.cell = image_data(&one.image, "v", 4, "1234", 4);
	image_set_values(&one.image, 32, &one.cell, 1);
	image_patch32(&one.image, 32, 36, 0x40000001);
	one.hive = open_image(&one.image);
	kbm_cell cell = 0;
	/* The list's cell is 8 bytes: one element. */
	cr_expect(eq(int, (int)read_one(&one, "v"), KBM_OK));
	cr_expect(eq(int, (int)read_one(&one, "w"), KBM_UNREADABLE));
	cr_expect(eq(int, (int)kbm_hive_value_at(one.hive, 32, 0, &cell, NULL), KBM_OK));
	cr_expect(eq(int, (int)kbm_hive_value_at(one.hive, 32, 1, &cell, NULL), KBM_UNREADABLE));
	cr_expect(
	    eq(int, (int)kbm_hive_value_at(one.hive, 32, 0x40000000, &cell, NULL), KBM_UNREADABLE));
	cr_expect(
	    eq(int, (int)kbm_hive_value_at(one.hive, 32, SIZE_MAX, &cell, NULL), KBM_NOT_FOUND));
	clear_one(&one);
}

Test(hive, sees_no_values_in_a_key_that_stands_for_a_handle)
{
	struct hive_image image;
	image_make(&image, 5, 4096);
	uint32_t root = image_key(&image, "009");
	image_patch16(&image, root, 2, 0x60);
	image_patch32(&image, root, 36, 0x80000060U);
	struct kbm_hive *hive = open_image(&image);
	kbm_cell cell = 0;
	cr_expect(eq(int, (int)kbm_hive_value_at(hive, root, 0, &cell, NULL), KBM_NOT_FOUND));
	cr_expect(
	    eq(int, (int)kbm_hive_find_value(hive, root, "x", 1, &cell, NULL), KBM_NOT_FOUND));
	kbm_hive_close(hive);
	image_free(&image);
}
