/* A .reg export and the hive it was taken of, behind one interface: a script cannot tell which it
 * asks, but for the times of keys, which an export does not hold. */
#include "base/limits.h"
#include "source/reg_file.h"
#include "source/registry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(items) (sizeof(items) / sizeof *(items))
#define H4	     "REGEDIT4\r\n\r\n"
#define H5	     "Windows Registry Editor Version 5.00\r\n\r\n"

/* One side: a registry over an image. */
struct side {
	struct kbm_bytes image;
	struct kbm_hive *hive;
	struct kbm_registry *registry;
	struct kbm_registry_service service;
};

static struct kbm_tree *read_tree(const char *text)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {KBM_OK, ""};
	kbm_tree_make("registry", &tree, NULL);
	enum kbm_code code =
	    kbm_reg_file_read((const uint8_t *)text, strlen(text), 1252, tree, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return tree;
}

/* As the job `prepare` does it, or as Windows would have stored it. */
static void open_side(const char *text, bool is_export, struct side *side)
{
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_tree *tree = read_tree(text);
	const struct kbm_build_options options = {.minor = 5, .keeps_gaps = is_export};
	kbm_bytes_init(&side->image, 64 * KBM_MIB);
	enum kbm_code code = KBM_OK;
	if (!is_export)
		code = kbm_tree_set_root(tree, "HKEY_LOCAL_MACHINE\\SYSTEM", &error);
	if (code == KBM_OK)
		code = kbm_tree_build(tree, &options, &side->image, &error);
	if (code == KBM_OK)
		code = kbm_hive_open(side->image.data, side->image.length, &side->hive, &error);
	if (code == KBM_OK)
		code = kbm_registry_make(&side->registry, &error);
	if (code == KBM_OK)
		code = is_export ? kbm_registry_mount_image(side->registry, side->hive, &error)
				 : kbm_registry_mount(side->registry, "SYSTEM", side->hive,
						      kbm_hive_root(side->hive), &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	side->service = kbm_registry_service(side->registry);
	kbm_tree_free(tree);
}

static void close_side(struct side *side)
{
	kbm_registry_free(side->registry);
	kbm_hive_close(side->hive);
	kbm_bytes_clear(&side->image);
}

/* All that a script sees below `path`, as text: names, types, data, places, and how it ends. */
static void tell(const struct side *side, const char *path, unsigned depth, struct kbm_bytes *out)
{
	const struct kbm_registry_service *service = &side->service;
	struct kbm_registry_place place = {NULL, NULL};
	struct kbm_key key = {.name = ""};
	struct kbm_value value;
	enum kbm_code code = service->get_key(service->context, path, &key, NULL);
	kbm_bytes_printf(out, "%s: %d %s %zu %zu\n", path, (int)code,
			 code == KBM_OK ? key.name : "-", key.subkey_count, key.value_count);
	code = service->resolve(service->context, path, &place, NULL);
	kbm_bytes_printf(out, " at %d %s %s\n", (int)code, place.hive, place.path);
	kbm_place_clear(&place);
	size_t i = 0;
	while ((code = service->value_at(service->context, path, i++, &value, NULL)) == KBM_OK) {
		kbm_bytes_printf(out, " %s %u ", value.name, value.type);
		kbm_bytes_append_hex(out, value.data, value.length);
		kbm_bytes_append_byte(out, '\n');
	}
	kbm_bytes_printf(out, " values end with %d\n", (int)code);
	for (i = 0; (code = service->subkey_at(service->context, path, i, &key, NULL)) == KBM_OK &&
		    depth > 0;
	     i++) {
		char *below = NULL;
		if (asprintf(&below, "%s\\%s", path, key.name) < 0)
			abort();
		tell(side, below, depth - 1, out);
		free(below);
	}
	kbm_bytes_printf(out, " subkeys end with %d\n", (int)code);
}

static const char *const exports[] = {
    H5 "[HKEY_LOCAL_MACHINE\\SYSTEM]\n",
    H5 "[HKEY_LOCAL_MACHINE\\SYSTEM]\n@=\"default\"\n\"one\"=dword:1\n",
    /* Parents that no line names, in a file of a whole hive. */
    H5 "[HKLM\\SYSTEM]\n[HKLM\\SYSTEM\\Select]\n\"Current\"=dword:1\n"
       "[HKLM\\SYSTEM\\ControlSet001\\Services\\A/B\\Deep]\n\"x\"=hex(7):61,00,00,00,00,00\n",
    H5 "[hkey_local_machine\\system]\n[HKLM\\SYSTEM\\\xC3\xA4\xE2\x82\xAC]\n"
       "\"\xD1\x8F\"=\"\xF0\x9F\x98\x80\"\n\"\"=hex(0):\n",
    H5
    "[HKLM\\SYSTEM]\n[HKLM\\SYSTEM\\b]\n[HKLM\\SYSTEM\\a]\n[HKLM\\SYSTEM\\B\\c]\n\"q\"=hex(b):1\n",
    H5 "[HKLM\\SYSTEM]\n\"a\"=\"x\"\n\"A\"=-\n\"b\"=\"C:\\\\x\\\"\"\n[-HKLM\\SYSTEM\\none]\n",
    H4 "[HKLM\\SYSTEM]\r\n\"\xE4\"=hex(2):25,80,00\r\n\"last\"=\"without a newline\"",
    H5 "[HKLM\\SYSTEM]\n[HKLM\\SYSTEM\\K]\n\"e\"=hex:\n\"f\"=hex:01,\\\n  02,03,04,05,06\n",
};

static const char *const questions[] = {
    "HKLM\\SYSTEM",
    "HKEY_LOCAL_MACHINE\\system\\",
    "HKLM\\SYSTEM\\none",
    "HKLM\\SYSTEM\\none\\none",
    "HKLM\\SYSTEM\\CURRENTCONTROLSET\\services\\a/b",
    "HKLM\\SOFTWARE",
    "HKLM\\HARDWARE\\DESCRIPTION",
    "HKU\\.DEFAULT",
};

Test(reg_hive, is_not_told_from_the_hive_that_it_was_taken_of)
{
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct side sides[2];
		struct kbm_bytes told[2];
		for (int k = 0; k < 2; k++) {
			kbm_bytes_init(&told[k], KBM_MIB);
			open_side(exports[i], k == 0, &sides[k]);
			for (size_t q = 0; q < COUNT(questions); q++)
				tell(&sides[k], questions[q], 8, &told[k]);
			close_side(&sides[k]);
		}
		cr_expect(strcmp(kbm_bytes_text(&told[0]), kbm_bytes_text(&told[1])) == 0,
			  "row %zu:\n%s\n---\n%s", i, kbm_bytes_text(&told[0]),
			  kbm_bytes_text(&told[1]));
		cr_expect(gt(sz, told[0].length, 200));
		kbm_bytes_clear(&told[0]);
		kbm_bytes_clear(&told[1]);
	}
}

static enum kbm_code try_value(const struct side *side, const char *path, const char *name)
{
	struct kbm_value value;
	return side->service.get_value(side->service.context, path, name, strlen(name), &value,
				       NULL);
}

/* Found, absent and unknown are the same, too. */
Test(reg_hive, answers_for_names_as_the_hive_does)
{
	static const char *const names[] = {"",		"@", "one", "ONE",  "none", "\xC3\xA4",
					    "\xC3\x84", "b", "B",   "last", "LAST"};
	for (size_t i = 0; i < COUNT(exports); i++) {
		struct side export;
		struct side hive;
		open_side(exports[i], true, &export);
		open_side(exports[i], false, &hive);
		for (size_t q = 0; q < COUNT(questions); q++)
			for (size_t n = 0; n < COUNT(names); n++)
				cr_expect(eq(int, try_value(&export, questions[q], names[n]),
					     try_value(&hive, questions[q], names[n])),
					  "row %zu, %s, '%s'", i, questions[q], names[n]);
		close_side(&export);
		close_side(&hive);
	}
}
