/* source/reg_patch: the file that is written of the differences between two trees turns the first
 * into the second; what it cannot say is named. */
#include "source/reg_patch.h"

#include "base/text.h"
#include "hive_image.h"
#include "hive_lines.h"
#include "random.h"
#include "reg_output.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H5   "Windows Registry Editor Version 5.00\r\n\r\n"
#define ROOT "HKEY_LOCAL_MACHINE\\X"

static enum kbm_code take_difference(void *context, const struct kbm_difference *difference,
				     struct kbm_error *error)
{
	return kbm_reg_patch_add(context, difference, error);
}

/* The patch between two hives' roots, whose subkeys are root keys. */
static void make_patch(const uint8_t *before, size_t before_length, const uint8_t *after,
		       size_t after_length, unsigned form, struct reg_output *output)
{
	struct kbm_hive *hives[2] = {NULL, NULL};
	struct kbm_reg_patch patch;
	const struct kbm_hive_export_sink sink = reg_output_sink(output);
	struct kbm_compare_report report = {0};
	reg_output_init(output);
	cr_assert(eq(int, kbm_hive_open(before, before_length, &hives[0], NULL), KBM_OK));
	cr_assert(eq(int, kbm_hive_open(after, after_length, &hives[1], NULL), KBM_OK));
	const struct kbm_compare_order order = {.before = hives[0],
						.after = hives[1],
						.before_key = kbm_hive_root(hives[0]),
						.after_key = kbm_hive_root(hives[1]),
						.path = "",
						.tells_removed = true};
	cr_assert(eq(int, kbm_reg_patch_begin(&patch, form == 4, 1252, &sink, NULL), KBM_OK));
	output->code =
	    kbm_hive_compare_keys(&order, take_difference, &patch, &report, &output->error);
	cr_assert(eq(int, output->code, KBM_OK), "%s", output->error.message);
	output->code = kbm_reg_patch_end(&patch, &(struct kbm_reg_patch_doubt){0}, &output->error);
	kbm_reg_patch_clear(&patch);
	kbm_hive_close(hives[0]);
	kbm_hive_close(hives[1]);
}

static struct kbm_tree *make_tree(void)
{
	struct kbm_tree *tree = hive_tree();
	cr_assert(eq(int, kbm_tree_create_key(tree, ROOT, NULL), KBM_OK));
	return tree;
}

/* --- random trees ---------------------------------------------------------------------------- */

static const char *const names[] = {"",	 "a",	"B",  "a\"q\"", "back\\slash", "\xC3\xA4",
				    "c", "d=-", "-e", "[f]",	"long name"};

/* A path of keys that are few, so that trees share them. */
static void random_path(uint64_t *state, char *path, size_t room)
{
	size_t depth = random_below(state, 4);
	int at = snprintf(path, room, "%s", ROOT);
	for (size_t i = 0; i < depth; i++)
		at += snprintf(path + at, room - (size_t)at, "\\k%zu", random_below(state, 4));
}

static void edit(struct kbm_tree *tree, uint64_t *state)
{
	char path[128];
	uint8_t data[40];
	const char *name = names[random_below(state, sizeof names / sizeof *names)];
	random_path(state, path, sizeof path);
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)random_below(state, 4);
	const struct kbm_value value = {.name = name,
					.name_length = strlen(name),
					.type = (uint32_t)random_below(state, 12),
					.data = data,
					.length = random_below(state, sizeof data)};
	switch (random_below(state, 6)) {
	case 0:
		kbm_tree_create_key(tree, path, NULL);
		break;
	case 1:
		if (strcmp(path, ROOT) != 0)
			kbm_tree_delete_key(tree, path, NULL);
		break;
	case 2:
		kbm_tree_delete_value(tree, path, name, strlen(name), NULL);
		break;
	default:
		cr_assert(eq(int, kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
		break;
	}
}

/* Both get the same edits first, then each its own. */
static void make_pair(uint64_t seed, struct kbm_tree *trees[2])
{
	for (size_t i = 0; i < 2; i++) {
		uint64_t state = seed;
		trees[i] = make_tree();
		for (size_t edits = random_below(&state, 60); edits > 0; edits--)
			edit(trees[i], &state);
		state = seed * 2 + i + 1;
		for (size_t edits = random_below(&state, 20); edits > 0; edits--)
			edit(trees[i], &state);
	}
}

Test(reg_patch, turns_the_first_into_the_second)
{
	size_t differing = 0;
	for (uint64_t seed = 1; seed <= 600; seed++) {
		struct kbm_tree *trees[2];
		struct kbm_bytes images[2];
		struct reg_output output;
		struct kbm_error error = {0};
		make_pair(seed, trees);
		hive_build(trees[0], &images[0]);
		hive_build(trees[1], &images[1]);
		make_patch(images[0].data, images[0].length, images[1].data, images[1].length, 5,
			   &output);
		cr_expect(eq(int, output.code, KBM_OK), "%s", output.error.message);
		char *before = hive_lines(&images[0]);
		char *wanted = hive_lines(&images[1]);
		bool differs = strcmp(before, wanted) != 0;
		size_t header = 2 + 2 * strlen(H5);
		cr_expect(eq(int, output.file.length > header, differs), "seed %d", (int)seed);
		differing += differs;
		enum kbm_code code =
		    kbm_reg_file_read(output.file.data, output.file.length, 1252, trees[0], &error);
		cr_assert(eq(int, code, KBM_OK), "seed %d: %s", (int)seed, error.message);
		kbm_bytes_clear(&images[0]);
		hive_build(trees[0], &images[0]);
		char *made = hive_lines(&images[0]);
		cr_expect(zero(int, strcmp(made, wanted)), "seed %d:\n%s\nnot:\n%s", (int)seed,
			  made, wanted);
		free(before);
		free(wanted);
		free(made);
		reg_output_clear(&output);
		for (size_t i = 0; i < 2; i++) {
			kbm_bytes_clear(&images[i]);
			kbm_tree_free(trees[i]);
		}
	}
	cr_expect(ge(sz, differing, 501));
}

/* --- the text -------------------------------------------------------------------------------- */

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	const struct kbm_value value = {name, strlen(name), type, data, length};
	cr_assert(eq(int, kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
}

Test(reg_patch, writes_each_key_once)
{
	struct kbm_tree *before = make_tree();
	struct kbm_tree *after = make_tree();
	struct kbm_bytes images[2];
	struct reg_output output;
	set(before, ROOT "\\gone\\below", "v", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(before, ROOT "\\same", "v", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(before, ROOT "\\some", "left", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(before, ROOT "\\some", "other", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(after, ROOT "\\same", "v", KBM_REG_DWORD, "\1\0\0\0", 4);
	set(after, ROOT "\\some", "other", KBM_REG_DWORD, "\2\0\0\0", 4);
	set(after, ROOT "\\some", "", KBM_REG_BINARY, "\1", 1);
	kbm_tree_create_key(after, ROOT "\\some\\new", NULL);
	hive_build(before, &images[0]);
	hive_build(after, &images[1]);
	make_patch(images[0].data, images[0].length, images[1].data, images[1].length, 4, &output);
	kbm_bytes_append_byte(&output.file, '\0');
	const char *text = (const char *)output.file.data;
	cr_expect(zero(int, strcmp(text, "REGEDIT4\r\n\r\n[-" ROOT "\\gone]\r\n\r\n[" ROOT
					 "\\some]\r\n@=hex:01\r\n\"left\"=-\r\n"
					 "\"other\"=dword:00000002\r\n\r\n[" ROOT
					 "\\some\\new]\r\n\r\n")),
		  "%s", text);
	reg_output_clear(&output);
	kbm_bytes_clear(&images[0]);
	kbm_bytes_clear(&images[1]);
	kbm_tree_free(before);
	kbm_tree_free(after);
}

Test(reg_patch, names_what_no_file_can_say)
{
	struct hive_image before;
	struct hive_image after;
	struct reg_output output;
	image_make(&before, 5, 8192);
	image_make(&after, 5, 8192);
	uint32_t root = image_key(&before, "root");
	uint32_t odd[] = {image_key(&before, "a\\b"), image_key(&before, "li\nne")};
	image_set_subkeys(&before, root, image_list(&before, "li", odd, 2), 2);
	root = image_key(&after, "root");
	uint32_t value = image_data(&after, "v\r", 4, "\1\0\0\0", 4);
	uint32_t plain = image_key(&after, "plain");
	image_set_subkeys(&after, root, image_list(&after, "li", &plain, 1), 1);
	image_set_values(&after, plain, &value, 1);
	make_patch(before.bytes, before.size, after.bytes, after.size, 5, &output);
	cr_expect(eq(int, output.code, KBM_UNREADABLE));
	static const char *const parts[] = {
	    "a\\b: a key's name with a backslash or a NUL",
	    "li\\nne: a name with a NUL or a line break cannot stand",
	    "plain, the value 'v\\r': a name with a NUL or a line break",
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		cr_expect(ne(ptr, (void *)strstr(kbm_bytes_text(&output.notes), parts[i]), NULL),
			  "'%s' is not in %s", parts[i], kbm_bytes_text(&output.notes));
	cr_expect(ne(ptr, (void *)strstr(output.error.message, "3 differences are left out"), NULL),
		  "%s", output.error.message);
	reg_output_clear(&output);
	image_free(&before);
	image_free(&after);
}
