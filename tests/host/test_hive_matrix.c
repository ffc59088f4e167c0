/* Hives of every format, built, and read back by all that reads: whole and by name, checked, and by
 * libregf. Real hives are known of the formats 1.3 and 1.5. */
#include "base/limits.h"
#include "base/text.h"
#include "hive_image.h"
#include "hive_lines.h"
#include "source/hive_agree.h"
#include "source/hive_check.h"
#include "source/hive_dump.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef KBM_SANITIZE
/* libregf 20201007 loses a little memory for each key that it fails to read. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libregf";
}
#endif

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { OLDEST = 2, NEWEST = 6, MANY = 100000 };

/* An image with zeros behind, as libregf needs them. */
struct built {
	uint8_t *bytes;
	size_t length;
	struct kbm_hive *hive;
};

static void open_built(struct built *built)
{
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_hive_open(built->bytes, built->length, &built->hive, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

static void build(struct kbm_tree *tree, uint32_t minor, struct built *built)
{
	const struct kbm_build_options options = {.minor = minor, .last_written = 7};
	struct kbm_error error = {KBM_OK, ""};
	size_t length = 0;
	enum kbm_code code = kbm_tree_measure(tree, &options, &length, &error);
	cr_assert(eq(int, code, KBM_OK), "1.%u: %s", minor, error.message);
	built->length = length;
	built->bytes = calloc(1, length + KBM_REGF_PADDING_BYTES);
	code = kbm_tree_build_into(tree, &options, built->bytes, length, &length, &error);
	cr_assert(eq(int, code, KBM_OK), "1.%u: %s", minor, error.message);
	open_built(built);
}

static void clear(struct built *built)
{
	kbm_hive_close(built->hive);
	free(built->bytes);
}

static struct kbm_tree *make_tree(void)
{
	struct kbm_tree *tree = NULL;
	kbm_tree_make("root", &tree, NULL);
	return tree;
}

static enum kbm_code count_line(void *context, const char *line, size_t length,
				struct kbm_error *error)
{
	(void)line;
	(void)length;
	(void)error;
	++*(size_t *)context;
	return KBM_OK;
}

/* Every line once, nothing damaged, and no problem in the structure. */
static void expect_whole(const struct built *built, uint64_t keys, uint64_t values,
			 const char *what, uint32_t minor)
{
	struct kbm_dump_report report;
	struct kbm_hive_check check;
	struct kbm_error error = {KBM_OK, ""};
	size_t lines = 0;
	enum kbm_code code = kbm_hive_dump(built->hive, kbm_hive_root(built->hive), "", count_line,
					   &lines, &report, &error);
	cr_expect(eq(int, code, KBM_OK), "%s, 1.%u: %s", what, minor, error.message);
	cr_expect(eq(u64, report.keys, keys), "%s, 1.%u", what, minor);
	cr_expect(eq(u64, report.values, values), "%s, 1.%u", what, minor);
	cr_expect(eq(u64, lines, keys + values), "%s, 1.%u", what, minor);
	code = kbm_hive_check(built->bytes, built->length, &check, &error);
	cr_expect(eq(int, code, KBM_OK), "%s, 1.%u: %s", what, minor, error.message);
	cr_expect(check.problems == 0 && check.oddities == 0, "%s, 1.%u: %s %s", what, minor,
		  check.first_problems[0], check.first_oddities[0]);
}

static void expect_agreement(const struct built *built, const char *what, uint32_t minor)
{
	struct kbm_regf *regf = NULL;
	struct kbm_hive_agreement agreement = {.keys = 0};
	struct kbm_error error = {KBM_OK, ""};
	enum kbm_code code = kbm_regf_open(built->bytes, built->length, &regf, &error);
	cr_assert(eq(int, code, KBM_OK), "%s, 1.%u: %s", what, minor, error.message);
	/* The same hive as its own original: what libregf cannot read is its known weakness. */
	code = kbm_hive_agree(built->hive, regf, regf, &agreement, &error);
	cr_expect(eq(int, code, KBM_OK), "%s, 1.%u: %s", what, minor, error.message);
	cr_expect(eq(u64, agreement.unread, 0), "%s, 1.%u", what, minor);
	kbm_regf_close(regf);
}

/* The kind of the list of a key: "lh"; of an index root its leaves', "ri lh". */
static void list_kind(const struct built *built, kbm_cell key, char kind[6])
{
	const uint8_t *bins = built->bytes + 4096 + 4;
	uint32_t list;
	memcpy(&list, bins + key + 28, sizeof list);
	snprintf(kind, 6, "%.2s", (const char *)bins + list);
	if (strcmp(kind, "ri") != 0)
		return;
	memcpy(&list, bins + list + 4, sizeof list);
	strcat(kind, " ");
	strncat(kind, (const char *)built->bytes + 4096 + 4 + list, 2);
}

Test(hive_matrix, holds_any_number_of_subkeys_in_each_format)
{
	static const struct {
		size_t count;
		const char *kinds[NEWEST - OLDEST + 1]; /* NULL: no list */
	} rows[] = {
	    {0, {NULL, NULL, NULL, NULL, NULL}},
	    {1, {"li", "lf", "lf", "lh", "lh"}},
	    {507, {"li", "lf", "lf", "lh", "lh"}},
	    {508, {"li", "li", "li", "ri lh", "ri lh"}},
	    {1000, {"li", "li", "li", "ri lh", "ri lh"}},
	    {1013, {"ri li", "ri li", "ri li", "ri lh", "ri lh"}},
	    {MANY, {"ri li", "ri li", "ri li", "ri lh", "ri lh"}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_tree *tree = make_tree();
		char path[64];
		kbm_tree_create_key(tree, "P", NULL);
		/* In an order that is not the list's. */
		for (size_t k = 0; k < rows[i].count; k++) {
			snprintf(path, sizeof path, "P\\Key%zu", k * 7919 % rows[i].count);
			kbm_tree_create_key(tree, path, NULL);
		}
		for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
			struct built built;
			build(tree, minor, &built);
			snprintf(path, sizeof path, "%zu subkeys", rows[i].count);
			expect_whole(&built, rows[i].count + 2, 0, path, minor);
			kbm_cell parent = 0;
			kbm_cell found = 0;
			kbm_hive_find_key(built.hive, kbm_hive_root(built.hive), "p", &parent,
					  NULL);
			const char *kind = rows[i].kinds[minor - OLDEST];
			char made[6] = "";
			if (kind != NULL) {
				list_kind(&built, parent, made);
				cr_expect(strcmp(made, kind) == 0, "%s, 1.%u: %s", path, minor,
					  made);
			}
			size_t step = rows[i].count > 2000 ? 97 : 1;
			for (size_t k = 0; k < rows[i].count; k += step) {
				char name[32];
				snprintf(name, sizeof name, "kEY%zu", k);
				enum kbm_code code =
				    kbm_hive_find_key(built.hive, parent, name, &found, NULL);
				cr_expect(eq(int, code, KBM_OK), "1.%u: %s of %s", minor, name,
					  path);
			}
			static const char *const absent[] = {"Key", "Key00", "A", "zz"};
			for (size_t k = 0; k < COUNT(absent); k++) {
				enum kbm_code code =
				    kbm_hive_find_key(built.hive, parent, absent[k], &found, NULL);
				cr_expect(eq(int, code, KBM_NOT_FOUND), "1.%u: %s of %s", minor,
					  absent[k], path);
			}
			if (rows[i].count <= 1013)
				expect_agreement(&built, path, minor);
			clear(&built);
		}
		kbm_tree_free(tree);
	}
}

/* Each kind of leaf below an index root, in each format that knows it: what the builder makes of
 * another kind, other programs may have made. */
Test(hive_matrix, reads_each_kind_of_list_that_a_format_allows)
{
	static const struct {
		const char *kind;
		uint32_t first; /* minor version */
	} kinds[] = {{"li", 2}, {"lf", 3}, {"lh", 5}};
	enum { KEYS = 20000, LEAF = 500 };
	static uint32_t cells[KEYS];
	static uint32_t leaves[KEYS / LEAF];
	for (size_t i = 0; i < COUNT(kinds); i++) {
		for (uint32_t minor = kinds[i].first; minor <= NEWEST; minor++) {
			struct hive_image image;
			struct built built;
			struct kbm_dump_report report;
			struct kbm_error error = {KBM_OK, ""};
			size_t lines = 0;
			image_make(&image, minor, 700 * 4096);
			uint32_t root = image_key(&image, "root");
			for (uint32_t k = 0; k < KEYS; k++) {
				char name[16];
				snprintf(name, sizeof name, "k%05u", k);
				cells[k] = image_key(&image, name);
			}
			for (uint32_t k = 0; k < KEYS / LEAF; k++)
				leaves[k] = image_list(&image, kinds[i].kind,
						       cells + (size_t)k * LEAF, LEAF);
			image_set_subkeys(&image, root,
					  image_list(&image, "ri", leaves, KEYS / LEAF), KEYS);
			built = (struct built){image.bytes, image.size, NULL};
			open_built(&built);
			enum kbm_code code = kbm_hive_dump(built.hive, kbm_hive_root(built.hive),
							   "", count_line, &lines, &report, &error);
			cr_expect(eq(int, code, KBM_OK), "%s, 1.%u: %s", kinds[i].kind, minor,
				  error.message);
			cr_expect(eq(sz, lines, KEYS + 1), "%s, 1.%u", kinds[i].kind, minor);
			for (uint32_t k = 0; k < KEYS; k += 13) {
				char name[16];
				kbm_cell found = 0;
				snprintf(name, sizeof name, "K%05u", k);
				code = kbm_hive_find_key(built.hive, root, name, &found, NULL);
				cr_expect(code == KBM_OK && found == cells[k], "%s, 1.%u: %s",
					  kinds[i].kind, minor, name);
			}
			clear(&built);
		}
	}
}

Test(hive_matrix, holds_values_of_every_size_in_each_format)
{
	static const size_t sizes[] = {0,     1,     2,	    3,	   4,	   5,	  6,
				       7,     8,     16343, 16344, 16345,  16346, 32687,
				       32688, 32689, 49033, 65536, KBM_MIB};
	static uint8_t data[KBM_MIB];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 31 + i / 251 + 1);
	struct kbm_tree *tree = make_tree();
	char name[32];
	for (size_t i = 0; i < COUNT(sizes); i++) {
		snprintf(name, sizeof name, "v%zu", sizes[i]);
		struct kbm_value value = {name, strlen(name), 3, data, sizes[i]};
		kbm_tree_set_value(tree, "P", &value, NULL);
	}
	for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
		struct built built;
		struct kbm_bytes read_name;
		struct kbm_bytes read_data;
		kbm_bytes_init(&read_name, KBM_PATH_MAX_BYTES);
		kbm_bytes_init(&read_data, KBM_HIVE_MAX_VALUE_BYTES);
		build(tree, minor, &built);
		expect_whole(&built, 2, COUNT(sizes), "values", minor);
		expect_agreement(&built, "values", minor);
		kbm_cell key = 0;
		kbm_hive_find_key(built.hive, kbm_hive_root(built.hive), "P", &key, NULL);
		for (size_t i = 0; i < COUNT(sizes); i++) {
			struct kbm_value value;
			struct kbm_error error = {KBM_OK, ""};
			kbm_cell cell = 0;
			snprintf(name, sizeof name, "V%zu", sizes[i]);
			enum kbm_code code =
			    kbm_hive_find_value(built.hive, key, name, strlen(name), &cell, &error);
			if (code == KBM_OK)
				code = kbm_hive_value(built.hive, cell, &read_name, &read_data,
						      &value, &error);
			cr_assert(eq(int, code, KBM_OK), "1.%u, %s: %s", minor, name,
				  error.message);
			cr_expect(eq(sz, value.length, sizes[i]), "1.%u", minor);
			cr_expect(eq(int, memcmp(value.data, data, sizes[i]), 0), "1.%u, %s", minor,
				  name);
		}
		kbm_bytes_clear(&read_name);
		kbm_bytes_clear(&read_data);
		clear(&built);
	}
	kbm_tree_free(tree);
}

/* A name as WTF-8, another spelling that is the same for Windows, and a name that is another. */
struct spelling {
	const char *name;
	const char *spelled;
	const char *differs;
};
static const struct spelling names[] = {
    {"Plain", "pLAIN", "Plainer"},
    {"\xC3\xA4\xC3\xB6\xC3\xBF", "\xC3\x84\xC3\x96\xC5\xB8", "ao"}, /* ÿ and Ÿ: one byte, two */
    {"\xC3\x9F", "\xC3\x9F", "SS"},				    /* ß is no SS */
    {"\xD1\x8F\xD0\xB6", "\xD0\xAF\xD0\x96", "\xD0\xAF"},	    /* Cyrillic */
    {"\xCF\x83\xCF\x8C", "\xCF\x82\xCE\x8C", "\xCF\x83"},	    /* Greek: σ and ς are Σ */
    {"\xEF\xBD\x81", "\xEF\xBC\xA1", "a"},			    /* full width */
    {"\xC4\xB1", "\xC4\xB1", "I"},				    /* dotless i stays */
    {"\xF0\x90\x90\xA8", "\xF0\x90\x90\xA8", "\xF0\x90\x90\x80"},   /* no pair of units folds */
    {"a/b", "A/B", "a"},
    {" ", " ", "  "},
    {"\xE2\x82\xAC", "\xE2\x82\xAC", "\xC2\x80"},
};
/* With an unpaired surrogate libregf reads neither that name nor any by name. */
static const struct spelling broken_names[] = {
    {"lo\xED\xA0\x80ne", "LO\xED\xA0\x80NE", "lo\xED\xA0\x81ne"}, /* a high surrogate alone */
    {"\xED\xB0\x80\xED\xA0\x80", "\xED\xB0\x80\xED\xA0\x80", "\xED\xA0\x80"}, /* swapped */
};

static void expect_names(const struct built *built, const struct spelling *name, uint32_t minor)
{
	kbm_cell key = 0;
	kbm_cell found = 0;
	kbm_cell root = kbm_hive_root(built->hive);
	const struct {
		const char *name;
		enum kbm_code code;
	} asked[] = {{name->name, KBM_OK}, {name->spelled, KBM_OK}, {name->differs, KBM_NOT_FOUND}};
	for (size_t i = 0; i < COUNT(asked); i++) {
		enum kbm_code code =
		    kbm_hive_find_key(built->hive, root, asked[i].name, &key, NULL);
		cr_expect(eq(int, code, asked[i].code), "1.%u, the key %s", minor, asked[i].name);
		code = kbm_hive_find_value(built->hive, root, asked[i].name, strlen(asked[i].name),
					   &found, NULL);
		cr_expect(eq(int, code, asked[i].code), "1.%u, the value %s", minor, asked[i].name);
	}
}

static void add_name(struct kbm_tree *tree, const char *name)
{
	struct kbm_value value = {name, strlen(name), 4, (const uint8_t *)"\1\0\0\0", 4};
	kbm_tree_create_key(tree, name, NULL);
	kbm_tree_set_value(tree, "", &value, NULL);
}

Test(hive_matrix, finds_names_by_windows_upcase_in_each_format)
{
	for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
		struct kbm_tree *tree = make_tree();
		struct built built;
		for (size_t i = 0; i < COUNT(names); i++)
			add_name(tree, names[i].name);
		build(tree, minor, &built);
		expect_whole(&built, COUNT(names) + 1, COUNT(names), "names", minor);
		expect_agreement(&built, "names", minor);
		for (size_t i = 0; i < COUNT(names); i++)
			expect_names(&built, &names[i], minor);
		clear(&built);
		for (size_t i = 0; i < COUNT(broken_names); i++)
			add_name(tree, broken_names[i].name);
		build(tree, minor, &built);
		expect_whole(&built, COUNT(names) + COUNT(broken_names) + 1,
			     COUNT(names) + COUNT(broken_names), "surrogates", minor);
		for (size_t i = 0; i < COUNT(broken_names); i++)
			expect_names(&built, &broken_names[i], minor);
		clear(&built);
		kbm_tree_free(tree);
	}
}

/* `count` times the same character. */
static char *repeated(const char *character, size_t count)
{
	size_t size = strlen(character);
	char *text = malloc(size * count + 1);
	for (size_t i = 0; i < count; i++)
		memcpy(text + size * i, character, size);
	text[size * count] = '\0';
	return text;
}

Test(hive_matrix, holds_the_longest_names_in_each_format)
{
	static const struct {
		const char *character;
		const char *other_case;
	} rows[] = {{"a", "A"},
		    {"\xC3\xA4", "\xC3\x84"},
		    {"\xD1\x8F", "\xD0\xAF"},
		    {"\xED\xA0\x80", "\xED\xA0\x80"}};
	enum { KEY_UNITS = 255, VALUE_UNITS = 16383 };
	for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
		struct kbm_tree *tree = make_tree();
		struct built built;
		char *too_long = repeated("a", KEY_UNITS + 1);
		cr_expect(eq(int, kbm_tree_create_key(tree, too_long, NULL), KBM_LIMIT));
		free(too_long);
		for (size_t i = 0; i < COUNT(rows); i++) {
			char *key = repeated(rows[i].character, KEY_UNITS);
			char *name = repeated(rows[i].character, VALUE_UNITS);
			struct kbm_value value = {name, strlen(name), 3, (const uint8_t *)"", 0};
			cr_expect(eq(int, kbm_tree_create_key(tree, key, NULL), KBM_OK));
			cr_expect(eq(int, kbm_tree_set_value(tree, "", &value, NULL), KBM_OK));
			free(key);
			free(name);
		}
		build(tree, minor, &built);
		expect_whole(&built, COUNT(rows) + 1, COUNT(rows), "long names", minor);
		for (size_t i = 0; i < COUNT(rows); i++) {
			char *key = repeated(rows[i].other_case, KEY_UNITS);
			char *name = repeated(rows[i].other_case, VALUE_UNITS);
			kbm_cell root = kbm_hive_root(built.hive);
			kbm_cell found = 0;
			enum kbm_code code = kbm_hive_find_key(built.hive, root, key, &found, NULL);
			cr_expect(eq(int, code, KBM_OK), "1.%u, row %zu", minor, i);
			code =
			    kbm_hive_find_value(built.hive, root, name, strlen(name), &found, NULL);
			cr_expect(eq(int, code, KBM_OK), "1.%u, row %zu", minor, i);
			free(key);
			free(name);
		}
		clear(&built);
		kbm_tree_free(tree);
	}
}

/* Windows' own functions take counted names; some programs hide keys from others so. */
Test(hive_matrix, keeps_a_NUL_inside_names_in_each_format)
{
	static const char *const kinds[] = {"li", "lf", "lf", "lh", "lh"};
	for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
		struct hive_image image;
		struct built built;
		struct kbm_bytes out;
		struct kbm_dump_report report;
		struct kbm_error error = {KBM_OK, ""};
		image_make(&image, minor, 4096);
		uint32_t root = image_key(&image, "root");
		uint32_t keys[] = {image_key(&image, "a"), image_key(&image, "a?b")};
		image_at(&image, keys[1])[76 + 1] = 0;
		image_set_subkeys(&image, root, image_list(&image, kinds[minor - OLDEST], keys, 2),
				  2);
		uint32_t values[] = {image_data(&image, "v?w", 4, "\1\0\0\0", 4),
				     image_data(&image, "v", 4, "\2\0\0\0", 4)};
		image_at(&image, values[0])[20 + 1] = 0;
		image_set_values(&image, root, values, 2);
		built = (struct built){image.bytes, image.size, NULL};
		open_built(&built);
		kbm_bytes_init(&out, 4096);
		enum kbm_code code =
		    kbm_hive_dump(built.hive, root, "", hive_line, &out, &report, &error);
		cr_expect(eq(int, code, KBM_OK), "%s", error.message);
		cr_expect(eq(int,
			     strcmp(kbm_bytes_text(&out),
				    "K\t\t1000\nK\ta\t1000\nK\ta%0000b\t1000\n"
				    "V\t\tv\t4\t02000000\nV\t\tv%0000w\t4\t01000000\n"),
			     0),
			  "1.%u: %s", minor, kbm_bytes_text(&out));
		/* What looks the same up to its NUL is another name. */
		kbm_cell found = 0;
		code = kbm_hive_find_value(built.hive, root, "V\0W", 3, &found, NULL);
		cr_expect(code == KBM_OK && found == values[0], "1.%u", minor);
		code = kbm_hive_find_value(built.hive, root, "V", 1, &found, NULL);
		cr_expect(code == KBM_OK && found == values[1], "1.%u", minor);
		code = kbm_hive_find_key(built.hive, root, "A", &found, NULL);
		cr_expect(code == KBM_OK && found == keys[0], "1.%u", minor);
		kbm_bytes_clear(&out);
		clear(&built);
	}
}

Test(hive_matrix, nests_512_keys_in_each_format)
{
	enum { DEPTH = 512 };
	static char path[2 * DEPTH];
	struct kbm_tree *tree = make_tree();
	for (size_t i = 0; i < DEPTH; i++)
		memcpy(path + 2 * i, i + 1 < DEPTH ? "d\\" : "d", 2);
	struct kbm_value value = {"deep", 4, 4, (const uint8_t *)"\1\0\0\0", 4};
	enum kbm_code code = kbm_tree_set_value(tree, path, &value, NULL);
	cr_assert(eq(int, code, KBM_OK));
	for (size_t i = 0; i < sizeof path; i += 2)
		path[i] = 'D';
	for (uint32_t minor = OLDEST; minor <= NEWEST; minor++) {
		struct built built;
		kbm_cell key = 0;
		kbm_cell cell = 0;
		build(tree, minor, &built);
		expect_whole(&built, DEPTH + 1, 1, "deep", minor);
		expect_agreement(&built, "deep", minor);
		code = kbm_hive_find_key(built.hive, kbm_hive_root(built.hive), path, &key, NULL);
		cr_expect(eq(int, code, KBM_OK), "1.%u", minor);
		code = kbm_hive_find_value(built.hive, key, "DEEP", 4, &cell, NULL);
		cr_expect(eq(int, code, KBM_OK), "1.%u", minor);
		clear(&built);
	}
	kbm_tree_free(tree);
}
