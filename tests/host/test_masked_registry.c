/* source/masked_registry: whatever way a value is asked for, its secret is not told. */
#include "source/masked_registry.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/hive_build.h"
#include "source/registry.h"
#include "source/secret_values.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SET	     "ControlSet001\\Services\\"
#define SECRET	     "C:\\Kmserver.exe hunter2"
#define TOLD	     "C:\\Kmserver.exe " KBM_SECRET_MASK

struct fixture {
	struct kbm_tree *tree;
	struct kbm_bytes image;
	struct kbm_hive *hive;
	struct kbm_registry *registry;
	struct kbm_masked_registry masked;
	struct kbm_registry_service service;
};

static void set(struct fixture *fixture, const char *path, const char *name, const char *text)
{
	struct kbm_bytes data;
	kbm_bytes_init(&data, KBM_MIB);
	cr_assert(kbm_text_to_utf16(text, strlen(text) + 1, &data));
	struct kbm_value value = {name, strlen(name), KBM_REG_SZ, data.data, data.length};
	int code = kbm_tree_set_value(fixture->tree, path, &value, NULL);
	cr_assert(eq(int, code, KBM_OK));
	kbm_bytes_clear(&data);
}

static void begin(struct fixture *fixture)
{
	static const uint8_t one[] = {1, 0, 0, 0};
	const struct kbm_value current = {"Current", 7, KBM_REG_DWORD, one, sizeof one};
	const struct kbm_build_options options = {
	    .minor = 3, .last_written = 1000, .file_name = "SYSTEM"};
	memset(fixture, 0, sizeof *fixture);
	kbm_tree_make("root", &fixture->tree, NULL);
	kbm_tree_set_value(fixture->tree, "Select", &current, NULL);
	set(fixture, SET "MSExchangeKMS", "DisplayName", "Key Manager");
	set(fixture, SET "MSExchangeKMS", "ImagePath", SECRET);
	set(fixture, SET "MSExchangeKMS\\Parameters", "ImagePath", SECRET);
	set(fixture, SET "MSExchangeIS", "ImagePath", "C:\\Store.exe -x");
	kbm_bytes_init(&fixture->image, KBM_MIB);
	int code = kbm_tree_build(fixture->tree, &options, &fixture->image, NULL);
	cr_assert(eq(int, code, KBM_OK));
	code = kbm_hive_open(fixture->image.data, fixture->image.length, &fixture->hive, NULL);
	cr_assert(eq(int, code, KBM_OK));
	code = kbm_registry_make(&fixture->registry, NULL);
	cr_assert(eq(int, code, KBM_OK));
	code = kbm_registry_mount(fixture->registry, "SYSTEM", fixture->hive,
				  kbm_hive_root(fixture->hive), NULL);
	cr_assert(eq(int, code, KBM_OK));
	const struct kbm_registry_service below = kbm_registry_service(fixture->registry);
	kbm_masked_registry_init(&fixture->masked, &below);
	fixture->service = kbm_masked_registry_service(&fixture->masked);
}

static void end(struct fixture *fixture)
{
	kbm_masked_registry_clear(&fixture->masked);
	kbm_registry_free(fixture->registry);
	kbm_hive_close(fixture->hive);
	kbm_bytes_clear(&fixture->image);
	kbm_tree_free(fixture->tree);
}

static bool holds(const struct kbm_value *value, const char *text)
{
	struct kbm_bytes data;
	kbm_bytes_init(&data, KBM_MIB);
	kbm_text_to_utf16(text, strlen(text) + 1, &data);
	bool same =
	    data.length == value->length && memcmp(data.data, value->data, data.length) == 0;
	kbm_bytes_clear(&data);
	return same;
}

Test(masked_registry, masks_a_value_under_every_name_of_it)
{
	static const struct {
		const char *path;
		const char *name;
		const char *told;
	} rows[] = {
	    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS", "ImagePath", TOLD},
	    {"HKEY_LOCAL_MACHINE\\system\\ControlSet001\\services\\msexchangekms\\", "imagepath",
	     TOLD},
	    {"HKLM:\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS", "IMAGEPATH", TOLD},
	    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS", "DisplayName",
	     "Key Manager"},
	    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS\\Parameters", "ImagePath",
	     SECRET},
	    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS", "ImagePath",
	     "C:\\Store.exe -x"},
	};
	struct fixture fixture;
	begin(&fixture);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_value value = {0};
		int code = fixture.service.get_value(&fixture.masked, rows[i].path, rows[i].name,
						     strlen(rows[i].name), &value, NULL);
		cr_assert(eq(int, code, KBM_OK), "row %zu", i);
		bool same = holds(&value, rows[i].told);
		cr_expect(same, "row %zu", i);
	}
	end(&fixture);
}

Test(masked_registry, masks_a_value_in_the_list_of_its_key)
{
	static const char path[] = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS";
	static const char *const told[] = {"Key Manager", TOLD};
	struct fixture fixture;
	struct kbm_value value = {0};
	begin(&fixture);
	for (size_t i = 0; i < COUNT(told); i++) {
		int code = fixture.service.value_at(&fixture.masked, path, i, &value, NULL);
		cr_assert(eq(int, code, KBM_OK));
		bool same = holds(&value, told[i]);
		cr_expect(same, "value %zu", i);
	}
	int code = fixture.service.value_at(&fixture.masked, path, 2, &value, NULL);
	cr_expect(eq(int, code, KBM_NOT_FOUND));
	end(&fixture);
}

Test(masked_registry, masks_a_value_among_those_below_a_key)
{
	static const char path[] = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\";
	static const struct {
		const char *key;
		const char *name;
		const char *told; /* NULL: absent */
	} rows[] = {
	    {"MSExchangeIS", "ImagePath", "C:\\Store.exe -x"},
	    {"MSExchangeKMS", "imagepath", TOLD},
	    {"MSExchangeIS", "DisplayName", NULL},
	    {"MSExchangeKMS", "DisplayName", "Key Manager"},
	};
	struct fixture fixture;
	begin(&fixture);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kbm_value value = {0};
		struct kbm_key key = {0};
		int code = fixture.service.value_below(&fixture.masked, path, i % 2, rows[i].name,
						       strlen(rows[i].name), &key, &value, NULL);
		cr_assert(eq(str, (char *)key.name, (char *)rows[i].key));
		cr_expect(eq(int, code, rows[i].told == NULL ? KBM_NOT_FOUND : KBM_OK), "row %zu",
			  i);
		bool same = rows[i].told == NULL || holds(&value, rows[i].told);
		cr_expect(same, "row %zu", i);
	}
	for (size_t i = 0; i < 2; i++) {
		struct kbm_value value = {0};
		struct kbm_key key = {.name = "x"};
		const char *name = rows[i + 1].name;
		int code = fixture.service.value_below(&fixture.masked, path, 2, name, strlen(name),
						       &key, &value, NULL);
		cr_expect(eq(int, code, KBM_NOT_FOUND));
		cr_expect(eq(ptr, (void *)key.name, NULL));
	}
	end(&fixture);
}

Test(masked_registry, says_what_is_absent_and_what_is_no_path)
{
	struct fixture fixture;
	struct kbm_value value = {0};
	begin(&fixture);
	int code = fixture.service.get_value(&fixture.masked, "HKLM\\SYSTEM\\ControlSet001\\X",
					     "ImagePath", 9, &value, NULL);
	cr_expect(eq(int, code, KBM_NOT_FOUND));
	code = fixture.service.get_value(&fixture.masked, "X\\Y", "ImagePath", 9, &value, NULL);
	cr_expect(eq(int, code, KBM_USAGE));
	end(&fixture);
}
