/* source/hive_edit: each rule of writing, on hives that are looked at byte by byte. Random edits
 * are in hive_sequences.c, broken hives in tests/fuzz/mutate_edit.c. */
#include "base/limits.h"
#include "edit_subject.h"
#include "hive_image.h"
#include "hive_structure.h"
#include "source/hive.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPARE = 1 << 20 };

/* Bytes that are not all the same. */
static const uint8_t *pattern(size_t length, unsigned salt)
{
	static uint8_t bytes[64 * 16344];
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251 + salt);
	return bytes;
}

#define EXPECT_SOUND(subject)                                                             \
	do {                                                                              \
		const char *wrong = subject_finish(subject);                              \
		cr_expect(eq(int, strcmp(wrong, ""), 0), "line %d: %s", __LINE__, wrong); \
	} while (0)
#define EXPECT_CODE(subject, call, code)                                      \
	do {                                                                  \
		int got = (call);                                             \
		cr_expect(eq(int, got, (int)(code)), "line %d: %s", __LINE__, \
			  (subject)->error.message);                          \
	} while (0)
#define EXPECT_OK(subject, call) EXPECT_CODE(subject, call, KBM_OK)
#define EXPECT_TEXT(subject, part)                                                                \
	cr_expect(ne(ptr, strstr((subject)->error.message, part), NULL), "line %d: %s", __LINE__, \
		  (subject)->error.message)

/* --- opening -------------------------------------------------------------------------------- */

static int open_code(struct hive_image *image, struct kbm_error *error)
{
	struct kbm_hive_editor *editor = NULL;
	uint8_t *copy = malloc(image->size);
	memcpy(copy, image->bytes, image->size);
	int code =
	    (int)kbm_hive_edit_open(image->bytes, image->size, image->size, 1, &editor, error);
	cr_expect(eq(int, memcmp(copy, image->bytes, image->size), 0));
	cr_expect(eq(ptr, editor, NULL));
	free(copy);
	return code;
}

static void make_small(struct hive_image *image, uint32_t minor)
{
	image_make(image, minor, 2 * 4096);
	uint32_t root = image_key(image, "root");
	uint32_t value = image_data(image, "v", 3, "0123456789", 10);
	image_set_values(image, root, &value, 1);
}

Test(hive_edit, refuses_what_is_no_clean_hive)
{
	static const struct {
		size_t at;
		uint32_t value;
		bool seals;
		enum kbm_code code;
		const char *reason;
	} cases[] = {
	    {0, 0x41414141, true, KBM_INVALID, "not a registry hive"},
	    {4, 8, true, KBM_REFUSED, "sequence numbers"},
	    {40, 3 * 4096, true, KBM_REFUSED, "cut"},
	    {44, 99, false, KBM_REFUSED, "checksum"},
	    {24, 1, true, KBM_UNSUPPORTED, "1.1"},
	    {24, 7, true, KBM_UNSUPPORTED, "1.7"},
	    {36, 0x48, true, KBM_REFUSED, "damaged"},
	    {40, 4096, true, KBM_REFUSED, "bin"},
	    {40, 4097, true, KBM_REFUSED, "bin"},
	    {4096, 0, false, KBM_REFUSED, "damaged"},
	    {4096 + 4, 8, false, KBM_REFUSED, "damaged"},
	    {4096 + 8, 3 * 4096, false, KBM_REFUSED, "damaged"},
	    {4096 + 32 + 88, 0, false, KBM_REFUSED, "cell"},
	    {4096 + 32 + 88, 0xFFFFFFFC, false, KBM_REFUSED, "cell"},
	    {4096 + 32 + 88, 0x80000000, false, KBM_REFUSED, "cell"},
	    {4096 + 32 + 88, 0x7FFFFFF8, false, KBM_REFUSED, "cell"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hive_image image;
		struct kbm_error error = {0};
		make_small(&image, 3);
		for (size_t k = 0; k < 4; k++)
			image.bytes[cases[i].at + k] = (uint8_t)(cases[i].value >> 8 * k);
		if (cases[i].seals)
			image_seal(&image);
		int code = open_code(&image, &error);
		cr_expect(eq(int, code, (int)cases[i].code), "row %zu: %s", i, error.message);
		cr_expect(ne(ptr, strstr(error.message, cases[i].reason), NULL), "row %zu: %s", i,
			  error.message);
		image_free(&image);
	}
}

Test(hive_edit, needs_room_for_the_hive_itself)
{
	struct hive_image image;
	struct kbm_hive_editor *editor = NULL;
	make_small(&image, 3);
	int code =
	    (int)kbm_hive_edit_open(image.bytes, image.size, image.size - 1, 1, &editor, NULL);
	cr_expect(eq(int, code, KBM_USAGE));
	image_free(&image);
	kbm_hive_edit_close(NULL);
}

/* --- finishing ------------------------------------------------------------------------------ */

Test(hive_edit, finishing_counts_on_and_seals)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "A", "four", 4, "\4\3\2\1", 4));
	EXPECT_SOUND(&subject);
	uint32_t words[3];
	memcpy(words, subject.bytes + 4, sizeof words);
	cr_expect(eq(u32, words[0], 2));
	cr_expect(eq(u32, words[1], 2));
	cr_expect(eq(u32, words[2], SUBJECT_NOW));
	memcpy(words, subject.bytes + 4096 + 20, 4);
	cr_expect(eq(u32, words[0], SUBJECT_NOW));
	EXPECT_OK(&subject, subject_set(&subject, "A", "four", 4, "\4\3\2\2", 4));
	EXPECT_SOUND(&subject);
	memcpy(words, subject.bytes + 4, sizeof words);
	cr_expect(eq(u32, words[0], 3));
	subject_clear(&subject);
}

Test(hive_edit, what_changes_nothing_leaves_every_byte)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	subject_keep(&subject);
	EXPECT_OK(&subject, subject_set(&subject, "a", "FOUR", 4, "\1\2\3\4", 4));
	EXPECT_OK(&subject, subject_set(&subject, "A", "Text", 1, "t\0e\0x\0t\0\0\0", 10));
	EXPECT_OK(&subject, subject_create(&subject, "b\\c"));
	EXPECT_OK(&subject, subject_create(&subject, ""));
	EXPECT_CODE(&subject, subject_delete_value(&subject, "A", "other"), KBM_NOT_FOUND);
	EXPECT_CODE(&subject, subject_delete_value(&subject, "A\\B", "other"), KBM_NOT_FOUND);
	EXPECT_CODE(&subject, subject_delete_key(&subject, "A\\B"), KBM_NOT_FOUND);
	EXPECT_CODE(&subject, subject_delete_key(&subject, ""), KBM_USAGE);
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject_changes(&subject), 0));
	subject_clear(&subject);
}

Test(hive_edit, padding_behind_the_bins_stays_until_they_grow)
{
	struct subject subject;
	struct hive_image image;
	make_small(&image, 3);
	uint8_t *padded = calloc(1, image.size + 100);
	memcpy(padded, image.bytes, image.size);
	memset(padded + image.size, 0xAA, 100);
	subject_copy(&subject, padded, image.size + 100, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "", "v", 3, "9876543210", 10));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length, image.size + 100));
	EXPECT_OK(&subject, subject_set(&subject, "", "w", 3, pattern(16000, 1), 16000));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length % 4096, 0));
	cr_expect(subject_has(&subject, "", "w", 3, pattern(16000, 1), 16000));
	free(padded);
	image_free(&image);
	subject_clear(&subject);
}

/* --- data ----------------------------------------------------------------------------------- */

Test(hive_edit, the_same_length_is_written_in_place)
{
	for (uint32_t minor = 2; minor <= 6; minor++) {
		struct subject subject;
		subject_build(&subject, minor, SPARE);
		uint32_t cell = subject_value(&subject, "A", "text");
		subject_keep(&subject);
		EXPECT_OK(&subject, subject_set(&subject, "A", "text", 1, "T\0E\0X\0T\0\0\0", 10));
		EXPECT_SOUND(&subject);
		/* sequence numbers 2, times of key, hive and bin, checksum, 4 letters */
		cr_expect(le(sz, subject_changes(&subject), 2 + 3 * 8 + 4 + 4));
		cr_expect(eq(u32, subject_value(&subject, "A", "text"), cell));
		subject_keep(&subject);
		EXPECT_OK(&subject, subject_set(&subject, "A", "text", 2, "T\0E\0X\0T\0\0\0", 10));
		EXPECT_SOUND(&subject);
		cr_expect(le(sz, subject_changes(&subject), 2 + 4 + 1));
		subject_clear(&subject);
	}
}

/* Every way from one size to another, in every format. */
Test(hive_edit, data_changes_its_form)
{
	static const size_t lengths[] = {0,   1,     4,	    5,	   8,	  12,
					 100, 16344, 16345, 40000, 50000, 40 * 16344};
	enum { LENGTHS = sizeof lengths / sizeof *lengths };
	for (uint32_t minor = 2; minor <= 6; minor++) {
		struct subject subject;
		subject_build(&subject, minor, 4 * SPARE);
		for (size_t i = 0; i < LENGTHS * LENGTHS; i++) {
			size_t from = lengths[i / LENGTHS];
			size_t to = lengths[i % LENGTHS];
			EXPECT_OK(&subject,
				  subject_set(&subject, "A", "text", 3, pattern(from, 1), from));
			EXPECT_OK(&subject,
				  subject_set(&subject, "A", "text", 7, pattern(to, 2), to));
			EXPECT_SOUND(&subject);
			cr_expect(subject_has(&subject, "A", "text", 7, pattern(to, 2), to),
				  "1.%u: %zu to %zu", minor, from, to);
			cr_expect(subject_has(&subject, "A", "four", 4, "\1\2\3\4", 4));
			cr_expect(subject_has(&subject, "B\\C", "", 3, "default value", 13));
		}
		subject_clear(&subject);
	}
}

Test(hive_edit, large_data_is_cut_into_segments_from_format_4_on)
{
	for (uint32_t minor = 2; minor <= 6; minor++) {
		struct subject subject;
		subject_build(&subject, minor, SPARE);
		EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(16345, 1), 16345));
		EXPECT_OK(&subject, subject_set(&subject, "A", "y", 3, pattern(16344, 2), 16344));
		EXPECT_SOUND(&subject);
		uint32_t x = subject_get32(&subject, subject_value(&subject, "A", "x"), 8);
		uint32_t y = subject_get32(&subject, subject_value(&subject, "A", "y"), 8);
		const uint8_t *data = subject.bytes + 4096 + 4;
		cr_expect(eq(int, memcmp(data + x, "db\2\0", 4) == 0, minor >= 4));
		cr_expect(eq(int, memcmp(data + y, pattern(16344, 2), 16344), 0));
		subject_clear(&subject);
	}
}

Test(hive_edit, a_cell_shrinks_grows_and_moves)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(1000, 1), 1000));
	uint32_t value = subject_value(&subject, "A", "x");
	uint32_t cell = subject_get32(&subject, value, 8);
	cr_expect(eq(u32, subject_size(&subject, cell), 1008));
	/* a little shorter: the cell is kept, and what was in it is wiped */
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(980, 2), 980));
	cr_expect(eq(u32, subject_get32(&subject, value, 8), cell));
	cr_expect(eq(u32, subject_size(&subject, cell), 1008));
	cr_expect(eq(u32, subject_get32(&subject, cell, 980), 0));
	EXPECT_SOUND(&subject);
	/* much shorter: it is split */
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(100, 3), 100));
	cr_expect(eq(u32, subject_get32(&subject, value, 8), cell));
	cr_expect(eq(u32, subject_size(&subject, cell), 104));
	EXPECT_SOUND(&subject);
	/* longer: over the free cell behind */
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(900, 4), 900));
	cr_expect(eq(u32, subject_get32(&subject, value, 8), cell));
	EXPECT_SOUND(&subject);
	/* longer than that: elsewhere */
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(9000, 5), 9000));
	cr_expect(ne(u32, subject_get32(&subject, value, 8), cell));
	cr_expect(eq(u32, subject_value(&subject, "A", "x"), value));
	EXPECT_SOUND(&subject);
	cr_expect(subject_has(&subject, "A", "x", 3, pattern(9000, 5), 9000));
	subject_clear(&subject);
}

/* What was given back is used again: the smallest free cell that fits. */
Test(hive_edit, free_cells_are_used_again)
{
	struct subject subject;
	char name[32];
	subject_build(&subject, 5, SPARE);
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof name, "v%d", i);
		size_t length = 200 + 100 * (size_t)i;
		EXPECT_OK(&subject,
			  subject_set(&subject, "A", name, 3, pattern(length, 1), length));
	}
	/* its record and its data lie beside each other and become one */
	uint32_t cell = subject_value(&subject, "A", "v4");
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "v4"));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "v8"));
	EXPECT_SOUND(&subject);
	size_t length = subject.length;
	EXPECT_OK(&subject, subject_set(&subject, "B", "new", 3, pattern(596, 1), 596));
	cr_expect(eq(u32, subject_get32(&subject, subject_value(&subject, "B", "new"), 8), cell));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length, length));
	subject_clear(&subject);
}

Test(hive_edit, data_of_a_new_cell_shows_nothing_of_the_old)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "A", "secret", 3, pattern(64, 1), 64));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "secret"));
	EXPECT_OK(&subject, subject_set(&subject, "A", "other", 3, "12345", 5));
	uint32_t cell = subject_get32(&subject, subject_value(&subject, "A", "other"), 8);
	for (uint32_t at = 5; at < subject_size(&subject, cell) - 4; at++)
		cr_expect(eq(u32, subject_get32(&subject, cell, at) & 0xFF, 0));
	subject_clear(&subject);
}

/* --- values --------------------------------------------------------------------------------- */

Test(hive_edit, a_value_keeps_its_spelling)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "A", "TEXT", 3, "1234567", 7));
	EXPECT_SOUND(&subject);
	uint32_t cell = subject_value(&subject, "A", "text");
	cr_expect(eq(int, memcmp(subject.bytes + 4096 + cell + 4 + 20, "text", 4), 0));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "A"), 36), 2));
	subject_clear(&subject);
}

/* Bytes where all units are, as in compressed names; the default value has no name. */
Test(hive_edit, names_are_stored_as_short_as_they_can_be)
{
	static const struct {
		const char *name;
		uint32_t bytes;
		uint32_t flags;
	} cases[] = {{"", 0, 0},
		     {"plain", 5, 1},
		     {"Gr\xC3\xB6\xC3\x9F"
		      "e",
		      5, 1},
		     {"\xD0\x96", 2, 0},
		     {"a\xF0\x9F\x98\x80", 6, 0}};
	struct subject subject;
	subject_build(&subject, 3, SPARE);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		EXPECT_OK(&subject, subject_set(&subject, "A", cases[i].name, 4, "\1\0\0\0", 4));
		uint32_t cell = subject_value(&subject, "A", cases[i].name);
		cr_expect(eq(u32, subject_get16(&subject, cell, 2), cases[i].bytes), "row %zu", i);
		cr_expect(eq(u32, subject_get16(&subject, cell, 16), cases[i].flags), "row %zu", i);
		if (i == 0)
			continue;
		EXPECT_OK(&subject, subject_create(&subject, cases[i].name));
		cell = subject_key(&subject, cases[i].name);
		cr_expect(eq(u32, subject_get16(&subject, cell, 72), cases[i].bytes), "row %zu", i);
		cr_expect(eq(u32, subject_get16(&subject, cell, 2), 0x20 * cases[i].flags),
			  "row %zu", i);
	}
	EXPECT_SOUND(&subject);
	subject_clear(&subject);
}

Test(hive_edit, a_key_counts_its_values_and_their_largest)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	uint32_t key = subject_key(&subject, "A");
	EXPECT_OK(&subject, subject_set(&subject, "A", "longer name", 3, pattern(100, 1), 100));
	cr_expect(eq(u32, subject_get32(&subject, key, 36), 3));
	cr_expect(eq(u32, subject_get32(&subject, key, 60), 22));
	cr_expect(eq(u32, subject_get32(&subject, key, 64), 100));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "LONGER name"));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "four"));
	EXPECT_SOUND(&subject);
	cr_expect(eq(u32, subject_get32(&subject, key, 36), 1));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "text"));
	cr_expect(eq(u32, subject_get32(&subject, key, 36), 0));
	cr_expect(eq(u32, subject_get32(&subject, key, 40), UINT32_MAX));
	cr_expect(eq(u32, subject_get32(&subject, key, 60), 0));
	cr_expect(eq(u32, subject_get32(&subject, key, 64), 0));
	EXPECT_SOUND(&subject);
	EXPECT_OK(&subject, subject_set(&subject, "A", "back", 3, "12345", 5));
	EXPECT_SOUND(&subject);
	subject_clear(&subject);
}

Test(hive_edit, a_list_of_values_grows_and_shrinks)
{
	enum { COUNT = 3000 };
	struct subject subject;
	char name[32];
	subject_build(&subject, 3, SPARE);
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof name, "value %d", i);
		EXPECT_OK(&subject, subject_set(&subject, "A", name, 4, &i, 4));
	}
	EXPECT_SOUND(&subject);
	for (int i = 0; i < COUNT; i += 1 + i % 3) {
		snprintf(name, sizeof name, "VALUE %d", i);
		EXPECT_OK(&subject, subject_delete_value(&subject, "A", name));
	}
	EXPECT_SOUND(&subject);
	int last = 2;
	cr_expect(subject_has(&subject, "A", "value 2", 4, &last, 4));
	subject_clear(&subject);
}

Test(hive_edit, the_longest_names_fit_and_no_longer_ones)
{
	struct subject subject;
	static char name[KBM_HIVE_MAX_NAME_UNITS + 2];
	static char key[KBM_HIVE_MAX_KEY_UNITS + 2];
	memset(name, 'n', sizeof name - 1);
	memset(key, 'k', sizeof key - 1);
	subject_build(&subject, 5, SPARE);
	subject_keep(&subject);
	EXPECT_CODE(&subject, subject_set(&subject, "A", name, 4, "1234", 4), KBM_LIMIT);
	EXPECT_CODE(&subject, subject_create(&subject, key), KBM_LIMIT);
	EXPECT_CODE(&subject, subject_set(&subject, key, "x", 4, "1234", 4), KBM_LIMIT);
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject_changes(&subject), 0));
	name[KBM_HIVE_MAX_NAME_UNITS] = '\0';
	key[KBM_HIVE_MAX_KEY_UNITS] = '\0';
	EXPECT_OK(&subject, subject_set(&subject, key, name, 4, "1234", 4));
	EXPECT_SOUND(&subject);
	cr_expect(subject_has(&subject, key, name, 4, "1234", 4));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, key), 60),
		     2 * KBM_HIVE_MAX_NAME_UNITS));
	subject_clear(&subject);
}

Test(hive_edit, paths_are_keys_with_names)
{
	static const char *const wrong[] = {"\\", "\\A", "A\\", "A\\\\B", "A\\\xFF", "\xFF"};
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	subject_keep(&subject);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		EXPECT_CODE(&subject, subject_create(&subject, wrong[i]), KBM_USAGE);
		EXPECT_CODE(&subject, subject_delete_key(&subject, wrong[i]), KBM_USAGE);
		EXPECT_CODE(&subject, subject_set(&subject, wrong[i], "", 4, "1234", 4), KBM_USAGE);
	}
	EXPECT_CODE(&subject, subject_set(&subject, "A", "\xFF", 4, "1234", 4), KBM_USAGE);
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject_changes(&subject), 0));
	subject_clear(&subject);
}

/* --- keys ----------------------------------------------------------------------------------- */

Test(hive_edit, keys_are_512_deep_at_most)
{
	struct subject subject;
	char path[2 * KBM_HIVE_MAX_DEPTH + 3] = "d";
	for (unsigned i = 1; i < KBM_HIVE_MAX_DEPTH; i++)
		strcat(path, "\\d");
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, path, "x", 4, "1234", 4));
	EXPECT_SOUND(&subject);
	cr_expect(subject_has(&subject, path, "x", 4, "1234", 4));
	strcat(path, "\\d");
	EXPECT_CODE(&subject, subject_create(&subject, path), KBM_LIMIT);
	EXPECT_OK(&subject, subject_delete_key(&subject, "d"));
	EXPECT_SOUND(&subject);
	subject_clear(&subject);
}

Test(hive_edit, the_key_that_changes_gets_the_time)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "B\\C", "", 3, "another", 7));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "B\\C"), 4), SUBJECT_NOW));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "B"), 4), 1000));
	EXPECT_OK(&subject, subject_create(&subject, "A\\new"));
	cr_expect(
	    eq(u32, subject_get32(&subject, subject_key(&subject, "A\\new"), 4), SUBJECT_NOW));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "A"), 4), SUBJECT_NOW));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, ""), 4), 1000));
	EXPECT_OK(&subject, subject_delete_key(&subject, "B\\C"));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "B"), 4), SUBJECT_NOW));
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, ""), 4), 1000));
	EXPECT_SOUND(&subject);
	subject_clear(&subject);
}

/* Virtualisation and user flags stand above the longest name; the rest means nothing here. */
Test(hive_edit, fields_that_mean_nothing_here_are_kept)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	uint32_t key = subject_key(&subject, "A");
	subject_put32(&subject, key, 12, 0x11111111); /* spare */
	subject_put32(&subject, key, 24, 3);	      /* volatile subkeys */
	subject_put32(&subject, key, 32, 0x80000120);
	subject_put32(&subject, key, 52, 0xABCD0000);
	subject_put32(&subject, key, 56, 0x22222222); /* longest class of subkeys */
	subject_put32(&subject, key, 68, 0x33333333); /* WorkVar */
	EXPECT_OK(&subject, subject_create(&subject, "A\\subkey"));
	EXPECT_OK(&subject, subject_set(&subject, "A", "four", 4, "1234", 4));
	cr_expect(eq(u32, subject_get32(&subject, key, 52), 0xABCD0000 + 12));
	cr_expect(eq(u32, subject_get32(&subject, key, 56), 0x22222222));
	EXPECT_OK(&subject, subject_delete_key(&subject, "A\\subkey"));
	EXPECT_SOUND(&subject);
	cr_expect(eq(u32, subject_get32(&subject, key, 12), 0x11111111));
	cr_expect(eq(u32, subject_get32(&subject, key, 24), 3));
	cr_expect(eq(u32, subject_get32(&subject, key, 32), 0x80000120));
	cr_expect(eq(u32, subject_get32(&subject, key, 52), 0xABCD0000));
	cr_expect(eq(u32, subject_get32(&subject, key, 56), 0));
	cr_expect(eq(u32, subject_get32(&subject, key, 68), 0x33333333));
	subject_clear(&subject);
}

/* A root with two keys, each with a class name, and two descriptors in a ring. */
static void make_secured(struct hive_image *image, uint32_t keys[2], uint32_t security[2])
{
	static const uint8_t descriptor[40] = "sk";
	image_make(image, 5, 2 * 4096);
	uint32_t root = image_key(image, "root");
	for (int i = 0; i < 2; i++) {
		uint32_t name = image_cell(image, "C\0l\0a\0s\0s\0", 10);
		keys[i] = image_key(image, i == 0 ? "one" : "two");
		image_patch32(image, keys[i], 16, root);
		image_patch32(image, keys[i], 48, name);
		image_patch16(image, keys[i], 74, 10);
		security[i] = image_cell(image, descriptor, sizeof descriptor);
		image_patch32(image, keys[i], 44, security[i]);
		image_patch32(image, security[i], 12, 1);
	}
	image_patch32(image, root, 44, security[0]);
	image_patch32(image, root, 52, 6);
	image_patch32(image, root, 56, 10);
	image_patch32(image, security[0], 12, 2);
	for (int i = 0; i < 2; i++) {
		image_patch32(image, security[i], 4, security[1 - i]);
		image_patch32(image, security[i], 8, security[1 - i]);
	}
	uint32_t list = image_list(image, "lh", keys, 2);
	image_set_subkeys(image, root, list, 2);
	image_seal(image);
}

Test(hive_edit, descriptors_are_shared_and_counted)
{
	struct hive_image image;
	struct subject subject;
	uint32_t keys[2];
	uint32_t security[2];
	make_secured(&image, keys, security);
	subject_copy(&subject, image.bytes, image.size, SPARE);
	EXPECT_OK(&subject, subject_create(&subject, "two\\x\\y"));
	cr_expect(eq(u32, subject_get32(&subject, security[1], 12), 3));
	cr_expect(
	    eq(u32, subject_get32(&subject, subject_key(&subject, "two\\x\\y"), 44), security[1]));
	EXPECT_SOUND(&subject);
	EXPECT_OK(&subject, subject_delete_key(&subject, "two\\x"));
	cr_expect(eq(u32, subject_get32(&subject, security[1], 12), 1));
	EXPECT_SOUND(&subject);
	/* the last user: the descriptor leaves the ring; the class name goes, too */
	EXPECT_OK(&subject, subject_delete_key(&subject, "two"));
	EXPECT_SOUND(&subject);
	cr_expect(eq(u32, subject_get32(&subject, security[0], 4), security[0]));
	cr_expect(eq(u32, subject_get32(&subject, security[0], 8), security[0]));
	EXPECT_OK(&subject, subject_delete_key(&subject, "one"));
	EXPECT_SOUND(&subject);
	image_free(&image);
	subject_clear(&subject);
}

Test(hive_edit, broken_descriptors_are_refused)
{
	static const struct {
		size_t at; /* in the second descriptor */
		uint32_t value;
		bool creates;
	} cases[] = {{0, 0x41414141, true},  {12, 0, true},	 {12, UINT32_MAX, true},
		     {0, 0x41414141, false}, {12, 0, false},	 {4, 0x20, false},
		     {8, 0x20, false},	     {4, 0x88888, false}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hive_image image;
		struct subject subject;
		uint32_t keys[2];
		uint32_t security[2];
		make_secured(&image, keys, security);
		image_patch32(&image, security[1], cases[i].at, cases[i].value);
		subject_copy(&subject, image.bytes, image.size, SPARE);
		EXPECT_CODE(&subject,
			    cases[i].creates ? subject_create(&subject, "two\\x")
					     : subject_delete_key(&subject, "two"),
			    KBM_REFUSED);
		EXPECT_TEXT(&subject, "damaged");
		/* no more of it */
		size_t length = 1;
		EXPECT_CODE(&subject, subject_create(&subject, "three"), KBM_REFUSED);
		int code = (int)kbm_hive_edit_finish(subject.editor, &length, NULL);
		cr_expect(eq(int, code, KBM_REFUSED), "row %zu", i);
		cr_expect(eq(sz, length, 1));
		image_free(&image);
		subject_clear(&subject);
	}
}

Test(hive_edit, handles_and_links_are_respected)
{
	for (int i = 0; i < 2; i++) {
		struct hive_image image;
		uint32_t keys[2];
		uint32_t security[2];
		make_secured(&image, keys, security);
		image_patch16(&image, keys[0], 2, i == 0 ? 0x60 : 0x30);
		static int (*const edits[])(struct subject *, const char *) = {subject_create,
									       subject_delete_key};
		struct subject subject;
		subject_copy(&subject, image.bytes, image.size, SPARE);
		EXPECT_CODE(&subject, edits[0](&subject, "one\\x"), KBM_REFUSED);
		subject_clear(&subject);
		subject_copy(&subject, image.bytes, image.size, SPARE);
		EXPECT_CODE(&subject, subject_set(&subject, "one", "x", 4, "1234", 4),
			    i == 0 ? KBM_REFUSED : KBM_OK);
		subject_clear(&subject);
		subject_copy(&subject, image.bytes, image.size, SPARE);
		EXPECT_CODE(&subject, edits[1](&subject, "one"), i == 0 ? KBM_REFUSED : KBM_OK);
		subject_clear(&subject);
		image_free(&image);
	}
}

/* --- lists of subkeys ----------------------------------------------------------------------- */

/* The signature of a key's list, or of the first leaf below its index root. */
static void kind_of(const struct subject *subject, const char *path, bool leaf, char kind[3])
{
	uint32_t list = subject_get32(subject, subject_key(subject, path), 28);
	if (leaf)
		list = subject_get32(subject, list, 4);
	memcpy(kind, subject->bytes + 4096 + list + 4, 2);
	kind[2] = '\0';
}

static void expect_kind(const struct subject *subject, const char *path, bool leaf,
			const char *wanted, int line)
{
	char kind[3];
	kind_of(subject, path, leaf, kind);
	cr_expect(eq(int, strcmp(kind, wanted), 0), "line %d: %s", line, kind);
}
#define EXPECT_KIND(path, wanted) expect_kind(&subject, path, false, wanted, __LINE__)
#define EXPECT_LEAF(path, wanted) expect_kind(&subject, path, true, wanted, __LINE__)

static void create_many(struct subject *subject, const char *parent, int from, int to)
{
	char path[64];
	for (int i = from; i < to; i++) { /* in an order that is not theirs */
		snprintf(path, sizeof path, "%s\\k%05d", parent,
			 i % 2 == 0 ? i / 2 : 50000 - i / 2);
		EXPECT_OK(subject, subject_create(subject, path));
	}
}

static void delete_many(struct subject *subject, const char *parent, int from, int to)
{
	char path[64];
	for (int i = from; i < to; i++) {
		snprintf(path, sizeof path, "%s\\K%05d", parent,
			 i % 2 == 0 ? i / 2 : 50000 - i / 2);
		EXPECT_OK(subject, subject_delete_key(subject, path));
	}
}

Test(hive_edit, new_lists_are_of_the_formats_kind)
{
	static const char *const kinds[] = {"li", "lf", "lf", "lh", "lh"};
	for (uint32_t minor = 2; minor <= 6; minor++) {
		struct subject subject;
		subject_build(&subject, minor, SPARE);
		create_many(&subject, "A", 0, 3);
		EXPECT_SOUND(&subject);
		EXPECT_KIND("A", kinds[minor - 2]);
		delete_many(&subject, "A", 0, 3);
		EXPECT_SOUND(&subject);
		cr_expect(
		    eq(u32, subject_get32(&subject, subject_key(&subject, "A"), 28), UINT32_MAX));
		subject_clear(&subject);
	}
}

Test(hive_edit, a_list_keeps_its_kind)
{
	static const char *const kinds[] = {"li", "lf", "lh"};
	for (size_t i = 0; i < 3; i++) {
		struct hive_image image;
		struct subject subject;
		image_make(&image, 5, 4096);
		uint32_t root = image_key(&image, "root");
		uint32_t cells[] = {image_key(&image, "b"), image_key(&image, "d")};
		for (int k = 0; k < 2; k++)
			image_patch32(&image, cells[k], 16, root);
		image_set_subkeys(&image, root, image_list(&image, kinds[i], cells, 2), 2);
		image_patch32(&image, root, 52, 2);
		subject_copy(&subject, image.bytes, image.size, SPARE);
		EXPECT_OK(&subject, subject_create(&subject, "a"));
		EXPECT_OK(&subject, subject_create(&subject, "c"));
		EXPECT_OK(&subject, subject_create(&subject, "\xC3\xA4"));
		EXPECT_OK(&subject, subject_create(&subject, "\xD0\x96"));
		EXPECT_SOUND(&subject);
		EXPECT_KIND("", kinds[i]);
		image_free(&image);
		subject_clear(&subject);
	}
}

Test(hive_edit, old_lists_become_slow_and_then_get_a_root)
{
	struct subject subject;
	subject_build(&subject, 3, SPARE);
	create_many(&subject, "A", 0, 507);
	EXPECT_SOUND(&subject);
	EXPECT_KIND("A", "lf");
	create_many(&subject, "A", 507, 508);
	EXPECT_SOUND(&subject);
	EXPECT_KIND("A", "li");
	create_many(&subject, "A", 508, 1012);
	EXPECT_SOUND(&subject);
	EXPECT_KIND("A", "li");
	create_many(&subject, "A", 1012, 1013);
	EXPECT_SOUND(&subject);
	EXPECT_KIND("A", "ri");
	EXPECT_LEAF("A", "li");
	create_many(&subject, "A", 1013, 4000);
	EXPECT_SOUND(&subject);
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "A"), 20), 4000));
	subject_clear(&subject);
}

Test(hive_edit, new_lists_get_a_root_and_lose_it)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	create_many(&subject, "A", 0, 507);
	EXPECT_KIND("A", "lh");
	create_many(&subject, "A", 507, 508);
	EXPECT_SOUND(&subject);
	EXPECT_KIND("A", "ri");
	EXPECT_LEAF("A", "lh");
	create_many(&subject, "A", 508, 3000);
	EXPECT_SOUND(&subject);
	uint32_t root = subject_get32(&subject, subject_key(&subject, "A"), 28);
	uint32_t most = subject_get16(&subject, root, 2);
	delete_many(&subject, "A", 0, 2500);
	EXPECT_SOUND(&subject);
	/* nearly empty leaves are merged, */
	EXPECT_KIND("A", "ri");
	root = subject_get32(&subject, subject_key(&subject, "A"), 28);
	cr_expect(lt(u32, subject_get16(&subject, root, 2), most / 2));
	delete_many(&subject, "A", 2500, 2999);
	EXPECT_SOUND(&subject);
	/* and a single one needs no root */
	EXPECT_KIND("A", "lh");
	delete_many(&subject, "A", 2999, 3000);
	EXPECT_SOUND(&subject);
	cr_expect(eq(u32, subject_get32(&subject, subject_key(&subject, "A"), 28), UINT32_MAX));
	subject_clear(&subject);
}

/* When keys go here and there, leaves lose entries evenly. */
Test(hive_edit, leaves_that_are_nearly_empty_are_merged)
{
	enum { COUNT = 6000, STEP = 25 };
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		struct subject subject;
		subject_build(&subject, minor, SPARE);
		create_many(&subject, "A", 0, COUNT);
		EXPECT_SOUND(&subject);
		uint32_t key = subject_key(&subject, "A");
		uint32_t most = subject_get16(&subject, subject_get32(&subject, key, 28), 2);
		for (int i = 0; i < COUNT; i++) {
			if (i % STEP == 0)
				continue;
			delete_many(&subject, "A", i, i + 1);
			if (i % 100 == 1)
				EXPECT_SOUND(&subject);
		}
		EXPECT_SOUND(&subject);
		cr_expect(eq(u32, subject_get32(&subject, key, 20), COUNT / STEP));
		uint32_t leaves = subject_get16(&subject, subject_get32(&subject, key, 28), 2);
		cr_expect(lt(u32, leaves, most));
		for (int i = 0; i < COUNT; i += STEP)
			delete_many(&subject, "A", i, i + 1);
		EXPECT_SOUND(&subject);
		subject_clear(&subject);
	}
}

/* Some hives have such lists. A key is found wherever it stands. */
Test(hive_edit, lists_that_are_not_sorted_are_written_to)
{
	struct hive_image image;
	struct subject subject;
	image_make(&image, 5, 2 * 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t cells[] = {image_key(&image, "m"), image_key(&image, "z"), image_key(&image, "b"),
			    image_key(&image, "x")};
	image_set_subkeys(&image, root, image_list(&image, "lh", cells, 4), 4);
	subject_copy(&subject, image.bytes, image.size, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "B", "v", 4, "1234", 4));
	EXPECT_OK(&subject, subject_create(&subject, "c"));
	EXPECT_OK(&subject, subject_create(&subject, "Z\\y"));
	subject_finish(&subject);
	cr_expect(eq(u32, subject_get32(&subject, root, 20), 5));
	cr_expect(subject_has(&subject, "b", "v", 4, "1234", 4));
	for (int i = 0; i < 5; i++)
		cr_expect(ne(u32, subject_key(&subject, &"m\0z\0b\0x\0c"[2 * i]), 0));
	EXPECT_OK(&subject, subject_delete_key(&subject, "z"));
	subject_finish(&subject);
	cr_expect(eq(u32, subject_key(&subject, "z"), 0));
	cr_expect(ne(u32, subject_key(&subject, "x"), 0));
	image_free(&image);
	subject_clear(&subject);
}

/* --- room ----------------------------------------------------------------------------------- */

Test(hive_edit, says_when_the_capacity_does_not_suffice)
{
	struct subject subject;
	size_t length = 0;
	subject_build(&subject, 5, 2 * 4096);
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(4000, 1), 4000));
	EXPECT_CODE(&subject, subject_set(&subject, "A", "y", 3, pattern(9000, 1), 9000),
		    KBM_LIMIT);
	EXPECT_TEXT(&subject, "bytes");
	EXPECT_CODE(&subject, (int)kbm_hive_edit_finish(subject.editor, &length, &subject.error),
		    KBM_REFUSED);
	subject_clear(&subject);
	subject_build(&subject, 5, 0);
	EXPECT_CODE(&subject,
		    subject_set(&subject, "A", "y", 3, pattern(1, 1), KBM_HIVE_MAX_VALUE_BYTES + 1),
		    KBM_LIMIT);
	EXPECT_SOUND(&subject);
	subject_clear(&subject);
}

Test(hive_edit, bins_at_the_end_that_become_empty_are_dropped)
{
	struct subject subject;
	subject_build(&subject, 5, SPARE);
	size_t length = subject.length;
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(50000, 1), 50000));
	EXPECT_SOUND(&subject);
	cr_expect(gt(sz, subject.length, length + 49152));
	EXPECT_OK(&subject, subject_delete_value(&subject, "A", "x"));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length, length));
	EXPECT_OK(&subject, subject_set(&subject, "A", "x", 3, pattern(50000, 2), 50000));
	EXPECT_SOUND(&subject);
	cr_expect(subject_has(&subject, "A", "x", 3, pattern(50000, 2), 50000));
	/* one that was empty before is none of ours */
	struct hive_image image;
	image_make(&image, 5, 4096);
	image_key(&image, "root");
	uint8_t *bytes = calloc(1, 3 * 4096);
	memcpy(bytes, image.bytes, image.size);
	memcpy(bytes + 8192, "hbin\0\x10\0\0\0\x10", 10);
	memcpy(bytes + 8192 + 32, "\xE0\x0F\0", 4);
	struct hive_image larger = {bytes, sizeof(uint8_t[3 * 4096]), 0};
	image_base32(&larger, 40, 8192);
	subject_clear(&subject);
	subject_copy(&subject, larger.bytes, larger.size, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "", "x", 4, "1234", 4));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length, 3 * 4096));
	image_free(&image);
	image_free(&larger);
	subject_clear(&subject);
}

static void service(struct subject *subject, int number, bool creates)
{
	char path[64];
	snprintf(path, sizeof path, "ControlSet001\\Services\\Service%05d", number);
	if (!creates) {
		EXPECT_OK(subject, subject_delete_key(subject, path));
		return;
	}
	EXPECT_OK(subject, subject_set(subject, path, "Type", 4, "\1\0\0\0", 4));
	EXPECT_OK(subject, subject_set(subject, path, "Start", 4, "\2\0\0\0", 4));
	EXPECT_OK(subject, subject_set(subject, path, "ImagePath", 2, pattern(60, 1), 60));
	strcat(path, "\\Parameters");
	EXPECT_OK(subject,
		  subject_set(subject, path, "Text", 1, pattern(20 + (size_t)number % 50, 2),
			      20 + (size_t)number % 50));
}

static double ratio(struct subject *subject)
{
	size_t live_bytes = 0;
	EXPECT_SOUND(subject);
	hive_structure_check(subject->bytes, subject->length, &live_bytes);
	return (double)subject->length / (double)live_bytes;
}

/* 12,000 services come and every other one goes again: what is free is used again. Here also how
 * long it takes, which was minutes without an index. */
Test(hive_edit, free_space_is_bounded)
{
	enum { SERVICES = 12000 };
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		struct subject subject;
		subject_build(&subject, minor, 32 * SPARE);
		clock_t from = clock();
		for (int i = 0; i < SERVICES; i++) {
			service(&subject, i, true);
			if (i % 2 != 0) /* one of those before */
				service(&subject, i / 2 * 2, false);
		}
		double took = (double)(clock() - from) / CLOCKS_PER_SEC;
		cr_expect(lt(dbl, ratio(&subject), 1.5));
		printf("1.%u: 12,000 services made, 6,000 deleted in %.2f s\n", minor, took);
		cr_expect(lt(dbl, took, 20.0));
		subject_clear(&subject);
	}
}

/* All 12,000 first, then half of them go: the first, every other one, the last. Cells cannot but
 * lie wide apart then, until the hive is packed. */
Test(hive_edit, a_sparse_hive_is_packed)
{
	enum { SERVICES = 12000, HALF = SERVICES / 2 };
	for (uint32_t how = 0; how < 6; how++) {
		struct subject subject;
		subject_build(&subject, how < 3 ? 3 : 5, 32 * SPARE);
		for (int i = 0; i < SERVICES; i++)
			service(&subject, i, true);
		EXPECT_SOUND(&subject);
		size_t full = subject.length;
		for (int i = 0; i < HALF; i++)
			service(&subject,
				how % 3 == 0   ? i
				: how % 3 == 1 ? 2 * i
					       : HALF + i,
				false);
		cr_expect(lt(dbl, ratio(&subject), 1.1), "how %u", how);
		cr_expect(lt(sz, subject.length, full * 3 / 5), "how %u", how);
		/* it is as good as any */
		cr_expect(subject_has(&subject, "A", "text", 1, "t\0e\0x\0t\0\0\0", 10));
		service(&subject, SERVICES, true);
		service(&subject, how % 3 == 2 ? 1 : SERVICES - 1, false);
		EXPECT_SOUND(&subject);
		subject_clear(&subject);
	}
}

/* A large value with a small one behind it, which keeps its bin; `damages` makes a part of the hive
 * that the edits do not touch unreadable. Returns the length when the large one is gone. */
static size_t leave_sparse(struct hive_image *image, bool damages)
{
	struct subject subject;
	uint32_t keys[2];
	uint32_t security[2];
	make_secured(image, keys, security);
	if (damages)
		image_patch32(image, keys[1], 36, 7);
	subject_copy(&subject, image->bytes, image->size, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "one", "large", 3, pattern(200000, 1), 200000));
	EXPECT_OK(&subject, subject_set(&subject, "one", "behind", 3, pattern(7000, 2), 7000));
	EXPECT_OK(&subject, subject_delete_value(&subject, "one", "large"));
	const char *wrong = subject_finish(&subject);
	cr_expect(eq(int, strcmp(wrong, "") == 0, !damages), "%s", wrong);
	cr_expect(subject_has(&subject, "one", "behind", 3, pattern(7000, 2), 7000));
	size_t length = subject.length;
	image_free(image);
	subject_clear(&subject);
	return length;
}

Test(hive_edit, only_a_sound_hive_is_packed)
{
	struct hive_image image;
	cr_expect(le(sz, leave_sparse(&image, false), 5 * 4096));
	cr_expect(ge(sz, leave_sparse(&image, true), 200000));
}

/* It was not the edits that made it so. */
Test(hive_edit, a_hive_that_came_sparse_stays_so)
{
	struct hive_image image;
	struct subject subject;
	image_make(&image, 5, 100 * 4096);
	image_key(&image, "root");
	subject_copy(&subject, image.bytes, image.size, SPARE);
	EXPECT_OK(&subject, subject_set(&subject, "", "x", 4, "1234", 4));
	EXPECT_SOUND(&subject);
	cr_expect(eq(sz, subject.length, image.size));
	image_free(&image);
	subject_clear(&subject);
}

/* --- damage on the way ---------------------------------------------------------------------- */

Test(hive_edit, damage_on_the_way_is_refused)
{
	struct hive_image image;
	uint32_t keys[2];
	uint32_t security[2];
	make_secured(&image, keys, security);
	uint32_t root = 0x20;
	uint32_t list = subject_get32(&(struct subject){.bytes = image.bytes}, root, 28);
	const struct {
		uint32_t cell;
		size_t at;
		uint32_t value;
	} cases[] = {
	    {root, 20, 3}, /* subkeys: too many, too few */
	    {root, 20, 1},
	    {root, 28, root},	    /* the list is a key, */
	    {root, 28, root + 8},   /* no cell, */
	    {root, 28, 0x1FF0},	    /* free, */
	    {root, 28, 0x7FFFFFF0}, /* outside */
	    {list, 0, 0x00026972},  /* ri over keys */
	    {list, 0, 0x0000686C},  /* empty */
	    {list, 0, 0xFFFF686C},  /* made up */
	    {list, 4, list},	    /* a subkey that is none */
	    {list, 12, keys[0] + 8},
	    {keys[1], 20, 1},	       /* below the key: a list that leads nowhere, */
	    {keys[1], 36, 0x40000001}, /* values made up */
	    {keys[1], 48, keys[1]},    /* a class name that is the key */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hive_image broken = image;
		struct subject subject;
		broken.bytes = malloc(image.size);
		memcpy(broken.bytes, image.bytes, image.size);
		image_patch32(&broken, cases[i].cell, cases[i].at, cases[i].value);
		subject_copy(&subject, broken.bytes, broken.size, SPARE);
		int code = subject_delete_key(&subject, "two");
		cr_expect(eq(int, code, KBM_REFUSED), "row %zu", i);
		cr_expect(ne(ptr, strstr(subject.error.message, "damaged"), NULL), "row %zu: %s", i,
			  subject.error.message);
		image_free(&broken);
		subject_clear(&subject);
	}
	image_free(&image);
}

/* Keys in each other for ever; the same list again and again. */
Test(hive_edit, loops_end)
{
	struct hive_image image;
	struct subject subject;
	image_make(&image, 5, 64 * 4096);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "b")};
	uint32_t leaf = image_list(&image, "li", keys, 2);
	image_set_subkeys(&image, root, leaf, 2);
	image_set_subkeys(&image, keys[0], leaf, 2);
	image_set_subkeys(&image, keys[1], leaf, 2);
	subject_copy(&subject, image.bytes, image.size, SPARE);
	EXPECT_CODE(&subject, subject_delete_key(&subject, "a"), KBM_REFUSED);
	subject_clear(&subject);
	static uint32_t leaves[60000];
	for (size_t i = 0; i < 60000; i++)
		leaves[i] = leaf;
	image_set_subkeys(&image, keys[1], image_list(&image, "ri", leaves, 60000), 120000);
	subject_copy(&subject, image.bytes, image.size, SPARE);
	EXPECT_CODE(&subject, subject_create(&subject, "b\\c"), KBM_REFUSED);
	subject_clear(&subject);
	image_free(&image);
}
