/* source/hive_check: sound images have no flaw; each kind of flaw is found and told. */
#include "base/limits.h"
#include "source/hive_build.h"
#include "source/hive_check.h"
#include "source/hive_format.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>

enum { BASE = 4096, SUBKEYS = 1200 };

static void set_value(struct kbm_tree *tree, const char *path, const char *name, size_t length)
{
	static const uint8_t data[50000];
	const struct kbm_value value = {name, strlen(name), KBM_REG_BINARY, data, length};
	struct kbm_error error = {0};
	cr_assert(eq(int, kbm_tree_set_value(tree, path, &value, &error), KBM_OK), "%s",
		  error.message);
}

/* Two levels, a list of several leaves, values inside, in a cell and in segments. */
static void build(uint32_t minor, struct kbm_bytes *image)
{
	struct kbm_error error = {0};
	struct kbm_tree *tree = NULL;
	const struct kbm_build_options options = {.minor = minor, .file_name = "x"};
	kbm_bytes_init(image, 16 * KBM_MIB);
	cr_assert(eq(int, kbm_tree_make("ROOT", &tree, &error), KBM_OK));
	for (unsigned i = 0; i < SUBKEYS; i++) {
		char path[32];
		snprintf(path, sizeof path, "Many\\Key%04u", i);
		cr_assert(eq(int, kbm_tree_create_key(tree, path, &error), KBM_OK));
	}
	set_value(tree, "Few\\Sub", "Inside", 4);
	set_value(tree, "Few\\Sub", "Cell", 100);
	set_value(tree, "Few\\Sub", "Segments", 50000);
	cr_assert(eq(int, kbm_tree_build(tree, &options, image, &error), KBM_OK), "%s",
		  error.message);
	kbm_tree_free(tree);
}

static struct kbm_hive_check check(const struct kbm_bytes *image)
{
	struct kbm_hive_check made;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_hive_check(image->data, image->length, &made, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return made;
}

Test(hive_check, finds_nothing_in_a_sound_image)
{
	static const uint32_t minors[] = {3, 5};
	for (size_t i = 0; i < 2; i++) {
		struct kbm_bytes image;
		build(minors[i], &image);
		struct kbm_hive_check made = check(&image);
		cr_expect(eq(u64, kbm_hive_check_count(&made, false), 0), "1.%u: %s", minors[i],
			  made.first[0].text);
		cr_expect(eq(u64, kbm_hive_check_count(&made, true), 0), "1.%u: %s", minors[i],
			  made.first[0].text);
		cr_expect(eq(u64, made.keys, SUBKEYS + 4));
		cr_expect(eq(u64, made.values, 3));
		cr_expect(eq(u64, made.descriptors, 1));
		kbm_bytes_clear(&image);
	}
}

/* The payload of the n-th record whose first bytes are these, from 0. */
static uint8_t *record(const struct kbm_bytes *image, const char *signature, size_t n)
{
	for (size_t at = BASE + 32; at + 8 < image->length; at += 8)
		if (memcmp(image->data + at + 4, signature, strlen(signature)) == 0 && n-- == 0)
			return image->data + at + 4;
	cr_assert(false, "no %s", signature);
	return NULL;
}

/* The record of the key or value of that name. */
static uint8_t *named(const struct kbm_bytes *image, const char *signature, size_t name_at,
		      const char *name)
{
	for (size_t n = 0;; n++) {
		uint8_t *found = record(image, signature, n);
		if (memcmp(found + name_at, name, strlen(name)) == 0)
			return found;
	}
}

static uint8_t *key(const struct kbm_bytes *image, const char *name)
{
	return named(image, "nk", KBM_NK_NAME, name);
}

static uint8_t *value(const struct kbm_bytes *image, const char *name)
{
	return named(image, "vk", KBM_VK_NAME, name);
}

static void put32(uint8_t *at, uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint8_t *cell(const struct kbm_bytes *image, uint32_t offset)
{
	return image->data + BASE + offset + 4;
}

static void break_bin(const struct kbm_bytes *image)
{
	image->data[BASE + get32(image->data + BASE + 8)] = 'x';
}

static void break_cell_size(const struct kbm_bytes *image)
{
	put32(value(image, "Cell") - 4, 0xFFFFFFF1U);
}

static void lead_nowhere(const struct kbm_bytes *image)
{
	put32(value(image, "Cell") + KBM_VK_DATA, 0x7FFFFFF0U);
}

static void break_record(const struct kbm_bytes *image)
{
	key(image, "Key0007")[0] = 'x';
}

static void use_twice(const struct kbm_bytes *image)
{
	uint8_t *list = cell(image, get32(key(image, "Sub") + KBM_NK_VALUE_LIST));
	put32(list + 4, get32(list));
}

static void count_wrongly(const struct kbm_bytes *image)
{
	put32(key(image, "Many") + KBM_NK_SUBKEY_COUNT, SUBKEYS - 1);
}

static void change_list(const struct kbm_bytes *image)
{
	put32(image->data + KBM_BASE_MINOR, 3); /* which knows no lh */
}

static void change_parent(const struct kbm_bytes *image)
{
	put32(key(image, "Key0100") + KBM_NK_PARENT, 32);
}

static void lose_descriptor(const struct kbm_bytes *image)
{
	put32(key(image, "Key0100") + KBM_NK_SECURITY, 40);
}

static void miscount_users(const struct kbm_bytes *image)
{
	put32(record(image, "sk", 0) + KBM_SK_USERS, 7);
}

static void break_ring(const struct kbm_bytes *image)
{
	put32(record(image, "sk", 0) + KBM_SK_PREVIOUS, 8);
}

static void change_order(const struct kbm_bytes *image)
{
	uint8_t *root = cell(image, get32(image->data + KBM_BASE_ROOT));
	uint8_t *leaf = cell(image, get32(root + KBM_NK_SUBKEY_LIST));
	uint8_t first[8];
	memcpy(first, leaf + 4, 8);
	memcpy(leaf + 4, leaf + 12, 8);
	memcpy(leaf + 12, first, 8);
}

static void change_hash(const struct kbm_bytes *image)
{
	record(image, "lh", 1)[8]++;
}

static void shorten_largest(const struct kbm_bytes *image)
{
	put32(key(image, "Sub") + KBM_NK_LARGEST_DATA, 99);
}

static void lose_cell(const struct kbm_bytes *image)
{
	put32(value(image, "Cell") + KBM_VK_SIZE, 0x80000004U);
}

static void lose_segment(const struct kbm_bytes *image)
{
	put32(value(image, "Segments") + KBM_VK_SIZE, 20000);
}

static const struct {
	void (*spoil)(const struct kbm_bytes *image);
	enum kbm_hive_flaw flaw;
	const char *text;
} spoils[] = {
    {break_bin, KBM_FLAW_BIN, "no sound bin"},
    {break_cell_size, KBM_FLAW_BIN, "a cell's size"},
    {lead_nowhere, KBM_FLAW_CELL, "a value's data leads here"},
    {break_record, KBM_FLAW_RECORD, "should hold a key"},
    {use_twice, KBM_FLAW_TWICE, "a list of values, which something else leads to"},
    {count_wrongly, KBM_FLAW_COUNT, "it says 1199 subkeys, its list has 1200"},
    {change_list, KBM_FLAW_LIST, "a list lh of"},
    {change_parent, KBM_FLAW_PARENT, "another key as its parent"},
    {lose_descriptor, KBM_FLAW_DESCRIPTOR, "that the ring lacks"},
    {miscount_users, KBM_FLAW_USERS, "keys use it, it says 7"},
    {break_ring, KBM_FLAW_DESCRIPTOR, "does not close"},
    {change_order, KBM_FLAW_ORDER, "behind a later name"},
    {change_hash, KBM_FLAW_HASH, "another hash"},
    {shorten_largest, KBM_FLAW_LARGEST, "longer than its key says"},
    {lose_cell, KBM_FLAW_UNREACHABLE, "nothing leads here"},
    {lose_segment, KBM_FLAW_RECORD, "4 segments of big data, 20000 bytes need 2"},
};

Test(hive_check, finds_each_kind_of_flaw)
{
	for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
		struct kbm_bytes image;
		build(5, &image);
		spoils[i].spoil(&image);
		struct kbm_hive_check made = check(&image);
		bool told = false;
		for (size_t j = 0; j < made.kept; j++)
			told = told || (made.first[j].flaw == spoils[i].flaw &&
					strstr(made.first[j].text, spoils[i].text) != NULL);
		cr_expect(made.flaws[spoils[i].flaw] > 0, "row %zu", i);
		cr_expect(told, "row %zu: %s", i, made.first[0].text);
		kbm_bytes_clear(&image);
	}
}

Test(hive_check, ends_where_keys_lead_in_circles)
{
	struct kbm_bytes image;
	build(5, &image);
	uint8_t *few = key(&image, "Few");
	/* Few\Sub has the subkeys of the root. */
	uint8_t *sub = key(&image, "Sub");
	uint8_t *root = cell(&image, get32(image.data + KBM_BASE_ROOT));
	put32(sub + KBM_NK_SUBKEY_COUNT, get32(root + KBM_NK_SUBKEY_COUNT));
	put32(sub + KBM_NK_SUBKEY_LIST, get32(root + KBM_NK_SUBKEY_LIST));
	cr_assert(ne(ptr, few, NULL));
	struct kbm_hive_check made = check(&image);
	cr_expect(eq(u64, made.flaws[KBM_FLAW_TWICE], 1));
	kbm_bytes_clear(&image);
}
