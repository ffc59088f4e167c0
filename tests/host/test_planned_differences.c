/* guard/planned_differences: a hive that was edited differs by the plan, and by nothing else. */
#include "plan_fixture.h"

#include "guard/planned_differences.h"
#include "source/hive_build.h"
#include "source/hive_edit.h"
#include "source/hive_format.h"

#define NOW 132000000000000000ULL

/* A hive with a service, built, and room behind it. */
static void build(struct kbm_bytes *image)
{
	struct kbm_error error = {0};
	struct kbm_tree *tree = NULL;
	const struct kbm_build_options options = {.minor = 3, .file_name = "SYSTEM"};
	kbm_bytes_init(image, KBM_MIB);
	cr_assert(eq(int, kbm_tree_make("SYSTEM", &tree, &error), KBM_OK));
	const struct kbm_value values[] = {
	    {"SiteDN", 6, KBM_REG_SZ, (const uint8_t *)"a\0b\0\0", 6},
	    {"Other", 5, KBM_REG_DWORD, (const uint8_t *)"\1\0\0", 4}};
	for (size_t i = 0; i < 2; i++)
		cr_assert(
		    eq(int, kbm_tree_set_value(tree, IMC_PHYSICAL, &values[i], &error), KBM_OK));
	cr_assert(eq(int, kbm_tree_create_key(tree, "ControlSet001\\Services\\Gone\\Below", &error),
		     KBM_OK));
	cr_assert(eq(int, kbm_tree_build(tree, &options, image, &error), KBM_OK));
	kbm_tree_free(tree);
}

static void add(struct kbm_result *result, enum kbm_change_op op, const char *physical,
		const char *name, const char *after)
{
	struct kbm_change change = change_of(op, "Q1");
	change.place =
	    place_of(name == NULL ? KBM_PLACE_KEY : KBM_PLACE_VALUE, physical, physical, name);
	set_text(&change.after, after);
	if (op == KBM_CREATE_KEY)
		change.after.present = true;
	cr_assert(kbm_result_add_change(result, &change));
}

static void make(struct kbm_hive_editor *editor, const struct kbm_change *change)
{
	const struct kbm_place *place = &change->place;
	struct kbm_error error = {0};
	struct kbm_value value = {place->name, place->name_length, change->after.type, NULL, 0};
	enum kbm_code code = KBM_OK;
	if (change->op == KBM_SET_VALUE) {
		value.data = change->after.values[0].data;
		value.length = change->after.values[0].length;
		code = kbm_hive_edit_set_value(editor, place->physical, &value, &error);
	} else if (change->op == KBM_DELETE_VALUE) {
		code = kbm_hive_edit_delete_value(editor, place->physical, place->name,
						  place->name_length, &error);
	} else if (change->op == KBM_CREATE_KEY) {
		code = kbm_hive_edit_create_key(editor, place->physical, &error);
	} else {
		code = kbm_hive_edit_delete_key(editor, place->physical, &error);
	}
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

/* The image with these changes made in it. */
static void edit(const struct kbm_bytes *image, const struct kbm_result *changes,
		 struct kbm_bytes *edited)
{
	struct kbm_hive_editor *editor = NULL;
	struct kbm_error error = {0};
	size_t length = 0;
	kbm_bytes_init(edited, 4 * KBM_MIB);
	cr_assert(kbm_bytes_append(edited, image->data, image->length) &&
		  kbm_bytes_append_zeros(edited, KBM_MIB));
	cr_assert(eq(int,
		     kbm_hive_edit_open(edited->data, image->length, edited->length, NOW, &editor,
					&error),
		     KBM_OK),
		  "%s", error.message);
	for (size_t i = 0; i < changes->change_count; i++)
		make(editor, &changes->changes[i]);
	cr_assert(eq(int, kbm_hive_edit_finish(editor, &length, &error), KBM_OK));
	kbm_hive_edit_close(editor);
	edited->length = length;
}

static enum kbm_code compare(const struct kbm_bytes *before, const struct kbm_bytes *after,
			     const struct kbm_result *planned, struct kbm_error *error)
{
	struct kbm_hive *old = NULL;
	struct kbm_hive *new = NULL;
	cr_assert(eq(int, kbm_hive_open(before->data, before->length, &old, error), KBM_OK));
	cr_assert(eq(int, kbm_hive_open(after->data, after->length, &new, error), KBM_OK));
	enum kbm_code code =
	    kbm_planned_differences_check(old, new, planned->changes, planned->change_count, error);
	kbm_hive_close(old);
	kbm_hive_close(new);
	return code;
}

/* All kinds of change. */
static void add_all(struct kbm_result *changes)
{
	add(changes, KBM_SET_VALUE, IMC_PHYSICAL, "SITEDN", "/o=Contoso/ou=A longer text");
	add(changes, KBM_DELETE_VALUE, IMC_PHYSICAL, "Other", NULL);
	add(changes, KBM_CREATE_KEY, "ControlSet001\\New\\Key", NULL, NULL);
	add(changes, KBM_SET_VALUE, "ControlSet001\\New\\Key\\Deep", "", "x");
	add(changes, KBM_DELETE_KEY, "ControlSet001\\Services\\gone", NULL, NULL);
}

Test(planned_differences, are_all_that_there_is)
{
	struct kbm_bytes before;
	struct kbm_bytes after;
	struct kbm_error error = {0};
	struct kbm_result changes = {0};
	build(&before);
	add_all(&changes);
	edit(&before, &changes, &after);
	cr_expect(eq(int, compare(&before, &after, &changes, &error), KBM_OK), "%s", error.message);
	kbm_result_clear(&changes);
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
}

/* One change is made and not planned, or planned and not made: each is missed. */
Test(planned_differences, lack_none_and_have_no_other)
{
	static const char *const unplanned[] = {"a value changed SiteDN", "a value is gone Other",
						"", "a key is new at", "its time changed at"};
	for (size_t left_out = 0; left_out < 5; left_out++) {
		struct kbm_bytes before;
		struct kbm_bytes after;
		struct kbm_error error = {0};
		struct kbm_result all = {0};
		struct kbm_result some = {0};
		build(&before);
		add_all(&all);
		add_all(&some);
		kbm_change_clear(&some.changes[left_out]);
		memmove(&some.changes[left_out], &some.changes[left_out + 1],
			(4 - left_out) * sizeof some.changes[0]);
		some.change_count = 4;
		edit(&before, &all, &after);
		/* A key that leads to a value which is planned is planned, too. */
		enum kbm_code code = compare(&before, &after, &some, &error);
		cr_expect(eq(int, code, left_out == 2 ? KBM_OK : KBM_REFUSED), "row %zu", left_out);
		if (left_out != 2)
			EXPECT_HAS(error.message, unplanned[left_out]);
		kbm_bytes_clear(&after);
		edit(&before, &some, &after);
		code = compare(&before, &after, &all, &error);
		cr_expect(eq(int, code, left_out == 2 ? KBM_OK : KBM_REFUSED), "row %zu", left_out);
		if (left_out != 2)
			EXPECT_HAS(error.message, "planned, but not made");
		kbm_result_clear(&all);
		kbm_result_clear(&some);
		kbm_bytes_clear(&before);
		kbm_bytes_clear(&after);
	}
}

static uint8_t *find(const struct kbm_bytes *image, const char *signature, size_t name_at,
		     const char *name)
{
	for (size_t at = 4096 + 36; at + 100 < image->length; at += 4)
		if (memcmp(image->data + at, signature, 2) == 0 &&
		    memcmp(image->data + at + name_at, name, strlen(name)) == 0)
			return image->data + at;
	cr_assert(false, "no %s", name);
	return NULL;
}

/* What no plan changes. */
static const struct {
	const char *signature;
	size_t name_at;
	const char *name;
	size_t at; /* the byte that is another one */
	const char *said;
} alterations[] = {
    {"nk", KBM_NK_NAME, "Services", KBM_NK_TIME, "its time changed"},
    {"nk", KBM_NK_NAME, "Services", KBM_NK_FLAGS + 1, "changed in its flags"},
    {"nk", KBM_NK_NAME, "Services", KBM_NK_NAME + 7, "spelling"},
    {"sk", KBM_SK_DATA, "\1", KBM_SK_DATA + 30, "security descriptor"},
    {"vk", KBM_VK_NAME, "Other", KBM_VK_TYPE, "a value changed Other"},
    {"vk", KBM_VK_NAME, "Other", KBM_VK_DATA, "a value changed Other"},
    {"vk", KBM_VK_NAME, "Other", KBM_VK_NAME, "a value changed other"},
};

Test(planned_differences, are_not_of_another_kind)
{
	for (size_t i = 0; i < sizeof alterations / sizeof alterations[0]; i++) {
		struct kbm_bytes before;
		struct kbm_bytes after;
		struct kbm_error error = {0};
		struct kbm_result changes = {0};
		build(&before);
		add(&changes, KBM_SET_VALUE, IMC_PHYSICAL, "SiteDN", "/o=B");
		edit(&before, &changes, &after);
		find(&after, alterations[i].signature, alterations[i].name_at,
		     alterations[i].name)[alterations[i].at] ^= 0x20;
		enum kbm_code code = compare(&before, &after, &changes, &error);
		cr_expect(eq(int, code, KBM_REFUSED), "row %zu", i);
		EXPECT_HAS(error.message, alterations[i].said);
		kbm_result_clear(&changes);
		kbm_bytes_clear(&before);
		kbm_bytes_clear(&after);
	}
}
