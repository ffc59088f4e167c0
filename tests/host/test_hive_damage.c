/* source/hive_contents, hive_damage: a broken cell costs its key or value only, is counted and
 * located; whoever needs it is told so, and never that it is absent. */
#include "source/hive_damage.h"

#include "hive_image.h"
#include "source/hive_dump.h"
#include "source/hive_find.h"
#include "source/registry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array)	  (sizeof(array) / sizeof *(array))
#define FILE_OFFSET(cell) (0x1000ULL + (cell))

/* The root has the keys a (with x in it), b and c, and the values one, two and three; two's data
 * lies in a cell of its own. */
struct fixture {
	struct hive_image image;
	uint32_t root;
	uint32_t keys[3];
	uint32_t below;
	uint32_t list;
	uint32_t list_below;
	uint32_t values[3];
	uint32_t value_list;
	uint32_t data;
};

static uint32_t field(const struct fixture *fixture, uint32_t cell, size_t at)
{
	uint32_t value;
	memcpy(&value, image_at(&fixture->image, cell) + at, sizeof value);
	return value;
}

static void make(struct fixture *fixture)
{
	struct hive_image *image = &fixture->image;
	image_make(image, 5, 4096);
	fixture->root = image_key(image, "root");
	fixture->keys[0] = image_key(image, "a");
	fixture->keys[1] = image_key(image, "b");
	fixture->keys[2] = image_key(image, "c");
	fixture->below = image_key(image, "x");
	fixture->list = image_list(image, "lh", fixture->keys, 3);
	image_set_subkeys(image, fixture->root, fixture->list, 3);
	fixture->list_below = image_list(image, "li", &fixture->below, 1);
	image_set_subkeys(image, fixture->keys[0], fixture->list_below, 1);
	fixture->values[0] = image_data(image, "one", 4, "\1\0\0\0", 4);
	fixture->values[1] = image_data(image, "two", 3, "0123456789", 10);
	fixture->values[2] = image_data(image, "three", 4, "\3\0\0\0", 4);
	fixture->data = field(fixture, fixture->values[1], 8);
	image_set_values(image, fixture->root, fixture->values, 3);
	fixture->value_list = field(fixture, fixture->root, 40);
}

/* --- kinds of damage: each returns the cell that is to be named ------------------------------ */

static uint32_t entry_is_none(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->list, 4 + 8, 0);
	return fixture->root;
}

static uint32_t entry_is_beyond(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->list, 4 + 8, 0x70000);
	return 0x70000;
}

static uint32_t entry_is_odd(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->list, 4 + 8, fixture->keys[1] + 4);
	return fixture->keys[1] + 4;
}

static uint32_t key_is_free(struct fixture *fixture)
{
	uint32_t size = 0U - field(fixture, fixture->keys[1] - 4, 0);
	image_patch32(&fixture->image, fixture->keys[1] - 4, 0, size);
	return fixture->keys[1];
}

static uint32_t key_has_no_signature(struct fixture *fixture)
{
	memcpy(image_at(&fixture->image, fixture->keys[1]), "kn", 2);
	return fixture->keys[1];
}

static uint32_t key_has_a_long_name(struct fixture *fixture)
{
	image_patch16(&fixture->image, fixture->keys[1], 72, 0xFFFF);
	return fixture->keys[1];
}

static uint32_t key_is_a_value(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->list, 4 + 8, fixture->data);
	return fixture->data;
}

static uint32_t list_has_no_signature(struct fixture *fixture)
{
	memcpy(image_at(&fixture->image, fixture->list), "xx", 2);
	return fixture->list;
}

static uint32_t list_is_too_long(struct fixture *fixture)
{
	image_patch16(&fixture->image, fixture->list, 2, 1000);
	return fixture->list;
}

static uint32_t list_is_none(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->root, 28, UINT32_MAX);
	return fixture->root;
}

static uint32_t list_has_itself(struct fixture *fixture)
{
	uint8_t *list = image_at(&fixture->image, fixture->list);
	memcpy(list, "ri\1\0", 4);
	image_patch32(&fixture->image, fixture->list, 4, fixture->list);
	return fixture->list;
}

static uint32_t list_is_the_roots(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->keys[0], 28, fixture->list);
	return fixture->list;
}

static uint32_t key_is_in_itself(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->list_below, 4, fixture->keys[0]);
	return fixture->keys[0];
}

static uint32_t key_counts_more(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->root, 20, 5);
	return fixture->root;
}

static uint32_t key_counts_fewer(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->root, 20, 2);
	return fixture->root;
}

static uint32_t value_has_no_signature(struct fixture *fixture)
{
	memcpy(image_at(&fixture->image, fixture->values[1]), "kv", 2);
	return fixture->values[1];
}

static uint32_t value_has_a_long_name(struct fixture *fixture)
{
	image_patch16(&fixture->image, fixture->values[1], 2, 5000);
	return fixture->values[1];
}

static uint32_t value_is_none(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->value_list, 4, 0);
	return fixture->root;
}

static uint32_t data_is_none(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->values[1], 8, 0);
	return fixture->values[1];
}

static uint32_t data_is_beyond(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->values[1], 8, 0x90000);
	return 0x90000;
}

static uint32_t data_is_too_short(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->values[1], 4, 200);
	return fixture->data;
}

static uint32_t data_inside_is_too_long(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->values[1], 4, 0x80000005);
	return fixture->values[1];
}

static uint32_t data_is_larger_than_all(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->values[1], 4, 0x7FFFFFFF);
	return fixture->data;
}

static uint32_t value_list_is_beyond(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->root, 40, 0x80000);
	return 0x80000;
}

static uint32_t value_list_is_short(struct fixture *fixture)
{
	image_patch32(&fixture->image, fixture->root, 36, 400);
	return fixture->value_list;
}

/* Both keys have one list, and the key in it says that it is c's. */
static uint32_t key_has_anothers_list(struct fixture *fixture)
{
	struct hive_image *image = &fixture->image;
	for (size_t i = 0; i < 3; i++)
		image_patch32(image, fixture->keys[i], 16, fixture->root);
	image_patch32(image, fixture->below, 16, fixture->keys[2]);
	image_set_subkeys(image, fixture->keys[2], fixture->list_below, 1);
	return fixture->list_below;
}

/* --- what each costs ------------------------------------------------------------------------- */

enum { FOUND = KBM_OK, ABSENT = KBM_NOT_FOUND, UNKNOWN = KBM_UNREADABLE };

static const struct {
	const char *name;
	uint32_t (*break_it)(struct fixture *fixture);
	const char *path; /* of the first damage */
	const char *says;
	uint64_t damages;
	/* What a script is told. */
	int key_a, key_b, key_absent, subkeys;
	int value_one, value_two, value_absent, values;
	const char *keys; /* lines of a dump, without times */
	size_t dumped_values;
} cases[] = {
#define NO_B	     "K\t\nK\ta\nK\ta\\x\nK\tc\n"
#define ALL_KEYS     "K\t\nK\ta\nK\ta\\x\nK\tb\nK\tc\n"
#define B_IS_LOST    FOUND, UNKNOWN, UNKNOWN, UNKNOWN
#define LIST_IS_LOST UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
#define SOUND	     FOUND, FOUND, ABSENT, FOUND
#define TWO_IS_LOST  FOUND, UNKNOWN, UNKNOWN, UNKNOWN
#define DATA_IS_LOST FOUND, UNKNOWN, ABSENT, UNKNOWN
    {"sound", NULL, "", "", 0, SOUND, SOUND, ALL_KEYS, 3},
    {"an entry that is none", entry_is_none, "", "a subkey: the cell at file offset 0x", 1,
     B_IS_LOST, SOUND, NO_B, 3},
    {"an entry beyond the file", entry_is_beyond, "", "lies beyond the end of the file", 1,
     B_IS_LOST, SOUND, NO_B, 3},
    {"an entry between cells", entry_is_odd, "", "does not lie at a multiple of 8", 1, B_IS_LOST,
     SOUND, NO_B, 3},
    {"a free key", key_is_free, "", "is referred to, but free", 1, B_IS_LOST, SOUND, NO_B, 3},
    {"a key without nk", key_has_no_signature, "", "should hold a key (nk)", 1, B_IS_LOST, SOUND,
     NO_B, 3},
    {"a key's name too long", key_has_a_long_name, "", "name is longer than the cell", 1, B_IS_LOST,
     SOUND, NO_B, 3},
    {"an entry that is data", key_is_a_value, "", "should hold a key (nk)", 1, B_IS_LOST, SOUND,
     NO_B, 3},
    {"a list without lh", list_has_no_signature, "", "its list of subkeys: the subkey list at", 1,
     LIST_IS_LOST, SOUND, "K\t\n", 3},
    {"a list too long", list_is_too_long, "", "counts more elements than its cell holds", 1,
     LIST_IS_LOST, SOUND, "K\t\n", 3},
    {"no list", list_is_none, "", "its list of subkeys: the cell at file offset 0x", 1,
     LIST_IS_LOST, SOUND, "K\t\n", 3},
    {"a list in itself", list_has_itself, "", "an index root inside an index root", 1, LIST_IS_LOST,
     SOUND, "K\t\n", 3},
    {"a key with the root's list", list_is_the_roots, "a", "referred to from two places", 1, SOUND,
     SOUND, "K\t\nK\ta\nK\tb\nK\tc\n", 3},
    {"a key with another's list", key_has_anothers_list, "a",
     "its list of subkeys: the subkey list at", 1, SOUND, SOUND, "K\t\nK\ta\nK\tb\nK\tc\nK\tc\\x\n",
     3},
    {"a key in itself", key_is_in_itself, "a", "referred to from two places", 1, SOUND, SOUND,
     "K\t\nK\ta\nK\tb\nK\tc\n", 3},
    {"too large a count", key_counts_more, "", "says it has 5 subkeys, its list holds 3", 1, FOUND,
     FOUND, UNKNOWN, UNKNOWN, SOUND, ALL_KEYS, 3},
    {"too small a count", key_counts_fewer, "", "says it has 2 subkeys, its list holds 3", 1, FOUND,
     FOUND, ABSENT, UNKNOWN, SOUND, ALL_KEYS, 3},
    {"a value without vk", value_has_no_signature, "", "should hold a value (vk)", 1, SOUND,
     TWO_IS_LOST, ALL_KEYS, 2},
    {"a value's name too long", value_has_a_long_name, "", "name is longer than the cell", 1, SOUND,
     TWO_IS_LOST, ALL_KEYS, 2},
    {"a value that is none", value_is_none, "", "a value: the cell at file offset 0x", 1, SOUND,
     TWO_IS_LOST, ALL_KEYS, 2},
    {"data that is none", data_is_none, "", "the data of the value 'two': ", 1, SOUND, DATA_IS_LOST,
     ALL_KEYS, 2},
    {"data beyond the file", data_is_beyond, "", "the data of the value 'two': the cell at", 1,
     SOUND, DATA_IS_LOST, ALL_KEYS, 2},
    {"data too short", data_is_too_short, "", "is too small for its value's data", 1, SOUND,
     DATA_IS_LOST, ALL_KEYS, 2},
    {"five bytes inside", data_inside_is_too_long, "", "more than 4 bytes inside", 1, SOUND,
     DATA_IS_LOST, ALL_KEYS, 2},
    {"data larger than all", data_is_larger_than_all, "", "is larger than the hive", 1, SOUND,
     DATA_IS_LOST, ALL_KEYS, 2},
    {"a list of values beyond the file", value_list_is_beyond, "", "its list of values: ", 1, SOUND,
     UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, ALL_KEYS, 0},
    {"a list of values too short", value_list_is_short, "", "of 400 values", 1, SOUND, FOUND, FOUND,
     UNKNOWN, UNKNOWN, ALL_KEYS, 3},
};

static enum kbm_code collect_keys(void *context, const char *line, size_t length,
				  struct kbm_error *error)
{
	struct kbm_bytes *out = context;
	(void)error;
	if (line[0] != 'K')
		return KBM_OK;
	while (line[length - 1] != '\t')
		length--;
	kbm_bytes_append(out, line, length - 1);
	kbm_bytes_append_byte(out, '\n');
	return KBM_OK;
}

Test(hive_damage, costs_its_own_key_or_value_only)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		make(&fixture);
		uint32_t named = cases[i].break_it == NULL ? 0 : cases[i].break_it(&fixture);
		struct kbm_hive *hive = NULL;
		struct kbm_dump_report report;
		struct kbm_error error = {KBM_OK, ""};
		struct kbm_bytes out;
		kbm_bytes_init(&out, 4096);
		kbm_hive_open(fixture.image.bytes, fixture.image.size, &hive, &error);
		cr_assert(ne(ptr, hive, NULL), "%s: %s", cases[i].name, error.message);
		enum kbm_code code = kbm_hive_dump(hive, kbm_hive_root(hive), "", collect_keys,
						   &out, &report, &error);
		const struct kbm_damage *first = &report.damages.first[0];
		cr_expect(eq(int, code, cases[i].damages == 0 ? KBM_OK : KBM_UNREADABLE), "%s",
			  cases[i].name);
		cr_expect(eq(u64, report.damages.count, cases[i].damages), "%s: %s", cases[i].name,
			  report.damages.first[1].message);
		cr_expect(strcmp(kbm_bytes_text(&out), cases[i].keys) == 0, "%s: %s", cases[i].name,
			  kbm_bytes_text(&out));
		cr_expect(eq(u64, report.values, cases[i].dumped_values), "%s", cases[i].name);
		if (cases[i].damages > 0) {
			cr_expect(eq(u64, first->offset, FILE_OFFSET(named)), "%s", cases[i].name);
			cr_expect(strcmp(first->path, cases[i].path) == 0 && first->in_key,
				  "%s: %s", cases[i].name, first->path);
			cr_expect(strstr(first->message, cases[i].says) != NULL, "%s: %s",
				  cases[i].name, first->message);
			cr_expect(strstr(first->message, "file offset 0x") != NULL, "%s: %s",
				  cases[i].name, first->message);
		}
		kbm_bytes_clear(&out);
		kbm_hive_close(hive);
		image_free(&fixture.image);
	}
}

static enum kbm_code ignore_line(void *context, const char *line, size_t length,
				 struct kbm_error *error)
{
	(void)context;
	(void)line;
	(void)length;
	(void)error;
	return KBM_OK;
}

static enum kbm_code count_hit(void *context, const struct kbm_find_hit *hit,
			       struct kbm_error *error)
{
	uint64_t *hits = context;
	(void)error;
	*hits += hit->matched != 0;
	return KBM_OK;
}

static void expect_same_damage(const char *name, const struct kbm_damages *dumped,
			       const struct kbm_damages *searched)
{
	cr_expect(eq(u64, searched->count, dumped->count), "%s: %s", name,
		  searched->first[0].message);
	for (uint64_t i = 0; i < kbm_damages_kept(dumped); i++) {
		const struct kbm_damage *a = &dumped->first[i];
		const struct kbm_damage *b = &searched->first[i];
		cr_expect(a->offset == b->offset && a->in_key == b->in_key &&
			      strcmp(a->path, b->path) == 0 && strcmp(a->message, b->message) == 0,
			  "%s: %s: %s", name, b->path, b->message);
	}
}

Test(hive_damage, is_told_by_a_search_as_by_a_dump)
{
	static const struct kbm_find_order all = {.pattern = "", .parts = KBM_FIND_ALL};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		make(&fixture);
		if (cases[i].break_it != NULL)
			cases[i].break_it(&fixture);
		struct kbm_hive *hive = NULL;
		struct kbm_dump_report report;
		struct kbm_damages damages = {0};
		struct kbm_error error = {KBM_OK, ""};
		uint64_t hits = 0;
		kbm_hive_open(fixture.image.bytes, fixture.image.size, &hive, &error);
		cr_assert(ne(ptr, hive, NULL), "%s: %s", cases[i].name, error.message);
		enum kbm_code dumped = kbm_hive_dump(hive, kbm_hive_root(hive), "", ignore_line,
						     NULL, &report, &error);
		enum kbm_code code = kbm_hive_find(hive, kbm_hive_root(hive), "", &all, count_hit,
						   &hits, NULL, &damages, &error);
		cr_expect(eq(int, code, dumped), "%s: %s", cases[i].name, error.message);
		cr_expect(eq(u64, hits, report.keys - 1 + report.values), "%s", cases[i].name);
		expect_same_damage(cases[i].name, &report.damages, &damages);
		kbm_hive_close(hive);
		image_free(&fixture.image);
	}
}

/* Until the listing ends: absent is its end. */
static int list_subkeys(const struct kbm_registry_service *service, struct kbm_error *error)
{
	struct kbm_key key;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++)
		code = service->subkey_at(service->context, "HKLM\\SOFTWARE", i, &key, error);
	return code == KBM_NOT_FOUND ? FOUND : (int)code;
}

static int list_values(const struct kbm_registry_service *service, struct kbm_error *error)
{
	struct kbm_value value;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++)
		code = service->value_at(service->context, "HKLM\\SOFTWARE", i, &value, error);
	return code == KBM_NOT_FOUND ? FOUND : (int)code;
}

static int get_key(const struct kbm_registry_service *service, const char *path,
		   struct kbm_error *error)
{
	struct kbm_key key;
	return (int)service->get_key(service->context, path, &key, error);
}

static int get_value(const struct kbm_registry_service *service, const char *name,
		     struct kbm_error *error)
{
	struct kbm_value value;
	return (int)service->get_value(service->context, "HKLM\\SOFTWARE", name, strlen(name),
				       &value, error);
}

static void expect_told(const char *name, const char *asked, int told, int expected,
			const struct kbm_error *error)
{
	cr_expect(eq(int, told, expected), "%s, %s: %s", name, asked, error->message);
	if (told == UNKNOWN && expected == UNKNOWN)
		cr_expect(strstr(error->message, "file offset 0x") != NULL, "%s, %s: %s", name,
			  asked, error->message);
}

Test(hive_damage, is_unknown_to_who_needs_it_and_to_nobody_else)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		make(&fixture);
		if (cases[i].break_it != NULL)
			cases[i].break_it(&fixture);
		struct kbm_hive *hive = NULL;
		struct kbm_registry *registry = NULL;
		struct kbm_error error = {KBM_OK, ""};
		kbm_hive_open(fixture.image.bytes, fixture.image.size, &hive, &error);
		kbm_registry_make(&registry, &error);
		enum kbm_code code =
		    kbm_registry_mount(registry, "SOFTWARE", hive, kbm_hive_root(hive), &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		struct kbm_registry_service service = kbm_registry_service(registry);
		struct kbm_error why[9] = {{KBM_OK, ""}};
		const struct {
			const char *asked;
			int told;
			int expected;
		} questions[COUNT(why)] = {
		    {"the key a", get_key(&service, "HKLM\\SOFTWARE\\A", &why[0]), cases[i].key_a},
		    {"the key b", get_key(&service, "HKLM\\SOFTWARE\\B", &why[1]), cases[i].key_b},
		    {"an absent key", get_key(&service, "HKLM\\SOFTWARE\\q", &why[2]),
		     cases[i].key_absent},
		    {"below an absent key", get_key(&service, "HKLM\\SOFTWARE\\q\\q", &why[3]),
		     cases[i].key_absent},
		    {"all subkeys", list_subkeys(&service, &why[4]), cases[i].subkeys},
		    {"the value one", get_value(&service, "ONE", &why[5]), cases[i].value_one},
		    {"the value two", get_value(&service, "TWO", &why[6]), cases[i].value_two},
		    {"an absent value", get_value(&service, "q", &why[7]), cases[i].value_absent},
		    {"all values", list_values(&service, &why[8]), cases[i].values},
		};
		for (size_t j = 0; j < COUNT(questions); j++)
			expect_told(cases[i].name, questions[j].asked, questions[j].told,
				    questions[j].expected, &why[j]);
		kbm_registry_free(registry);
		kbm_hive_close(hive);
		image_free(&fixture.image);
	}
}

Test(hive_damage, gives_no_key_the_list_of_another)
{
	struct fixture fixture;
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {KBM_OK, ""};
	kbm_cell found = 0;
	make(&fixture);
	key_has_anothers_list(&fixture);
	kbm_hive_open(fixture.image.bytes, fixture.image.size, &hive, &error);
	static const struct {
		const char *path;
		enum kbm_code code;
	} rows[] = {{"c\\x", KBM_OK},
		    {"c\\q", KBM_NOT_FOUND},
		    {"a\\x", KBM_UNREADABLE},
		    {"a\\q", KBM_UNREADABLE},
		    {"b\\x", KBM_NOT_FOUND}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum kbm_code code =
		    kbm_hive_find_key(hive, fixture.root, rows[i].path, &found, &error);
		cr_expect(eq(int, code, rows[i].code), "%s: %s", rows[i].path, error.message);
	}
	for (size_t i = 0; i < 2; i++) { /* what was remembered changes nothing */
		enum kbm_code code = kbm_hive_subkey_at(hive, fixture.keys[0], 0, &found, &error);
		cr_expect(eq(int, code, KBM_UNREADABLE));
		code = kbm_hive_subkey_at(hive, fixture.keys[2], 0, &found, &error);
		cr_expect(eq(int, code, KBM_OK));
	}
	kbm_hive_close(hive);
	image_free(&fixture.image);
}

Test(hive_damage, keeps_the_first_ones_and_counts_the_others)
{
	static char path[3000];
	struct kbm_damages damages = {.count = 0};
	struct kbm_error slot;
	struct kbm_error error;
	for (size_t i = 0; i < sizeof path - 2; i += 2)
		memcpy(path + i, "\xC3\xA4", 2);
	cr_expect(eq(int, kbm_damages_conclude(&damages, &error), KBM_OK));
	for (unsigned i = 0; i < 3 * KBM_HIVE_DAMAGES_KEPT; i++) {
		bool wanted = kbm_damages_slot(&damages, &slot) != NULL;
		cr_expect(eq(int, wanted, i < KBM_HIVE_DAMAGES_KEPT));
		kbm_damages_add(&damages, i, path + (i == 0), "why");
	}
	kbm_damages_add(&damages, 1, NULL, "nowhere");
	cr_expect(eq(u64, damages.count, 3 * KBM_HIVE_DAMAGES_KEPT + 1));
	cr_expect(eq(u64, kbm_damages_kept(&damages), KBM_HIVE_DAMAGES_KEPT));
	/* Cut between two characters. */
	const char *kept = damages.first[1].path;
	size_t length = strlen(kept);
	cr_expect(lt(sz, length, KBM_HIVE_DAMAGE_MAX_PATH));
	cr_expect(eq(int, memcmp(kept + length - 5, "\xC3\xA4...", 5), 0));
	cr_expect(eq(int, kbm_damages_conclude(&damages, &error), KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(error.message, "49 places in the hive"), NULL), "%s",
		  error.message);
}
