/* guard/verify_changes: the planned differences are accepted, every other one is refused, and each
 * planned one has to be there. */
#include "guard/verify_changes.h"

#include "hive_image.h"

#include "base/limits.h"
#include "source/hive_build.h"
#include "source/hive_check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

enum { BASE = 4096, MOST = 3 };

/* A step on a tree, or the change that plans it: "+" sets a value, "-" deletes one, "K" makes a key
 * and "X" deletes one. */
struct deed {
	char what; /* 0: none */
	const char *path;
	const char *name;
	uint32_t type;
	const char *data;
};

static void do_deed(struct kbm_tree *tree, const struct deed *deed)
{
	enum kbm_code code = KBM_OK;
	struct kbm_value value = {deed->name, 0, deed->type, (const uint8_t *)deed->data, 0};
	if (deed->what == '+') {
		value.name_length = strlen(deed->name);
		value.length = strlen(deed->data);
		code = kbm_tree_set_value(tree, deed->path, &value, NULL);
	} else if (deed->what == '-') {
		code =
		    kbm_tree_delete_value(tree, deed->path, deed->name, strlen(deed->name), NULL);
	} else if (deed->what == 'K') {
		code = kbm_tree_create_key(tree, deed->path, NULL);
	} else if (deed->what == 'X') {
		code = kbm_tree_delete_key(tree, deed->path, NULL);
	}
	cr_assert(eq(int, (int)code, KBM_OK));
}

static struct kbm_change plan_deed(const struct deed *deed)
{
	static const char ops[] = "+-KX"; /* as enum kbm_change_op has them */
	struct kbm_change change = {.op = (enum kbm_change_op)(strchr(ops, deed->what) - ops)};
	change.place.kind = deed->name == NULL ? KBM_PLACE_KEY : KBM_PLACE_VALUE;
	change.place.hive = strdup("SYSTEM");
	change.place.path = strdup("HKLM\\SYSTEM\\somewhere");
	change.place.physical = strdup(deed->path);
	if (deed->name != NULL) {
		change.place.name = strdup(deed->name);
		change.place.name_length = strlen(deed->name);
	}
	if (deed->what == '+')
		kbm_state_set_value(&change.after, deed->type, deed->data, strlen(deed->data));
	change.after.present = deed->what == '+' || deed->what == 'K';
	return change;
}

/* The sample with the deeds done. */
static void build(const struct deed *deeds, size_t count, struct kbm_bytes *image)
{
	struct kbm_tree *tree = NULL;
	struct kbm_build_options options = {.minor = 5, .last_written = 7};
	static const struct deed sample[] = {{'+', "A", "One", 1, "1234567890"},
					     {'+', "A\\B", "", 3, "x"},
					     {'+', "\xC3\xA4\\C", "v", 3, "x"}};
	kbm_bytes_init(image, KBM_MIB);
	cr_assert(eq(int, (int)kbm_tree_make("root", &tree, NULL), KBM_OK));
	for (size_t i = 0; i < sizeof sample / sizeof sample[0]; i++)
		do_deed(tree, &sample[i]);
	for (size_t i = 0; i < count && deeds[i].what != 0; i++)
		do_deed(tree, &deeds[i]);
	cr_assert(eq(int, (int)kbm_tree_build(tree, &options, image, NULL), KBM_OK));
	kbm_tree_free(tree);
}

static enum kbm_code verify_images(const struct kbm_bytes *before, const struct kbm_bytes *after,
				   const struct deed *planned, size_t most, struct kbm_error *error)
{
	struct kbm_hive *hives[2] = {NULL, NULL};
	struct kbm_change changes[MOST];
	size_t count = 0;
	for (; count < most && planned[count].what != 0; count++)
		changes[count] = plan_deed(&planned[count]);
	enum kbm_code code = kbm_hive_open(before->data, before->length, &hives[0], error);
	if (code == KBM_OK)
		code = kbm_hive_open(after->data, after->length, &hives[1], error);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_verify_changes(hives[0], hives[1], changes, count, error);
	for (size_t i = 0; i < count; i++)
		kbm_change_clear(&changes[i]);
	kbm_hive_close(hives[0]);
	kbm_hive_close(hives[1]);
	return code;
}

static enum kbm_code verify(const struct deed *done, const struct deed *planned,
			    struct kbm_error *error)
{
	struct kbm_bytes before;
	struct kbm_bytes after;
	build(NULL, 0, &before);
	build(done, MOST, &after);
	enum kbm_code code = verify_images(&before, &after, planned, MOST, error);
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
	return code;
}

/* --- what was planned and done ------------------------------------------------------------------
 */

static const struct deed good[][MOST] = {
    {{0}},
    {{'+', "A", "One", 1, "new"}},
    {{'+', "a", "One", 3, "1234567890"}},
    {{'+', "A", "Two", 1, ""}},
    {{'+', "", "at the root", 1, "x"}},
    {{'-', "a", "one", 0, NULL}},
    {{'-', "A\\B", "", 0, NULL}},
    {{'K', "A\\new\\below", NULL, 0, NULL}},
    {{'+', "new\\on\\the\\way", "v", 3, "1"}, {'+', "new\\on", "w", 3, "2"}},
    {{'X', "A", NULL, 0, NULL}},
    {{'X', "\xC3\x84\\c", NULL, 0, NULL}, {'+', "\xC3\x84", "v", 3, "1"}},
    {{'+', "A", "One", 1, "new"}, {'-', "A\\B", "", 0, NULL}, {'K', "K", NULL, 0, NULL}},
};

Test(verify_changes, accepts_what_was_planned)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = verify(good[i], good[i], &error);
		cr_expect(eq(int, (int)code, KBM_OK), "row %zu: %s", i, error.message);
	}
}

Test(verify_changes, demands_that_all_is_there)
{
	for (size_t i = 1; i < sizeof good / sizeof good[0]; i++) {
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = verify(good[0], good[i], &error);
		cr_expect(eq(int, (int)code, KBM_REFUSED), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, ") is not there: "), NULL), "row %zu: %s",
			  i, error.message);
	}
}

Test(verify_changes, refuses_what_was_not_planned)
{
	for (size_t i = 1; i < sizeof good / sizeof good[0]; i++) {
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = verify(good[i], good[0], &error);
		cr_expect(eq(int, (int)code, KBM_REFUSED), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, ", which no change plans: "), NULL),
			  "row %zu: %s", i, error.message);
	}
}

/* --- what comes near ----------------------------------------------------------------------------
 */

static const struct {
	struct deed done[MOST];
	struct deed planned[MOST];
	const char *message;
} near[] = {
    {{{'+', "A", "One", 1, "neW"}},
     {{'+', "A", "One", 1, "new"}},
     "the value 'One' differs, which no change plans: A"},
    {{{'+', "A", "One", 2, "new"}}, {{'+', "A", "One", 1, "new"}}, "the value 'One' differs"},
    {{{'+', "A", "One", 1, "new "}}, {{'+', "A", "One", 1, "new"}}, "the value 'One' differs"},
    {{{'+', "A\\B", "One", 1, "new"}}, {{'+', "A", "One", 1, "new"}}, "'One' was added"},
    {{{'+', "A", "two", 1, "x"}}, {{'+', "A", "Two", 1, "x"}}, "the value 'two' was added"},
    {{{'+', "A", "One", 1, "new"}, {'+', "A", "", 1, "x"}},
     {{'+', "A", "One", 1, "new"}},
     "the value '@' was added, which no change plans: A"},
    {{{'+', "A", "One", 1, "new"}}, {{'-', "A", "One", 0, NULL}}, "the value 'One' differs"},
    {{{'-', "A", "One", 0, NULL}}, {{'+', "A", "One", 1, "new"}}, "the value 'One' was removed"},
    {{{'K', "new", NULL, 0, NULL}},
     {{'K', "new\\below", NULL, 0, NULL}},
     "change 1 (create_key) is not there: new\\below"},
    {{{'K', "new\\below", NULL, 0, NULL}},
     {{'K', "new", NULL, 0, NULL}},
     "the key was added, which no change plans: new\\below"},
    {{{'K', "newer", NULL, 0, NULL}}, {{'K', "new", NULL, 0, NULL}}, "the key was added"},
    {{{'K', "new", NULL, 0, NULL}}, {{'K', "newer", NULL, 0, NULL}}, "the key was added"},
    {{{'K', "n", NULL, 0, NULL}}, {{'X', "n", NULL, 0, NULL}}, "the key was added"},
    {{{'X', "A", NULL, 0, NULL}},
     {{'X', "A\\B", NULL, 0, NULL}},
     "the key was removed, which no change plans: A"},
    {{{'X', "A\\B", NULL, 0, NULL}}, {{'X', "A", NULL, 0, NULL}}, "the key was removed"},
    {{{'X', "A\\B", NULL, 0, NULL}}, {{'-', "A\\B", "", 0, NULL}}, "the key was removed"},
    {{{'+', "A", "One", 1, "new"}},
     {{'+', "A", "One", 1, "new"}, {'-', "A\\B", "", 0, NULL}},
     "change 2 (delete_value) is not there: A\\B : @"},
};

Test(verify_changes, refuses_what_comes_near)
{
	for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
		struct kbm_error error = {KBM_OK, ""};
		enum kbm_code code = verify(near[i].done, near[i].planned, &error);
		cr_expect(eq(int, (int)code, KBM_REFUSED), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, near[i].message), NULL), "row %zu: %s", i,
			  error.message);
	}
}

/* --- what no plan changes ------------------------------------------------------------------------
 */

Test(verify_changes, lets_times_differ_only_where_contents_do)
{
	static const struct {
		const char *path; /* whose time differs */
		struct deed deed;
		enum kbm_code code;
	} rows[] = {
	    {"A", {'+', "A", "One", 1, "new"}, KBM_OK},
	    {"A", {'-', "A", "One", 0, NULL}, KBM_OK},
	    {"A", {'K', "A\\new", NULL, 0, NULL}, KBM_OK},
	    {"A\\new", {'K', "A\\new", NULL, 0, NULL}, KBM_OK},
	    {"A", {'X', "A\\B", NULL, 0, NULL}, KBM_OK},
	    {"", {'X', "A", NULL, 0, NULL}, KBM_OK},
	    {"", {'+', "A", "One", 1, "new"}, KBM_REFUSED},
	    {"A\\B", {'+', "A", "One", 1, "new"}, KBM_REFUSED},
	    {"A", {'+', "A\\B", "", 1, "new"}, KBM_REFUSED},
	    {"A", {0}, KBM_REFUSED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_bytes before;
		struct kbm_bytes after;
		struct kbm_error error = {KBM_OK, ""};
		build(NULL, 0, &before);
		build(&rows[i].deed, 1, &after);
		image_record(&after, rows[i].path)[4]++;
		enum kbm_code code = verify_images(&before, &after, &rows[i].deed, 1, &error);
		cr_expect(eq(int, (int)code, (int)rows[i].code), "row %zu: %s", i, error.message);
		if (code != KBM_OK)
			cr_expect(
			    ne(ptr, strstr(error.message, "the key's time of last change"), NULL),
			    "row %zu: %s", i, error.message);
		kbm_bytes_clear(&before);
		kbm_bytes_clear(&after);
	}
}

/* Even in the very key that a plan changes. */
Test(verify_changes, refuses_other_flags_classes_and_security)
{
	static const struct deed deed = {'+', "A", "One", 1, "new"};
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_bytes before;
	struct kbm_bytes after;
	build(NULL, 0, &before);
	build(&deed, 1, &after);
	image_record(&after, "A")[2] |= 8;
	enum kbm_code code = verify_images(&before, &after, &deed, 1, &error);
	cr_expect(eq(int, (int)code, KBM_REFUSED));
	cr_expect(
	    eq(int, strcmp(error.message, "the key's flags differ, which no change plans: A"), 0),
	    "%s", error.message);
	image_record(&after, "A")[2] &= (uint8_t)~8;
	image_record(&after, "A")[76] = 'a'; /* its name */
	code = verify_images(&before, &after, &deed, 1, &error);
	cr_expect(eq(int, (int)code, KBM_REFUSED));
	cr_expect(ne(ptr, strstr(error.message, "the key's name is spelled otherwise"), NULL));
	image_record(&after, "A")[76] = 'A';
	uint8_t *key = image_record(&after, "A");
	memcpy(key + 48, key + 40, 4); /* some cell as its class */
	key[74] = 4;
	code = verify_images(&before, &after, &deed, 1, &error);
	cr_expect(eq(int, (int)code, KBM_REFUSED));
	cr_expect(ne(ptr, strstr(error.message, "the key's class differs"), NULL));
	key[74] = 0;
	/* The one descriptor is all keys': the root is looked at first. */
	size_t cell = (size_t)key[44] | (size_t)key[45] << 8;
	after.data[BASE + cell + 4 + 20 + 30]++;
	code = verify_images(&before, &after, &deed, 1, &error);
	cr_expect(eq(int, (int)code, KBM_REFUSED));
	cr_expect(eq(int,
		     strcmp(error.message, "the key's security descriptor differs, which no "
					   "change plans: (root)"),
		     0),
		  "%s", error.message);
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
}

/* --- every bit -----------------------------------------------------------------------------------
 */

/* What no check can see in a record of the sample: fields of a running system, fields without a
 * meaning, and what a field that is a maximum may be above. Offsets from the record's start. */
static const struct {
	const char *signature;
	size_t from;
	size_t to;
} meaningless[] = {
    {"nk", 12, 16},		    /* access bits */
    {"nk", 24, 28},		    /* volatile subkeys, as the next */
    {"nk", 32, 36}, {"nk", 48, 52}, /* class, which no key has */
    {"nk", 52, 68},		    /* longest names and data */
    {"nk", 68, 72},		    /* used by a running system */
    {"vk", 16, 20},		    /* flags but the first, and nothing */
    {"sk", 2, 4},		    /* nothing */
};

/* Content is padded to a multiple of 8. */
static bool may_be_unseen(const uint8_t *cell, size_t size, size_t at, bool is_root)
{
	const uint8_t *content = cell + 4;
	if (at + 7 >= size - 4)
		return true;
	if (is_root && at >= 16 && at < 20) /* its parent */
		return true;
	if (memcmp(content, "vk", 2) == 0 && at >= 9 && at < 12) /* inline data of one byte */
		return true;
	for (size_t i = 0; i < sizeof meaningless / sizeof meaningless[0]; i++)
		if (memcmp(content, meaningless[i].signature, 2) == 0 &&
		    at >= meaningless[i].from && at < meaningless[i].to)
			return true;
	return false;
}

static bool is_seen(const struct kbm_bytes *before, const struct kbm_bytes *after)
{
	struct kbm_hive_check report;
	struct kbm_error error = {KBM_OK, ""};
	if (kbm_hive_check(after->data, after->length, &report, &error) != KBM_OK ||
	    report.problems > 0 || report.oddities > 0)
		return true;
	return verify_images(before, after, NULL, 0, &error) != KBM_OK;
}

Test(verify_changes, sees_each_bit_that_means_something, .timeout = 60)
{
	struct kbm_bytes before;
	struct kbm_bytes after;
	size_t flipped = 0;
	size_t seen = 0;
	build(NULL, 0, &before);
	build(NULL, 0, &after);
	uint8_t *end = after.data + after.length;
	for (uint8_t *cell = after.data + BASE + 32; cell < end;) {
		int32_t size;
		memcpy(&size, cell, 4);
		size_t bytes = (size_t)abs(size);
		for (size_t at = 0; size < 0 && at < bytes - 4; at++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				cell[4 + at] ^= (uint8_t)(1U << bit);
				bool found = is_seen(&before, &after);
				cell[4 + at] ^= (uint8_t)(1U << bit);
				flipped++;
				seen += found;
				cr_expect(found || may_be_unseen(cell, bytes, at,
								 cell == after.data + BASE + 32),
					  "bit %u of byte %zu of the cell at 0x%zX (%.2s)", bit, at,
					  (size_t)(cell - after.data), (char *)cell + 4);
			}
		}
		cell += bytes;
	}
	cr_expect(gt(sz, flipped, 4000));
	cr_expect(gt(sz, seen, flipped / 2));
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
}

Test(verify_changes, takes_no_change_that_is_none_of_a_hive)
{
	struct kbm_bytes image;
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_change change = {.op = KBM_MODIFY_ENTRY};
	build(NULL, 0, &image);
	cr_assert(eq(int, (int)kbm_hive_open(image.data, image.length, &hive, NULL), KBM_OK));
	enum kbm_code code = kbm_verify_changes(hive, hive, &change, 1, &error);
	cr_expect(eq(int, (int)code, KBM_USAGE));
	change.op = KBM_SET_VALUE; /* without a place */
	code = kbm_verify_changes(hive, hive, &change, 1, &error);
	cr_expect(eq(int, (int)code, KBM_USAGE));
	change.op = KBM_MANUAL;
	code = kbm_verify_changes(hive, hive, &change, 1, &error);
	cr_expect(eq(int, (int)code, KBM_OK));
	kbm_hive_close(hive);
	kbm_bytes_clear(&image);
}
