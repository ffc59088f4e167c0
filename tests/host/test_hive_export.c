/* source/hive_export: .reg text of both forms, and the way back; what cannot stand there. */
#include "source/hive_export.h"

#include "base/limits.h"
#include "base/text.h"
#include "hive_image.h"
#include "hive_lines.h"
#include "reg_output.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(items) (sizeof(items) / sizeof *(items))
#define H4	     "REGEDIT4\r\n\r\n"
#define H5	     "Windows Registry Editor Version 5.00\r\n\r\n"
#define ROOT	     "HKEY_LOCAL_MACHINE\\X"

/* --- exporting ------------------------------------------------------------------------------- */

static void export_image(const uint8_t *image, size_t length, unsigned form, bool has_gaps,
			 struct reg_output *output)
{
	struct kbm_hive *hive = NULL;
	const struct kbm_hive_export_order order = {.regedit4 = form == 4,
						    .codepage = 1252,
						    .path = has_gaps ? "" : ROOT,
						    .has_gaps = has_gaps};
	const struct kbm_hive_export_sink sink = reg_output_sink(output);
	reg_output_init(output);
	cr_assert(eq(int, kbm_hive_open(image, length, &hive, &output->error), KBM_OK), "%s",
		  output->error.message);
	output->code = kbm_hive_export(hive, kbm_hive_root(hive), &order, &sink, &output->report,
				       &output->error);
	kbm_hive_close(hive);
}

/* The file as UTF-8, whichever its form is; on the heap. */
static char *text_of(const struct reg_output *output, unsigned form)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 1 << 28);
	if (form == 4) {
		kbm_bytes_append(&text, output->file.data, output->file.length);
	} else {
		cr_assert(ge(sz, output->file.length, 2));
		cr_assert(zero(int, memcmp(output->file.data, "\xFF\xFE", 2)));
		kbm_text_from_utf16(output->file.data + 2, output->file.length - 2, &text);
	}
	return kbm_bytes_take(&text, NULL);
}

static void expect_text(struct reg_output *output, unsigned form, const char *expected)
{
	char *text = text_of(output, form);
	cr_expect(zero(int, strcmp(text, expected)), "form %u:\n%s\nexpected:\n%s", form, text,
		  expected);
	free(text);
}

/* --- trees ----------------------------------------------------------------------------------- */

static void set(struct kbm_tree *tree, const char *path, const char *name, size_t name_length,
		uint32_t type, const void *data, size_t length)
{
	const struct kbm_value value = {name, name_length, type, data, length};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_tree_set_value(tree, path, &value, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

static void set_text(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		     const char *text)
{
	struct kbm_bytes data;
	kbm_bytes_init(&data, 1 << 24);
	kbm_text_to_utf16(text, strlen(text), &data);
	kbm_bytes_append_zeros(&data, 2);
	set(tree, path, name, strlen(name), type, data.data, data.length);
	kbm_bytes_clear(&data);
}

/* What our own reader makes of the file. */
static char *dump_again(const struct reg_output *output)
{
	struct kbm_tree *tree = hive_tree();
	struct kbm_error error = {0};
	struct kbm_bytes image;
	enum kbm_code code =
	    kbm_reg_file_read(output->file.data, output->file.length, 1252, tree, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(eq(int, kbm_tree_set_root(tree, ROOT, NULL), KBM_OK));
	hive_build(tree, &image);
	char *lines = hive_lines(&image);
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
	return lines;
}

static void expect_round_trip(const struct kbm_tree *tree, unsigned form)
{
	struct kbm_bytes image;
	struct reg_output output;
	hive_build(tree, &image);
	export_image(image.data, image.length, form, false, &output);
	cr_expect(eq(int, output.code, KBM_OK), "form %u: %s\n%s", form, output.error.message,
		  kbm_bytes_text(&output.notes));
	char *before = hive_lines(&image);
	char *after = dump_again(&output);
	size_t same = 0;
	while (before[same] != '\0' && before[same] == after[same])
		same++;
	cr_expect(zero(int, strcmp(before, after)), "form %u: from byte %zu: %.200s\nnot: %.200s",
		  form, same, before + same, after + same);
	free(before);
	free(after);
	reg_output_clear(&output);
	kbm_bytes_clear(&image);
}

/* --- the text -------------------------------------------------------------------------------- */

Test(hive_export, writes_keys_with_their_values_before_their_subkeys)
{
	struct kbm_tree *tree = hive_tree();
	struct kbm_bytes image;
	struct reg_output output;
	set_text(tree, "b\\c", "", KBM_REG_SZ, "x");
	set_text(tree, "b", "na\"me\\", KBM_REG_SZ, "a \"b\" \\c");
	set(tree, "b", "n", 1, KBM_REG_DWORD, "\1\2\3\4", 4);
	set_text(tree, "b", "e", KBM_REG_EXPAND_SZ, "\xC3\xBC");
	set(tree, "b-", "x", 1, 0x1000, "\xff", 1);
	kbm_tree_create_key(tree, "a", NULL);
	hive_build(tree, &image);
	static const char *const expected[] = {
	    [4] = H4 "[" ROOT "]\r\n\r\n[" ROOT "\\a]\r\n\r\n[" ROOT
		     "\\b]\r\n\"e\"=hex(2):fc,00\r\n\"n\"=dword:04030201\r\n"
		     "\"na\\\"me\\\\\"=\"a \\\"b\\\" \\\\c\"\r\n\r\n[" ROOT
		     "\\b\\c]\r\n@=\"x\"\r\n\r\n[" ROOT "\\b-]\r\n\"x\"=hex(1000):ff\r\n\r\n",
	    [5] = H5 "[" ROOT "]\r\n\r\n[" ROOT "\\a]\r\n\r\n[" ROOT
		     "\\b]\r\n\"e\"=hex(2):fc,00,00,00\r\n\"n\"=dword:04030201\r\n"
		     "\"na\\\"me\\\\\"=\"a \\\"b\\\" \\\\c\"\r\n\r\n[" ROOT
		     "\\b\\c]\r\n@=\"x\"\r\n\r\n[" ROOT "\\b-]\r\n\"x\"=hex(1000):ff\r\n\r\n",
	};
	for (unsigned form = 4; form <= 5; form++) {
		export_image(image.data, image.length, form, false, &output);
		cr_expect(eq(int, output.code, KBM_OK));
		expect_text(&output, form, expected[form]);
		cr_expect(eq(u64, output.report.keys, 5));
		cr_expect(eq(u64, output.report.values, 5));
		reg_output_clear(&output);
	}
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

/* --- and back -------------------------------------------------------------------------------- */

/* Names that have a meaning, or a character, that a reader may trip over. */
static const char *const value_names[] = {
    "",
    "@",
    "\"",
    "\\",
    "a=b",
    "[x]",
    ";c",
    " blanks ",
    "\ttab",
    "\x01\x1f",
    "\xC3\xA4",
    "hex:00",
    "-",
    "dword:1",
    "a\\\"b\\\\",
    "\x7F",
    "Gr\xC3\xB6\xC3\x9F\x65",
    "\xE2\x82\xAC",
};
static const char *const wide_names[] = {
    "\xE6\x97\xA5\xE6\x9C\xAC",
    "\xF0\x9F\x98\x80",
    "\xED\xA0\x80" /* a lone surrogate */,
    "\xED\xB0\x80x",
    "\xEF\xBB\xBF",
    "\xEF\xBF\xBF",
    "\xC2\x85",
    "\xE2\x80\xA8",
};
static const char *const key_names[] = {
    "]",	"[",   "a]b", "];x\\y" /* two keys */,
    " b ",	"-a",  "@",   "\"q\"",
    "a=b",	"x/y", "\t",  "c]d;e",
    "\xC3\xA4", ";",   "%41",
};

static void add_odd_values(struct kbm_tree *tree, bool wide)
{
	static const struct {
		const char *bytes;
		size_t length;
		bool ansi; /* REGEDIT4 has it as a text too */
	} data[] = {
	    {"", 0, true},
	    {"a", 1, false},
	    {"a\0", 2, true},
	    {"a\0\0", 3, false},
	    {"a\0\0\0", 4, true},
	    {"\0\0", 2, true},
	    {"a\0\0\0b\0\0\0", 8, true},
	    {"\0\0\0\0", 4, true},
	    {"a\0b\0c", 5, false},
	    {"\r\0\n\0\0\0", 6, true},
	    {"\x00\xD8\0\0", 4, false},
	    {"\x07\0\0\0", 4, true},
	    {"\"\0\\\0\0\0", 6, true},
	    {"\xac\x20\0\0", 4, true},
	    {"\x2e\x20\0\0", 4, false},
	    {"\xff\xff\xff\xff", 4, false},
	    {"12345678", 8, false},
	    {"\xff\xfe\0\0", 4, false},
	};
	static const uint32_t types[] = {0, 1, 2,  3,  4,  5,	   6,	      7,
					 8, 9, 10, 11, 12, 0xFFFF, 0xFFFFFFFF};
	char name[32];
	for (size_t i = 0; i < COUNT(types); i++)
		for (size_t j = 0; j < COUNT(data); j++) {
			bool is_text = types[i] == 1 || types[i] == 2 || types[i] == 7;
			if (is_text && !wide && !data[j].ansi)
				continue;
			snprintf(name, sizeof name, "%zu of %x", j, (unsigned)types[i]);
			set(tree, "Types", name, strlen(name), types[i], data[j].bytes,
			    data[j].length);
		}
	for (size_t i = 0; i < COUNT(value_names); i++)
		set_text(tree, "Names", value_names[i], KBM_REG_SZ, value_names[i]);
	for (size_t i = 0; wide && i < COUNT(wide_names); i++)
		set_text(tree, "Names", wide_names[i], KBM_REG_SZ, wide_names[i]);
}

static void add_odd_sizes(struct kbm_tree *tree)
{
	static const size_t sizes[] = {0,    1,	    3,	   4,	  5,	 24,	25,	26,
				       4000, 16343, 16344, 16345, 32688, 32689, 1 << 20};
	uint8_t *noise = malloc(1 << 20);
	char name[32];
	cr_assert(ne(ptr, noise, NULL));
	for (size_t i = 0; i < 1 << 20; i++)
		noise[i] = (uint8_t)(i * 31 + (i >> 8));
	for (size_t i = 0; i < COUNT(sizes); i++) {
		snprintf(name, sizeof name, "%zu", sizes[i]);
		set(tree, "Sizes", name, strlen(name), KBM_REG_BINARY, noise, sizes[i]);
	}
	char *units = calloc(1, KBM_HIVE_MAX_NAME_UNITS + 1);
	cr_assert(ne(ptr, units, NULL));
	memset(units, 'n', KBM_HIVE_MAX_NAME_UNITS);
	set(tree, "Sizes", units, KBM_HIVE_MAX_NAME_UNITS, KBM_REG_DWORD, noise, 4);
	units[255] = '\0';
	kbm_tree_create_key(tree, units, NULL);
	free(units);
	free(noise);
}

static void add_odd_keys(struct kbm_tree *tree, bool wide)
{
	char path[2048] = "Keys";
	for (size_t i = 0; i < COUNT(key_names); i++) {
		snprintf(path, sizeof path, "Keys\\%s", key_names[i]);
		if (strncmp(key_names[i], "];", 2) != 0)
			set_text(tree, path, "", KBM_REG_SZ, key_names[i]);
	}
	for (size_t i = 0; wide && i < COUNT(wide_names); i++) {
		snprintf(path, sizeof path, "Keys\\%s\\below", wide_names[i]);
		set_text(tree, path, "", KBM_REG_SZ, "below");
	}
	snprintf(path, sizeof path, "Deep");
	for (size_t i = 0; i < 500; i++)
		strcat(path, "\\d");
	set_text(tree, path, "", KBM_REG_SZ, "deep");
}

Test(hive_export, comes_back_the_same)
{
	for (unsigned form = 4; form <= 5; form++) {
		struct kbm_tree *tree = hive_tree();
		set_text(tree, "", "of the root", KBM_REG_SZ, "r");
		add_odd_values(tree, form == 5);
		add_odd_sizes(tree);
		add_odd_keys(tree, form == 5);
		expect_round_trip(tree, form);
		kbm_tree_free(tree);
	}
}

Test(hive_export, comes_back_the_same_with_many_keys)
{
	struct kbm_tree *tree = hive_tree();
	char path[64];
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(path, sizeof path, "Many\\k%u", i * 7919 % 20000);
		set(tree, path, "v", 1, KBM_REG_DWORD, &i, sizeof i);
	}
	expect_round_trip(tree, 5);
	kbm_tree_free(tree);
}

Test(hive_export, writes_the_largest_value)
{
	struct kbm_tree *tree = hive_tree();
	uint8_t *zeros = calloc(1, KBM_HIVE_MAX_VALUE_BYTES);
	cr_assert(ne(ptr, zeros, NULL));
	set(tree, "", "binary", 6, KBM_REG_BINARY, zeros, KBM_HIVE_MAX_VALUE_BYTES);
	memset(zeros, 'a', KBM_HIVE_MAX_VALUE_BYTES - 2);
	set(tree, "", "text", 4, KBM_REG_SZ, zeros, KBM_HIVE_MAX_VALUE_BYTES);
	expect_round_trip(tree, 5);
	kbm_tree_free(tree);
	free(zeros);
}

/* --- what cannot stand there ----------------------------------------------------------------- */

/* Whether every one of these is in the text. */
static void expect_parts(const char *text, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect(ne(ptr, (void *)strstr(text, parts[i]), NULL), "'%s' is not in:\n%s",
			  parts[i], text);
}

Test(hive_export, leaves_out_and_names_what_the_form_cannot_hold)
{
	struct hive_image image;
	struct reg_output output;
	image_make(&image, 3, 8192);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a\\b"), image_key(&image, "c];d"),
			   image_key(&image, "e\nf"), image_key(&image, "good")};
	uint32_t below = image_key(&image, "below");
	uint32_t nameless = image_key(&image, "");
	uint32_t values[] = {image_data(&image, "li\nne", 4, "\1\0\0\0", 4),
			     image_data(&image, "ok", 4, "\1\0\0\0", 4)};
	image_set_subkeys(&image, keys[0], image_list(&image, "li", &below, 1), 1);
	image_set_subkeys(&image, keys[3], image_list(&image, "li", &nameless, 1), 1);
	image_set_subkeys(&image, root, image_list(&image, "li", keys, 4), 4);
	image_set_values(&image, root, values, 2);
	export_image(image.bytes, image.size, 5, false, &output);
	cr_expect(eq(int, output.code, KBM_UNREADABLE));
	cr_expect(eq(u64, output.report.omitted, 5));
	static const char *const notes[] = {
	    ROOT ", the value 'li\\nne': a name with a NUL or a line break",
	    ROOT "\\a\\b, with all below it: a key's name with a backslash",
	    ROOT "\\c];d, with all below it: a key's name with '];'",
	    ROOT "\\e\\nf, with all below it: a name with a NUL or a line break",
	    ROOT "\\good\\, with all below it: a key without a name",
	};
	expect_parts(kbm_bytes_text(&output.notes), notes, COUNT(notes));
	char *text = text_of(&output, 5);
	/* Behind the values: to hivexregedit a comment ends them. */
	static const char *const lines[] = {
	    H5 "[" ROOT "]\r\n\"ok\"=dword:00000001\r\n\r\n; not in this file: " ROOT
	       ", the value 'li\\nne'",
	    "\r\n\r\n; not in this file: " ROOT "\\a\\b, with all below it",
	    "\r\n[" ROOT "\\good]\r\n\r\n",
	};
	expect_parts(text, lines, COUNT(lines));
	cr_expect(eq(ptr, (void *)strstr(text, "below]"), NULL));
	expect_parts(output.error.message, (const char *const[]){"5 keys or values are left out"},
		     1);
	free(text);
	reg_output_clear(&output);
	image_free(&image);
}

Test(hive_export, leaves_out_what_the_code_page_lacks)
{
	struct kbm_tree *tree = hive_tree();
	struct kbm_bytes image;
	struct reg_output output;
	set_text(tree, "", "\xE6\x97\xA5", KBM_REG_SZ, "a name");
	set_text(tree, "", "text", KBM_REG_SZ, "\xE6\x97\xA5");
	set_text(tree, "", "list", KBM_REG_MULTI_SZ, "\xE6\x97\xA5");
	set(tree, "", "odd", 3, KBM_REG_EXPAND_SZ, "a", 1);
	set_text(tree, "", "bytes", KBM_REG_BINARY, "\xE6\x97\xA5");
	set_text(tree, "\xE6\x97\xA5\\below", "", KBM_REG_SZ, "x");
	hive_build(tree, &image);
	export_image(image.data, image.length, 4, false, &output);
	cr_expect(eq(int, output.code, KBM_UNREADABLE));
	cr_expect(eq(u64, output.report.omitted, 5));
	static const char *const notes[] = {"the value 'text'", "the value 'list'",
					    "the value 'odd': REGEDIT4 cannot hold a text of 1 ",
					    "code page 1252 lacks", "\xE6\x97\xA5, with all below"};
	expect_parts(kbm_bytes_text(&output.notes), notes, COUNT(notes));
	static const char *const lines[] = {"\r\n\"bytes\"=hex:e5,65,00,00\r\n"};
	kbm_bytes_append_byte(&output.file, '\0');
	expect_parts((const char *)output.file.data, lines, COUNT(lines));
	reg_output_clear(&output);
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

Test(hive_export, passes_over_damage_and_tells_it)
{
	struct hive_image image;
	struct reg_output output;
	image_make(&image, 3, 8192);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "b")};
	uint32_t values[] = {image_data(&image, "bad", 3, "12345678", 8),
			     image_data(&image, "good", 4, "\1\0\0\0", 4), root + 4};
	image_patch32(&image, values[0], 8, 0x7FFFFFF0); /* where its data is */
	image_set_subkeys(&image, root, image_list(&image, "li", keys, 2), 2);
	image_set_values(&image, keys[1], values, 3);
	memcpy(image_at(&image, keys[0]), "xx", 2);
	export_image(image.bytes, image.size, 5, false, &output);
	cr_expect(eq(int, output.code, KBM_UNREADABLE));
	cr_expect(eq(u64, output.report.damages, 3), "%s", kbm_bytes_text(&output.notes));
	expect_text(&output, 5,
		    H5 "[" ROOT "]\r\n\r\n[" ROOT "\\b]\r\n\"good\"=dword:00000001\r\n\r\n");
	expect_parts(output.error.message, (const char *const[]){"3 places could not be read"}, 1);
	reg_output_clear(&output);
	image_free(&image);
}

/* --- exports --------------------------------------------------------------------------------- */

Test(hive_export, says_of_an_export_what_that_says)
{
	/* What stands above what is listed is not said to be whole. */
	static const char *const texts[] = {
	    H5 "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\r\n\"Current\"=dword:00000001\r\n\r\n",
	    H5 "[HKEY_LOCAL_MACHINE\\A\\B]\r\n\r\n[-HKEY_LOCAL_MACHINE\\A\\C\\D]\r\n\r\n",
	    H5 "[HKEY_CURRENT_USER]\r\n@=\"x\"\r\n\r\n[HKEY_LOCAL_MACHINE\\B]\r\n\r\n",
	    H5 "[-HKEY_USERS\\.DEFAULT\\X]\r\n\r\n[-HKEY_USERS\\.DEFAULT\\Y\\Z]\r\n\r\n",
	    H5,
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		static uint8_t image[1 << 20];
		size_t length = 0;
		struct reg_output output;
		struct kbm_error error = {0};
		enum kbm_code code =
		    kbm_reg_file_to_image((const uint8_t *)texts[i], strlen(texts[i]), 1252, image,
					  sizeof image, &length, NULL, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		export_image(image, length, 5, true, &output);
		cr_expect(eq(int, output.code, KBM_OK), "%s", output.error.message);
		expect_text(&output, 5, texts[i]);
		reg_output_clear(&output);
	}
}

Test(hive_export, refuses_an_unknown_code_page)
{
	struct kbm_tree *tree = hive_tree();
	struct kbm_bytes image;
	struct kbm_hive *hive = NULL;
	struct kbm_hive_export_report report = {0};
	struct kbm_error error = {0};
	const struct kbm_hive_export_order order = {
	    .regedit4 = true, .codepage = 932, .path = ROOT};
	const struct kbm_hive_export_sink sink = {NULL, NULL, NULL}; /* nothing is written */
	hive_build(tree, &image);
	cr_assert(eq(int, kbm_hive_open(image.data, image.length, &hive, NULL), KBM_OK));
	cr_expect(eq(int,
		     kbm_hive_export(hive, kbm_hive_root(hive), &order, &sink, &report, &error),
		     KBM_USAGE));
	expect_parts(error.message, (const char *const[]){"code page 932"}, 1);
	kbm_hive_close(hive);
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}
