/* source/hive_compare: each difference between two hives is told, once, and nothing else is. */
#include "source/hive_compare.h"

#include "base/bytes.h"
#include "hive_image.h"
#include "source/hive_build.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* --- what is told, as lines ------------------------------------------------------------------- */

static enum kbm_code write_line(void *context, const struct kbm_difference *difference,
				struct kbm_error *error)
{
	static const char *const names[] = {"+key",   "-key",	    "key name",	 "flags",
					    "class",  "descriptor", "written",	 "+value",
					    "-value", "value",	    "value name"};
	struct kbm_bytes *out = context;
	(void)error;
	kbm_bytes_printf(out, "%s [%s]", names[difference->kind], difference->path);
	if (difference->before != NULL)
		kbm_bytes_printf(out, " %s:%u:%zu", difference->before->name,
				 difference->before->type, difference->before->length);
	if (difference->after != NULL)
		kbm_bytes_printf(out, " %s:%u:%zu", difference->after->name,
				 difference->after->type, difference->after->length);
	if (difference->kind == KBM_DIFFERENCE_KEY_ADDED && !difference->is_plain)
		kbm_bytes_append_text(out, " special");
	if (difference->contents_differ)
		kbm_bytes_append_text(out, " contents");
	if (difference->is_ambiguous)
		kbm_bytes_append_text(out, " ambiguous");
	kbm_bytes_append_byte(out, '\n');
	return KBM_OK;
}

static enum kbm_code compare(const uint8_t *before, size_t before_size, const uint8_t *after,
			     size_t after_size, struct kbm_bytes *out)
{
	struct kbm_hive *old = NULL;
	struct kbm_hive *new = NULL;
	struct kbm_error error = {KBM_OK, ""};
	kbm_bytes_init(out, 1 << 20);
	kbm_bytes_append(out, "", 0);
	enum kbm_code code = kbm_hive_open(before, before_size, &old, &error);
	if (code == KBM_OK)
		code = kbm_hive_open(after, after_size, &new, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	code = kbm_hive_compare(old, new, write_line, out, &error);
	if (code != KBM_OK)
		cr_expect(ne(int, (int)error.message[0], 0));
	kbm_hive_close(old);
	kbm_hive_close(new);
	return code;
}

#define expect_lines(before, after, lines)                                                     \
	do {                                                                                   \
		struct kbm_bytes told_;                                                        \
		enum kbm_code code_ = compare((before)->data, (before)->length, (after)->data, \
					      (after)->length, &told_);                        \
		cr_expect(eq(int, (int)code_, KBM_OK));                                        \
		cr_expect(strcmp(kbm_bytes_text(&told_), (lines)) == 0, "told:\n%s",           \
			  kbm_bytes_text(&told_));                                             \
		kbm_bytes_clear(&told_);                                                       \
	} while (0)

/* --- hives ------------------------------------------------------------------------------------ */

static struct kbm_tree *make_tree(void)
{
	struct kbm_tree *tree = NULL;
	cr_assert(eq(int, (int)kbm_tree_make("root", &tree, NULL), KBM_OK));
	return tree;
}

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const char *data)
{
	struct kbm_value value = {name, strlen(name), type, (const uint8_t *)data, strlen(data)};
	cr_assert(eq(int, (int)kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
}

static void build(struct kbm_tree *tree, uint32_t minor, uint64_t written, struct kbm_bytes *image)
{
	struct kbm_build_options options = {.minor = minor, .last_written = written};
	kbm_bytes_init(image, 1 << 26);
	cr_assert(eq(int, (int)kbm_tree_build(tree, &options, image, NULL), KBM_OK));
	kbm_tree_free(tree);
}

static struct kbm_tree *sample(void)
{
	struct kbm_tree *tree = make_tree();
	set(tree, "A", "One", 1, "1234567890");
	set(tree, "A", "two", 4, "1234");
	set(tree, "A\\B", "", 3, "x");
	set(tree, "B\\C\\D", "\xC3\xA4", 3, "deep");
	set(tree, "", "Root", 3, "r");
	return tree;
}

/* --- equal ------------------------------------------------------------------------------------ */

Test(hive_compare, tells_nothing_of_equal_hives_however_they_are_laid_out)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *other = make_tree(); /* the same in another order */
	set(other, "", "Root", 3, "r");
	set(other, "B\\C\\D", "\xC3\xA4", 3, "deep");
	set(other, "A\\B", "", 3, "x");
	set(other, "A", "two", 4, "1234");
	set(other, "A", "One", 1, "1234567890");
	build(sample(), 3, 7, &old);
	build(other, 5, 7, &new);
	expect_lines(&old, &old, "");
	expect_lines(&old, &new, "");
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

/* --- each kind -------------------------------------------------------------------------------- */

Test(hive_compare, tells_values_that_differ)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *tree = sample();
	set(tree, "A", "One", 1, "123456789x");	    /* bytes */
	set(tree, "A", "two", 3, "1234");	    /* type */
	set(tree, "A\\B", "", 3, "xy");		    /* length */
	set(tree, "B\\C\\D", "\xC3\x96", 3, "new"); /* added */
	cr_assert(eq(int, (int)kbm_tree_delete_value(tree, "", "root", 4, NULL), KBM_OK));
	build(sample(), 5, 7, &old);
	build(tree, 5, 7, &new);
	expect_lines(&old, &new,
		     "-value [] Root:3:1\n"
		     "value [A] One:1:10 One:1:10\n"
		     "value [A] two:4:4 two:3:4\n"
		     "value [A\\B] :3:1 :3:2\n"
		     "+value [B\\C\\D] \xC3\x96:3:3\n");
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

Test(hive_compare, tells_keys_that_came_or_went)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *tree = sample();
	set(tree, "A\\A\\new", "v", 3, "1");
	cr_assert(eq(int, (int)kbm_tree_delete_key(tree, "b\\c", NULL), KBM_OK));
	build(sample(), 5, 7, &old);
	build(tree, 5, 7, &new);
	expect_lines(&old, &new,
		     "+key [A\\A]\n"
		     "+key [A\\A\\new]\n"
		     "+value [A\\A\\new] v:3:1\n"
		     "-key [B\\C]\n");
	/* The other way round all is told that was below. */
	expect_lines(&new, &old,
		     "-key [A\\A]\n"
		     "+key [B\\C]\n"
		     "+key [B\\C\\D]\n"
		     "+value [B\\C\\D] \xC3\xA4:3:4\n");
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

Test(hive_compare, tells_spellings)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *tree = make_tree();
	set(tree, "a", "ONE", 1, "1234567890");
	set(tree, "a", "two", 4, "1234");
	set(tree, "a\\B", "", 3, "x");
	set(tree, "B\\C\\D", "\xC3\x84", 3, "deep");
	set(tree, "", "Root", 3, "r");
	build(sample(), 3, 7, &old);
	build(tree, 3, 7, &new);
	expect_lines(&old, &new,
		     "key name [a]\n"
		     "value name [a] One:1:10 ONE:1:10\n"
		     "value name [B\\C\\D] \xC3\xA4:3:4 \xC3\x84:3:4\n");
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

Test(hive_compare, tells_what_else_a_key_has)
{
	static const struct {
		size_t at; /* in the record of A */
		uint8_t value;
		const char *lines;
	} rows[] = {
	    {2, 0x30, "flags [A]\n"}, /* a link */
	    {54, 1, "flags [A]\n"},   /* the upper half of the longest name */
	    {4, 99, "written [A]\n"},
	    {12, 99, ""}, /* access bits of a running system */
	    {52, 99, ""}, /* the longest name */
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_bytes old;
		struct kbm_bytes new;
		build(sample(), 5, 7, &old);
		build(sample(), 5, 7, &new);
		image_record(&new, "A")[rows[i].at] = rows[i].value;
		expect_lines(&old, &new, rows[i].lines);
		kbm_bytes_clear(&old);
		kbm_bytes_clear(&new);
	}
}

Test(hive_compare, tells_when_a_keys_time_fits_a_change_of_its_contents)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *tree = sample();
	set(tree, "A", "One", 1, "x");
	set(tree, "B\\C\\E", "v", 3, "1");
	build(sample(), 5, 7, &old);
	build(tree, 5, 8, &new); /* all times */
	expect_lines(&old, &new,
		     "value [A] One:1:10 One:1:1\n"
		     "written [A\\B]\n"
		     "written [A] contents\n"
		     "written [B\\C\\D]\n"
		     "+key [B\\C\\E]\n"
		     "+value [B\\C\\E] v:3:1\n"
		     "written [B\\C] contents\n"
		     "written [B]\n"
		     "written []\n");
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

/* A root with two keys, a class and two descriptors. */
static void make_image(struct hive_image *image, uint32_t keys[static 2], uint32_t cells[static 3])
{
	static const uint8_t descriptor[28] = "sk";
	image_make(image, 5, 4096);
	uint32_t root = image_key(image, "root");
	keys[0] = image_key(image, "a");
	keys[1] = image_key(image, "b");
	image_set_subkeys(image, root, image_list(image, "lh", keys, 2), 2);
	for (int i = 0; i < 2; i++) {
		cells[i] = image_cell(image, descriptor, sizeof descriptor);
		image_patch32(image, cells[i], 16, 8);
	}
	cells[2] = image_cell(image, "c\0l\0", 4);
	image_patch32(image, root, 44, cells[0]);
	image_patch32(image, keys[0], 44, cells[0]);
	image_patch32(image, keys[1], 44, cells[1]);
	image_patch32(image, keys[0], 48, cells[2]);
	image_patch16(image, keys[0], 74, 4);
}

Test(hive_compare, tells_classes_and_security_descriptors)
{
	struct hive_image old;
	struct hive_image new;
	uint32_t keys[2];
	uint32_t cells[3];
	struct kbm_bytes told;
	make_image(&old, keys, cells);
	make_image(&new, keys, cells);
	image_patch32(&new, cells[1], 4, 99);	    /* the ring is none of a key's business */
	image_patch32(&new, keys[1], 44, cells[0]); /* another cell with the same bytes */
	enum kbm_code code = compare(old.bytes, old.size, new.bytes, new.size, &told);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(strcmp(kbm_bytes_text(&told), "") == 0, "%s", kbm_bytes_text(&told));
	kbm_bytes_clear(&told);
	image_patch32(&new, keys[1], 44, cells[1]);
	image_patch32(&new, cells[1], 24, 1);
	image_at(&new, cells[2])[2] = 'x';
	code = compare(old.bytes, old.size, new.bytes, new.size, &told);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(strcmp(kbm_bytes_text(&told), "class [a]\ndescriptor [b]\n") == 0, "%s",
		  kbm_bytes_text(&told));
	kbm_bytes_clear(&told);
	image_free(&old);
	image_free(&new);
}

Test(hive_compare, tells_an_added_key_with_security_of_its_own)
{
	struct hive_image old;
	struct hive_image new;
	uint32_t keys[2];
	uint32_t cells[3];
	struct kbm_bytes told;
	image_make(&old, 5, 4096);
	uint32_t root = image_key(&old, "root");
	image_patch32(&old, root, 44,
		      image_cell(&old, "sk\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
	make_image(&new, keys, cells);
	image_patch32(&new, cells[1], 24, 1);
	image_patch32(&new, cells[0], 16, 0);
	enum kbm_code code = compare(old.bytes, old.size, new.bytes, new.size, &told);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(strcmp(kbm_bytes_text(&told), "+key [a] special\n+key [b] special\n") == 0, "%s",
		  kbm_bytes_text(&told));
	kbm_bytes_clear(&told);
	image_patch32(&new, keys[1], 44, cells[0]);
	image_patch16(&new, keys[0], 74, 0);
	code = compare(old.bytes, old.size, new.bytes, new.size, &told);
	cr_expect(strcmp(kbm_bytes_text(&told), "+key [a]\n+key [b]\n") == 0, "%s",
		  kbm_bytes_text(&told));
	kbm_bytes_clear(&told);
	image_free(&old);
	image_free(&new);
}

Test(hive_compare, tells_names_that_a_path_cannot_hold)
{
	struct hive_image old;
	struct hive_image new;
	struct kbm_bytes told;
	image_make(&old, 5, 4096);
	image_key(&old, "root");
	image_make(&new, 5, 4096);
	uint32_t root = image_key(&new, "root");
	uint32_t keys[] = {image_key(&new, "a\\b")};
	image_set_subkeys(&new, root, image_list(&new, "lh", keys, 1), 1);
	enum kbm_code code = compare(old.bytes, old.size, new.bytes, new.size, &told);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(strcmp(kbm_bytes_text(&told), "+key [a\\b] ambiguous\n") == 0, "%s",
		  kbm_bytes_text(&told));
	kbm_bytes_clear(&told);
	image_free(&old);
	image_free(&new);
}

/* --- the sink, damage, time ------------------------------------------------------------------- */

static enum kbm_code have_enough(void *context, const struct kbm_difference *difference,
				 struct kbm_error *error)
{
	size_t *seen = context;
	(void)difference;
	return ++*seen == 2 ? kbm_fail(error, KBM_REFUSED, "enough") : KBM_OK;
}

Test(hive_compare, ends_when_the_sink_has_enough)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_hive *hives[2] = {NULL, NULL};
	struct kbm_error error = {KBM_OK, ""};
	size_t seen = 0;
	build(sample(), 5, 7, &old);
	build(make_tree(), 5, 8, &new);
	kbm_hive_open(old.data, old.length, &hives[0], NULL);
	kbm_hive_open(new.data, new.length, &hives[1], NULL);
	enum kbm_code code = kbm_hive_compare(hives[0], hives[1], have_enough, &seen, &error);
	cr_expect(eq(int, (int)code, KBM_REFUSED));
	cr_expect(eq(sz, seen, 2));
	cr_expect(eq(int, strcmp(error.message, "enough"), 0));
	kbm_hive_close(hives[0]);
	kbm_hive_close(hives[1]);
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

Test(hive_compare, says_that_damage_cannot_be_compared)
{
	struct hive_image image;
	struct kbm_bytes told;
	uint32_t keys[2];
	uint32_t cells[3];
	make_image(&image, keys, cells);
	uint32_t loop[] = {keys[0], keys[1]};
	image_set_subkeys(&image, keys[0], image_list(&image, "lh", loop, 2), 2);
	enum kbm_code code = compare(image.bytes, image.size, image.bytes, image.size, &told);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	kbm_bytes_clear(&told);
	image_set_subkeys(&image, keys[0], (uint32_t)IMAGE_NONE, 0);
	image_patch32(&image, keys[1], 36, 9); /* values without a list */
	code = compare(image.bytes, image.size, image.bytes, image.size, &told);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	kbm_bytes_clear(&told);
	image_free(&image);
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum kbm_code count_words(void *context, uint64_t done, struct kbm_error *error)
{
	uint64_t *words = context;
	if (words[1] == 0)
		return kbm_fail(error, KBM_IO, "nobody listens any more");
	words[0] = done;
	return KBM_OK;
}

/* Keys and values of both are counted; who is told may end it. */
static void expect_words(const struct kbm_bytes *image, uint64_t count)
{
	struct kbm_hive *hive = NULL;
	cr_assert(eq(int, (int)kbm_hive_open(image->data, image->length, &hive, NULL), KBM_OK));
	for (uint64_t heard = 0; heard < 2; heard++) {
		uint64_t words[] = {0, heard};
		struct kbm_compare_report report = {0};
		struct kbm_error error = {0};
		struct kbm_long_work work = {count_words, words, 0};
		const struct kbm_compare_order order = {.before = hive,
							.after = hive,
							.before_key = kbm_hive_root(hive),
							.after_key = kbm_hive_root(hive),
							.path = "",
							.work = &work};
		enum kbm_code code =
		    kbm_hive_compare_keys(&order, write_line, NULL, &report, &error);
		cr_expect(eq(int, (int)code, heard ? KBM_OK : KBM_IO), "%s", error.message);
		cr_expect(heard == 0 || work.done == count, "%llu", (unsigned long long)work.done);
		cr_expect(eq(u64, words[0] >= KBM_LONG_WORK_WORD_AFTER, heard));
	}
	kbm_hive_close(hive);
}

/* One value with all the others before it, and keys in tens of thousands: sorted once, not
 * searched. */
Test(hive_compare, takes_time_by_the_size_of_the_files, .timeout = 60)
{
	struct kbm_bytes old;
	struct kbm_bytes new;
	struct kbm_tree *trees[2] = {make_tree(), make_tree()};
	for (int i = 0; i < 30000; i++) {
		char name[32];
		snprintf(name, sizeof name, "n%d", i);
		set(trees[0], "Values", name, 1, name);
		kbm_tree_create_key(trees[0], name, NULL);
		snprintf(name, sizeof name, "n%d", 29999 - i);
		set(trees[1], "Values", name, 1, name);
		kbm_tree_create_key(trees[1], name, NULL);
	}
	set(trees[1], "Values", "n17", 1, "other");
	build(trees[0], 5, 7, &old);
	build(trees[1], 5, 7, &new);
	double start = seconds();
	expect_lines(&old, &new, "value [Values] n17:1:3 n17:1:5\n");
	cr_expect(lt(dbl, seconds() - start, 2.0));
	expect_words(&old, 2 * 60001);
	kbm_bytes_clear(&old);
	kbm_bytes_clear(&new);
}

/* --- exports that are a part of a registry ---------------------------------------------------- */

static void open_text(const char *text, uint8_t *image, size_t room, struct kbm_hive **hive)
{
	struct kbm_error error = {0};
	struct kbm_bytes file;
	size_t length = 0;
	kbm_bytes_init(&file, 1 << 16);
	kbm_bytes_printf(&file, "REGEDIT4\n\n%s", text);
	enum kbm_code code =
	    kbm_reg_file_to_image(file.data, file.length, 1252, image, room, &length, NULL, &error);
	kbm_bytes_clear(&file);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_assert(eq(int, (int)kbm_hive_open(image, length, hive, NULL), KBM_OK));
}

Test(hive_compare, takes_nothing_for_absent_that_an_export_does_not_hold)
{
	static const struct {
		const char *before;
		const char *after;
		const char *lines; /* what differs */
		unsigned not_held;
	} cases[] = {
	    {"[HKLM\\A\\B]\n@=\"x\"\n", "[HKLM\\A\\B]\n@=\"x\"\n[HKLM\\A\\C]\n[HKLM\\D]\n", "", 2},
	    {"[HKLM\\A]\n[HKLM\\A\\B]\n", "[HKLM\\A\\B]\n[HKLM\\A\\C]\n",
	     "+key [HKEY_LOCAL_MACHINE\\A\\C]\n", 0},
	    {"[HKLM\\A\\B]\n[-HKLM\\A\\C]\n", "[HKLM\\A\\B]\n[HKLM\\A\\C\\E]\n@=\"x\"\n",
	     "+key [HKEY_LOCAL_MACHINE\\A\\C]\n+key [HKEY_LOCAL_MACHINE\\A\\C\\E]\n"
	     "+value [HKEY_LOCAL_MACHINE\\A\\C\\E] :1:4\n",
	     0},
	    {"[HKLM\\A\\C]\n@=\"x\"\n[HKLM\\A\\C\\D]\n@=\"y\"\n[HKLM\\A\\C\\E]\n",
	     "[-HKLM\\A\\C\\D]\n",
	     "-key [HKEY_LOCAL_MACHINE\\A\\C\\D]\n-value [HKEY_LOCAL_MACHINE\\A\\C\\D] :1:4\n", 2},
	    {"[-HKLM\\A]\n", "[-HKLM\\A\\B]\n", "", 0},
	    {"[HKLM\\A]\n\"v\"=\"x\"\n[HKLM\\A\\B]\n", "[HKLM\\A\\B]\n", "", 1},
	    {"[HKLM\\A]\n\"v\"=\"x\"\n", "[HKLM\\A]\n", "-value [HKEY_LOCAL_MACHINE\\A] v:1:4\n",
	     0},
	};
	static uint8_t images[2][1 << 20];
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct kbm_hive *hives[2];
		struct kbm_bytes told;
		struct kbm_compare_report report = {0};
		bool swapped = i >= COUNT(cases);
		size_t row = i % COUNT(cases);
		open_text(cases[row].before, images[0], sizeof images[0], &hives[swapped]);
		open_text(cases[row].after, images[1], sizeof images[1], &hives[!swapped]);
		const struct kbm_compare_order order = {.before = hives[0],
							.after = hives[1],
							.before_key = kbm_hive_root(hives[0]),
							.after_key = kbm_hive_root(hives[1]),
							.path = "",
							.before_has_gaps = true,
							.after_has_gaps = true,
							.tells_removed = true};
		kbm_bytes_init(&told, 1 << 16);
		kbm_bytes_append(&told, "", 0);
		enum kbm_code code =
		    kbm_hive_compare_keys(&order, write_line, &told, &report, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		cr_expect(eq(u64, report.not_held, cases[row].not_held), "row %zu", i);
		/* The other way round each sign is the other one. */
		for (char *at = (char *)told.data; swapped && at != NULL && *at != '\0';
		     at = strchr(at, '\n') + 1)
			*at = *at == '+' ? '-' : '+';
		cr_expect(strcmp(kbm_bytes_text(&told), cases[row].lines) == 0, "row %zu told:\n%s",
			  i, kbm_bytes_text(&told));
		kbm_bytes_clear(&told);
		kbm_hive_close(hives[0]);
		kbm_hive_close(hives[1]);
	}
}

Test(hive_compare, tells_all_of_a_key_that_only_one_has)
{
	static const char text[] = "[HKLM\\A]\n\"v\"=\"x\"\n[HKLM\\A\\B]\n@=\"y\"\n";
	static uint8_t image[1 << 20];
	struct kbm_hive *hive = NULL;
	kbm_cell key = 0;
	open_text(text, image, sizeof image, &hive);
	cr_assert(eq(
	    int,
	    (int)kbm_hive_find_key(hive, kbm_hive_root(hive), "HKEY_LOCAL_MACHINE\\A", &key, NULL),
	    KBM_OK));
	for (int is_added = 0; is_added < 2; is_added++) {
		struct kbm_compare_report report = {0};
		struct kbm_bytes told;
		const struct kbm_compare_order order = {.before = hive,
							.after = hive,
							.before_key = is_added ? 0 : key,
							.after_key = is_added ? key : 0,
							.path = "P",
							.tells_removed = true};
		kbm_bytes_init(&told, 1 << 16);
		enum kbm_code code =
		    kbm_hive_compare_keys(&order, write_line, &told, &report, NULL);
		cr_expect(eq(int, (int)code, KBM_OK));
		cr_expect(strcmp(kbm_bytes_text(&told),
				 is_added ? "+key [P] special\n+value [P] v:1:4\n+key [P\\B]\n"
					    "+value [P\\B] :1:4\n"
					  : "-key [P]\n-value [P] v:1:4\n-key [P\\B]\n"
					    "-value [P\\B] :1:4\n") == 0,
			  "%s", kbm_bytes_text(&told));
		kbm_bytes_clear(&told);
	}
	kbm_hive_close(hive);
}
