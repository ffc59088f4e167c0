/* source/hive_agree: a whole hive read twice, and what is said where the readers part. */
#include "source/hive_agree.h"

#include "base/limits.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

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

/* A hive for both readers. */
struct twice {
	uint8_t *bytes; /* zeros follow, as libregf needs */
	struct kbm_hive *hive;
	struct kbm_regf *regf;
};

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	cr_assert(eq(int, (int)kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
}

static struct kbm_tree *sample(void)
{
	static const uint8_t large[40000] = {1};
	struct kbm_tree *tree = NULL;
	cr_assert(eq(int, (int)kbm_tree_make("root", &tree, NULL), KBM_OK));
	set(tree, "A", "text", 1, "t\0e\0x\0t\0\0\0", 10);
	set(tree, "A", "unended", 1, "t\0e\0", 4);
	set(tree, "A", "one", 3, "\1", 1);
	set(tree, "A", "three", 3, "\1\2\3", 3);
	set(tree, "A\\\xD0\x9F\xD1\x80", "list", 7, "a\0\0\0\0\0b\0\0\0\0\0", 12);
	set(tree, "A\\B/C", "large", 3, large, sizeof large);
	return tree;
}

static void open_twice(struct kbm_tree *tree, uint32_t minor, struct twice *twice)
{
	struct kbm_bytes image;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_build_options options = {.minor = minor, .last_written = 7};
	kbm_bytes_init(&image, KBM_MIB);
	cr_assert(eq(int, (int)kbm_tree_build(tree, &options, &image, NULL), KBM_OK));
	kbm_tree_free(tree);
	twice->bytes = calloc(1, image.length + KBM_REGF_PADDING_BYTES);
	memcpy(twice->bytes, image.data, image.length);
	enum kbm_code code = kbm_hive_open(twice->bytes, image.length, &twice->hive, &error);
	if (code == KBM_OK)
		code = kbm_regf_open(twice->bytes, image.length, &twice->regf, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	kbm_bytes_clear(&image);
}

static void close_twice(struct twice *twice)
{
	kbm_regf_close(twice->regf);
	kbm_hive_close(twice->hive);
	free(twice->bytes);
}

Test(hive_agree, finds_the_readers_of_one_mind)
{
	for (uint32_t minor = 3; minor <= 5; minor += 2) {
		struct twice twice;
		struct kbm_error error = {KBM_OK, ""};
		struct kbm_hive_agreement agreement;
		open_twice(sample(), minor, &twice);
		enum kbm_code code =
		    kbm_hive_agree(twice.hive, twice.regf, NULL, &agreement, &error);
		cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
		cr_expect(eq(u64, agreement.keys, 4));
		cr_expect(eq(u64, agreement.values, 6));
		cr_expect(eq(u64, agreement.unread, 0));
		close_twice(&twice);
	}
}

/* Readers that part are had by giving each another hive. */
Test(hive_agree, tells_where_the_readers_part)
{
	static const struct {
		const char *path;
		const char *name; /* NULL: the key goes */
		uint32_t type;
		const char *data; /* NULL: the value goes */
		const char *message;
	} rows[] = {
	    {"A", "one", 3, "\2", "different for libregf: the value 'one' of A"},
	    {"A", "one", 3, "\1\1", "different for libregf: the value 'one' of A"},
	    {"A", "one", 4, "\1", "different for libregf: the value 'one' of A"},
	    {"A", "three", 3, NULL, "absent for libregf: the value 'three' of A"},
	    {"A\\B/C", NULL, 0, NULL, "absent for libregf: the key A\\B/C"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct twice first;
		struct twice second;
		struct kbm_error error = {KBM_OK, ""};
		struct kbm_hive_agreement agreement;
		struct kbm_tree *tree = sample();
		if (rows[i].data != NULL)
			set(tree, rows[i].path, rows[i].name, rows[i].type, rows[i].data,
			    strlen(rows[i].data));
		else if (rows[i].name != NULL)
			kbm_tree_delete_value(tree, rows[i].path, rows[i].name,
					      strlen(rows[i].name), NULL);
		else
			kbm_tree_delete_key(tree, rows[i].path, NULL);
		open_twice(sample(), 5, &first);
		open_twice(tree, 5, &second);
		enum kbm_code code =
		    kbm_hive_agree(first.hive, second.regf, first.regf, &agreement, &error);
		cr_expect(eq(int, (int)code, KBM_REFUSED), "row %zu", i);
		cr_expect(eq(int, strcmp(error.message, rows[i].message), 0), "row %zu: %s", i,
			  error.message);
		close_twice(&first);
		close_twice(&second);
	}
}

/* libregf reads no name with an unpaired surrogate. That does not fail a hive that had it before.
 */
Test(hive_agree, passes_over_what_libregf_never_could_read)
{
	struct twice before;
	struct twice after;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_hive_agreement agreement;
	struct kbm_tree *trees[] = {sample(), sample()};
	for (size_t i = 0; i < 2; i++) {
		set(trees[i], "A", "\xED\xA0\x80", 3, "x", 1);
		set(trees[i], "A\\\xED\xA0\x80\\below", "v", 3, "x", 1);
	}
	set(trees[1], "A", "zero", 3, "x", 1);
	open_twice(trees[0], 5, &before);
	open_twice(trees[1], 5, &after);
	enum kbm_code code =
	    kbm_hive_agree(after.hive, after.regf, before.regf, &agreement, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(u64, agreement.unread, 2));
	code = kbm_hive_agree(after.hive, after.regf, NULL, &agreement, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	close_twice(&before);
	open_twice(sample(), 5, &before);
	code = kbm_hive_agree(after.hive, after.regf, before.regf, &agreement, &error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE), "what came with the change was passed over");
	close_twice(&before);
	close_twice(&after);
}
