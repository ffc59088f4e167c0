/* source/hive_find: what is found in which part of a hive, and what is said of damage. */
#include "source/hive_find.h"

#include "base/bytes.h"
#include "hive_image.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>

static enum kbm_code collect(void *context, const struct kbm_find_hit *hit, struct kbm_error *error)
{
	struct kbm_bytes *out = context;
	(void)error;
	kbm_bytes_printf(out, "%u ", hit->matched);
	kbm_bytes_append(out, hit->path, hit->path_length);
	if ((hit->matched & KBM_FIND_KEY) == 0)
		kbm_bytes_printf(out, ":%.*s", (int)hit->value.name_length, hit->value.name);
	kbm_bytes_append_byte(out, '\n');
	return KBM_OK;
}

static enum kbm_code find_below(const struct hive_image *image, const char *path,
				const struct kbm_find_order *order, struct kbm_bytes *out,
				struct kbm_damages *damages, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	struct kbm_find_order whole = *order;
	kbm_cell key = 0;
	kbm_bytes_init(out, 1 << 24);
	memset(damages, 0, sizeof *damages);
	whole.pattern_length = strlen(order->pattern);
	if (whole.parts == 0)
		whole.parts = KBM_FIND_ALL;
	enum kbm_code code = kbm_hive_open(image->bytes, image->size, &hive, error);
	if (code == KBM_OK)
		code = kbm_hive_find_key(hive, kbm_hive_root(hive), path, &key, error);
	if (code == KBM_OK)
		code = kbm_hive_find(hive, key, path, &whole, collect, out, NULL, damages, error);
	kbm_hive_close(hive);
	return code;
}

static enum kbm_code find(const struct hive_image *image, const struct kbm_find_order *order,
			  struct kbm_bytes *out, struct kbm_error *error)
{
	struct kbm_damages damages;
	return find_below(image, "", order, out, &damages, error);
}

static void expect_found(const struct hive_image *image, const struct kbm_find_order *order,
			 const char *expected)
{
	struct kbm_bytes out;
	struct kbm_error error = {0};
	enum kbm_code code = find(image, order, &out, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s: %s", order->pattern, error.message);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), expected), 0), "'%s' gave\n%s",
		  order->pattern, kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
}

/* root: a key A with values of all kinds, and below it B. */
static void make(struct hive_image *image)
{
	image_make(image, 3, 8192);
	uint32_t root = image_key(image, "root");
	uint32_t a = image_key(image, "Alpha");
	uint32_t b = image_key(image, "alphabet/\xE4");
	image_set_subkeys(image, a, image_list(image, "lf", &b, 1), 1);
	image_set_subkeys(image, root, image_list(image, "li", &a, 1), 1);
	uint32_t values[] = {
	    image_data(image, "", KBM_REG_SZ, "A\0l\0p\0h\0a\0\0\0", 12),
	    image_data(image, "alpha", KBM_REG_DWORD, "\xF6\x0F\0\0", 4),
	    image_data(image, "big", KBM_REG_DWORD_BIG_ENDIAN, "\0\0\x0F\xF6", 4),
	    image_data(image, "quad", KBM_REG_QWORD, "\xF6\x0F\0\0\0\0\0\0", 8),
	    image_data(image, "list", KBM_REG_MULTI_SZ, "o\0n\0e\0\0\0t\0w\0o\0\0\0\0\0", 18),
	    image_data(image, "raw", KBM_REG_BINARY, "\x01\xDE\xAD\xBE\xEF", 5),
	    image_data(image, "odd", KBM_REG_SZ, "x\0\0\xD8y\0z", 7),
	    image_data(image, "short", KBM_REG_DWORD, "\xF6\x0F", 2),
	};
	image_set_values(image, a, values, 8);
	uint32_t deep = image_data(image, "deep", KBM_REG_SZ, "", 0);
	image_set_values(image, b, &deep, 1);
}

Test(hive_find, looks_into_keys_values_and_data)
{
	struct hive_image image;
	make(&image);
	static const struct {
		struct kbm_find_order order;
		const char *found;
	} rows[] = {
	    {{.pattern = "ALPHA"},
	     "1 Alpha\n4 Alpha:\n2 Alpha:alpha\n1 Alpha\\alphabet/\xC3\xA4\n"},
	    {{.pattern = "ALPHA", .is_exact = true}, "1 Alpha\n4 Alpha:\n2 Alpha:alpha\n"},
	    {{.pattern = "alpha", .parts = KBM_FIND_DATA}, "4 Alpha:\n"},
	    {{.pattern = "alpha", .parts = KBM_FIND_KEY}, "1 Alpha\n1 Alpha\\alphabet/\xC3\xA4\n"},
	    {{.pattern = "/\xC3\x84", .is_exact = false}, "1 Alpha\\alphabet/\xC3\xA4\n"},
	    {{.pattern = "root"}, ""}, /* the root's own name is in no path */
	    {{.pattern = "4086"}, "4 Alpha:alpha\n4 Alpha:big\n4 Alpha:quad\n"},
	    {{.pattern = "0xFF6", .is_exact = true}, "4 Alpha:alpha\n4 Alpha:big\n4 Alpha:quad\n"},
	    {{.pattern = "0x00000ff6"}, "4 Alpha:alpha\n4 Alpha:big\n4 Alpha:quad\n"},
	    {{.pattern = "f60f"}, "4 Alpha:short\n"}, /* a number of two bytes is none */
	    {{.pattern = "two", .is_exact = true}, "4 Alpha:list\n"},
	    {{.pattern = "deadBEEF"}, "4 Alpha:raw\n"},
	    {{.pattern = "de ad"}, "4 Alpha:raw\n"},
	    {{.pattern = "hex:01"}, "4 Alpha:raw\n"},
	    {{.pattern = "eadb"}, ""},
	    {{.pattern = "de"}, "2 Alpha\\alphabet/\xC3\xA4:deep\n"}, /* one byte is no search */
	    {{.pattern = "01deadbeef", .is_exact = true}, "4 Alpha:raw\n"},
	    {{.pattern = "^01(de|xx)", .is_regex = true}, "4 Alpha:raw\n"},
	    {{.pattern = "x\xED\xA0\x80y", .is_exact = true}, "4 Alpha:odd\n"},
	    {{.pattern = "\\ud800", .is_regex = true}, "4 Alpha:odd\n"},
	    {{.pattern = "", .is_exact = true, .parts = KBM_FIND_NAME}, "2 Alpha:\n"},
	    {{.pattern = "", .is_exact = true, .parts = KBM_FIND_DATA},
	     "4 Alpha\\alphabet/\xC3\xA4:deep\n"},
	    {{.pattern = "", .types = {KBM_REG_BINARY, KBM_REG_QWORD}, .type_count = 2},
	     "6 Alpha:quad\n6 Alpha:raw\n"},
	    {{.pattern = "alpha", .since = 1000, .parts = KBM_FIND_KEY},
	     "1 Alpha\n1 Alpha\\alphabet/\xC3\xA4\n"},
	    {{.pattern = "alpha", .since = 1001}, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_found(&image, &rows[i].order, rows[i].found);
	image_free(&image);
}

/* Searches for a's: what was found, and a line for each damage that is told. */
static void expect_damage(const struct hive_image *image, const char *path, unsigned parts,
			  const char *found, const char *told)
{
	const struct kbm_find_order order = {.pattern = "a", .parts = parts};
	struct kbm_bytes out;
	struct kbm_bytes lines;
	struct kbm_damages damages;
	struct kbm_error error = {0};
	enum kbm_code code = find_below(image, path, &order, &out, &damages, &error);
	cr_expect(eq(int, (int)code, *told == '\0' ? KBM_OK : KBM_UNREADABLE), "%s", error.message);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), found), 0), "%s", kbm_bytes_text(&out));
	kbm_bytes_init(&lines, 1 << 16);
	kbm_bytes_append(&lines, "", 0);
	for (uint64_t i = 0; i < kbm_damages_kept(&damages); i++)
		kbm_bytes_printf(&lines, "%s|%s\n", damages.first[i].path,
				 damages.first[i].message);
	cr_expect(eq(int, strcmp(kbm_bytes_text(&lines), told), 0), "%s", kbm_bytes_text(&lines));
	kbm_bytes_clear(&lines);
	kbm_bytes_clear(&out);
}

/* Keys a%1, a2 and a3; of a%1's values one is none, and one's data. */
static void make_damaged(struct hive_image *image, uint32_t keys[3], uint32_t values[3])
{
	image_make(image, 3, 8192);
	uint32_t root = image_key(image, "root");
	keys[0] = image_key(image, "a%1");
	keys[1] = image_key(image, "a2");
	keys[2] = image_key(image, "a3");
	values[0] = image_data(image, "a", KBM_REG_SZ, "b\0", 2);
	values[1] = 0x7FF0;
	values[2] = image_value(image, "ab", KBM_REG_SZ, 9, 0x7FF0);
	image_set_values(image, keys[0], values, 3);
	image_set_subkeys(image, root, image_list(image, "lf", keys, 3), 3);
}

#define BEYOND "the cell at file offset 0x8FF0 lies beyond the end of the file"
#define NO_VALUE \
	"a%0025" \
	"1|a value: " BEYOND "\n"
#define NO_DATA  \
	"a%0025" \
	"1|the data of the value 'ab': " BEYOND "\n"

Test(hive_find, passes_over_damage_and_tells_where_it_is)
{
	struct hive_image image;
	uint32_t keys[3];
	uint32_t values[3];
	char told[512];
	make_damaged(&image, keys, values);
	expect_damage(&image, "", 0, "1 a%1\n2 a%1:a\n1 a2\n1 a3\n", NO_VALUE NO_DATA);
	/* Only what is looked for is read. */
	expect_damage(&image, "", KBM_FIND_KEY, "1 a%1\n1 a2\n1 a3\n", "");
	expect_damage(&image, "a%1", KBM_FIND_DATA, "", NO_VALUE NO_DATA);
	image_patch16(&image, keys[1], 0, 'x');
	snprintf(told, sizeof told,
		 "|a subkey: the cell at file offset 0x%X should hold a key (nk) and does not\n",
		 keys[1] + 4096);
	expect_damage(&image, "", KBM_FIND_KEY, "1 a%1\n1 a3\n", told);
	image_free(&image);
}

Test(hive_find, does_not_go_in_circles)
{
	struct hive_image image;
	uint32_t keys[3];
	uint32_t values[3];
	char told[512];
	make_damaged(&image, keys, values);
	image_set_values(&image, keys[0], values, 1);
	image_set_subkeys(&image, keys[2], image_list(&image, "li", keys, 1), 1);
	snprintf(told, sizeof told,
		 "a3|a subkey: the cell at file offset 0x%X is referred to from two places\n",
		 keys[0] + 4096);
	expect_damage(&image, "", 0, "1 a%1\n2 a%1:a\n1 a2\n1 a3\n", told);
	image_free(&image);
}

/* What a part that cannot be read held is missed once, not in the count of all, too. */
Test(hive_find, counts_a_bad_part_of_a_list_once)
{
	struct hive_image image;
	image_make(&image, 3, 8192);
	uint32_t root = image_key(&image, "root");
	uint32_t keys[] = {image_key(&image, "a1"), image_key(&image, "a2")};
	uint32_t leaves[] = {image_list(&image, "lf", &keys[0], 1),
			     image_list(&image, "lf", &keys[1], 1)};
	image_set_subkeys(&image, root, image_list(&image, "ri", leaves, 2), 2);
	image_patch16(&image, leaves[0], 0, 'x');
	struct kbm_bytes out;
	struct kbm_damages damages;
	struct kbm_error error = {0};
	const struct kbm_find_order order = {.pattern = "a"};
	find_below(&image, "", &order, &out, &damages, &error);
	cr_expect(eq(u64, damages.count, 1), "%s", damages.first[1].message);
	cr_expect(eq(u64, damages.first[0].offset, leaves[0] + 4096));
	cr_expect(eq(int, strcmp(kbm_bytes_text(&out), "1 a2\n"), 0), "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
	image_free(&image);
}

static enum kbm_code refuse(void *context, const struct kbm_find_hit *hit, struct kbm_error *error)
{
	(void)context;
	(void)hit;
	return kbm_fail(error, KBM_IO, "no more");
}

Test(hive_find, ends_with_its_sink)
{
	struct hive_image image;
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {0};
	const struct kbm_find_order order = {.pattern = "", .parts = KBM_FIND_ALL};
	make(&image);
	enum kbm_code code = kbm_hive_open(image.bytes, image.size, &hive, &error);
	cr_assert(eq(int, (int)code, KBM_OK));
	struct kbm_damages damages = {0};
	code = kbm_hive_find(hive, kbm_hive_root(hive), "", &order, refuse, NULL, NULL, &damages,
			     &error);
	cr_expect(eq(int, (int)code, KBM_IO));
	kbm_hive_close(hive);
	image_free(&image);
}

/* Many values that share one large piece of data would be looked through again and again. */
Test(hive_find, has_a_budget)
{
	enum { VALUES = 2000, DATA = 100000 };
	static uint32_t cells[VALUES];
	static uint8_t data[DATA];
	struct hive_image image;
	struct kbm_bytes out;
	struct kbm_error error = {0};
	const struct kbm_find_order order = {.pattern = "zz"};
	image_make(&image, 3, 60 * 4096);
	uint32_t root = image_key(&image, "root");
	memset(data, 'x', sizeof data);
	uint32_t cell = image_cell(&image, data, sizeof data);
	for (size_t i = 0; i < VALUES; i++)
		cells[i] = image_value(&image, "v", KBM_REG_SZ, DATA, cell);
	image_set_values(&image, root, cells, VALUES);
	enum kbm_code code = find(&image, &order, &out, &error);
	cr_expect(eq(int, (int)code, KBM_LIMIT), "%s", error.message);
	kbm_bytes_clear(&out);
	image_free(&image);
}
