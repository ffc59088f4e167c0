/* source/registry: paths as people write them, control sets, and what is said where nothing can be
 * told. */
#include "source/registry.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "source/hive_base.h"
#include "source/hive_build.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A hive that was built from a tree, and its registry. */
struct fixture {
	struct kbm_tree *tree;
	struct kbm_bytes image;
	struct kbm_hive *hive;
	struct kbm_registry *registry;
	struct kbm_registry_service service;
	struct kbm_error error;
	bool keeps_gaps;       /* of a tree that a part of a registry was read into */
	const char *file_name; /* in the base block; NULL: TEST */
};

static void begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	kbm_tree_make("root", &fixture->tree, NULL);
}

static void set(struct fixture *fixture, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	enum kbm_code code = kbm_tree_set_value(fixture->tree, path, &value, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
}

static void set_number(struct fixture *fixture, const char *path, const char *name, uint32_t number)
{
	uint8_t data[] = {(uint8_t)number, (uint8_t)(number >> 8), 0, 0};
	set(fixture, path, name, KBM_REG_DWORD, data, sizeof data);
}

static void open_hive(struct fixture *fixture)
{
	struct kbm_build_options options = {
	    .minor = 3,
	    .last_written = 1000,
	    .file_name = fixture->file_name == NULL ? "TEST" : fixture->file_name,
	    .keeps_gaps = fixture->keeps_gaps};
	kbm_bytes_init(&fixture->image, KBM_MIB);
	enum kbm_code code = kbm_tree_build(fixture->tree, &options, &fixture->image, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_hive_open(fixture->image.data, fixture->image.length, &fixture->hive, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_registry_make(&fixture->registry, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	fixture->service = kbm_registry_service(fixture->registry);
}

static enum kbm_code mount(struct fixture *fixture, const char *name)
{
	return kbm_registry_mount(fixture->registry, name, fixture->hive,
				  kbm_hive_root(fixture->hive), &fixture->error);
}

static void end(struct fixture *fixture)
{
	kbm_registry_free(fixture->registry);
	kbm_hive_close(fixture->hive);
	kbm_bytes_clear(&fixture->image);
	kbm_tree_free(fixture->tree);
}

/* Reads a .reg file into the fixture's tree. */
static void read_export(struct fixture *fixture, const char *lines)
{
	struct kbm_bytes file;
	kbm_bytes_init(&file, KBM_MIB);
	kbm_bytes_printf(&file, "REGEDIT4\n%s", lines);
	begin(fixture);
	enum kbm_code code =
	    kbm_reg_file_read(file.data, file.length, 1252, fixture->tree, &fixture->error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture->error.message);
	kbm_bytes_clear(&file);
}

/* A registry of an export, as the job that prepares one makes it. */
static void open_export(struct fixture *fixture, const char *lines)
{
	read_export(fixture, lines);
	fixture->keeps_gaps = true;
	open_hive(fixture);
	enum kbm_code code =
	    kbm_registry_mount_image(fixture->registry, fixture->hive, &fixture->error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture->error.message);
}

/* SYSTEM with three control sets that differ in the value Number of Services\X. */
static void make_system(struct fixture *fixture)
{
	begin(fixture);
	set_number(fixture, "Select", "Current", 2);
	set_number(fixture, "Select", "Default", 1);
	set_number(fixture, "Select", "LastKnownGood", 3);
	set_number(fixture, "ControlSet001\\Services\\MSExchangeIMC", "Number", 1);
	set_number(fixture, "ControlSet002\\Services\\MSExchangeIMC", "Number", 2);
	set_number(fixture, "ControlSet003\\Services\\MSExchangeIMC", "Number", 3);
	set(fixture, "ControlSet002\\Services\\MSExchangeIMC", "", KBM_REG_SZ, "d\0\0\0", 4);
}

/* The code of looking for a key, negative, or its number of subkeys. */
static int look(struct fixture *fixture, const char *path)
{
	struct kbm_key key;
	enum kbm_code code =
	    fixture->service.get_key(fixture->service.context, path, &key, &fixture->error);
	return code == KBM_OK ? (int)key.subkey_count : -(int)code;
}

/* The first byte of a value, or minus the code. */
static int get(struct fixture *fixture, const char *path, const char *name)
{
	struct kbm_value value;
	enum kbm_code code = fixture->service.get_value(fixture->service.context, path, name,
							strlen(name), &value, &fixture->error);
	return code == KBM_OK ? value.data[0] : -(int)code;
}

#define IMC "Services\\MSExchangeIMC"

Test(registry, takes_paths_as_people_write_them)
{
	static const char *const paths[] = {
	    "HKLM\\SYSTEM\\CurrentControlSet\\" IMC,
	    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\" IMC,
	    "hklm\\system\\currentcontrolset\\services\\msexchangeimc",
	    "HKLM\\SYSTEM\\ControlSet002\\" IMC "\\",
	    "HKLM:\\SYSTEM\\CurrentControlSet\\" IMC,
	};
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	cr_assert(eq(int, (int)mount(&fixture, "system"), KBM_OK));
	for (size_t i = 0; i < COUNT(paths); i++) {
		cr_expect(eq(int, get(&fixture, paths[i], "number"), 2), "%s", paths[i]);
		struct kbm_registry_place place;
		enum kbm_code code = fixture.service.resolve(fixture.service.context, paths[i],
							     &place, &fixture.error);
		cr_assert(eq(int, (int)code, KBM_OK));
		cr_expect(eq(str, place.hive, (char *)"SYSTEM"));
		cr_expect(eq(str, place.path, (char *)"ControlSet002\\" IMC));
		kbm_place_clear(&place);
	}
	cr_expect(eq(int, get(&fixture, paths[0], ""), 'd'));
	cr_expect(eq(int, get(&fixture, paths[0], "none"), -KBM_NOT_FOUND));
	cr_expect(
	    eq(int, get(&fixture, "HKLM\\SYSTEM\\CurrentControlSet\\None", "x"), -KBM_NOT_FOUND));
	end(&fixture);
}

Test(registry, refuses_paths_that_mean_nothing)
{
	static const char *const paths[] = {"",
					    "SYSTEM\\Select",
					    "HKXX\\SYSTEM",
					    "\\HKLM\\SYSTEM",
					    "HKLM\\\\SYSTEM",
					    "HKLM\\SYSTEM\\\\Select",
					    "HKLM",
					    "HKLM\\",
					    "HKU"};
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	mount(&fixture, "SYSTEM");
	for (size_t i = 0; i < COUNT(paths); i++)
		cr_expect(eq(int, get(&fixture, paths[i], "x"), -KBM_USAGE), "'%s'", paths[i]);
	end(&fixture);
}

Test(registry, treats_a_slash_as_an_ordinary_character)
{
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "a/b", "c/d", 7);
	open_hive(&fixture);
	mount(&fixture, "SOFTWARE");
	cr_expect(eq(int, get(&fixture, "HKLM\\SOFTWARE\\A/B", "C/D"), 7));
	cr_expect(eq(int, get(&fixture, "HKLM\\SOFTWARE\\A", "x"), -KBM_NOT_FOUND));
	end(&fixture);
}

Test(registry, resolves_control_sets_through_select)
{
	static const struct {
		int selection;
		int expected;
	} cases[] = {
	    {KBM_CONTROL_SET_CURRENT, 2},
	    {KBM_CONTROL_SET_DEFAULT, 1},
	    {KBM_CONTROL_SET_LAST_KNOWN_GOOD, 3},
	    {1, 1},
	    {4, -KBM_UNREADABLE},
	};
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	mount(&fixture, "SYSTEM");
	for (size_t i = 0; i < COUNT(cases); i++) {
		kbm_registry_select(fixture.registry, cases[i].selection);
		cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\CurrentControlSet\\" IMC, "Number"),
			     cases[i].expected));
	}
	end(&fixture);
}

Test(registry, says_what_is_wrong_with_select)
{
	static const struct {
		uint32_t type;
		const char *data;
		size_t length;
		const char *message;
	} cases[] = {
	    {KBM_REG_DWORD, "\0\0\0\0", 4, "is 0, which is no control set"},
	    {KBM_REG_DWORD, "\xE8\x03\0\0", 4, "is 1000, which is no control set"},
	    {KBM_REG_DWORD, "\1\0", 2, "no REG_DWORD (type 4, 2 bytes)"},
	    {KBM_REG_SZ, "1\0\0\0", 4, "no REG_DWORD (type 1, 4 bytes)"},
	    {KBM_REG_DWORD, "\7\0\0\0", 4, "has no ControlSet007"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		make_system(&fixture);
		set(&fixture, "Select", "Current", cases[i].type, cases[i].data, cases[i].length);
		open_hive(&fixture);
		mount(&fixture, "SYSTEM");
		char name[32];
		enum kbm_code code =
		    kbm_registry_control_set(fixture.registry, name, &fixture.error);
		cr_expect(eq(int, (int)code, KBM_UNREADABLE), "row %zu", i);
		cr_expect(ne(ptr, strstr(fixture.error.message, cases[i].message), NULL),
			  "row %zu: %s", i, fixture.error.message);
		cr_expect(ne(ptr, strstr(fixture.error.message, "--control-set"), NULL));
		/* What needs no Select can be read. */
		cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\ControlSet001\\" IMC, "Number"), 1));
		end(&fixture);
	}
}

Test(registry, takes_the_literal_key_of_a_fragment)
{
	for (int kind = 0; kind < 4; kind++) {
		struct fixture fixture;
		char name[32] = "";
		begin(&fixture);
		if (kind != 3)
			set_number(&fixture, "CurrentControlSet\\" IMC, "Number", 9);
		if (kind == 1) /* Select names a set that the export left out */
			set_number(&fixture, "Select", "Current", 5);
		if (kind == 2) { /* Select names one that is there */
			set_number(&fixture, "Select", "Current", 1);
			set_number(&fixture, "ControlSet001\\" IMC, "Number", 1);
		}
		set_number(&fixture, "Other", "x", 1);
		open_hive(&fixture);
		enum kbm_code code =
		    kbm_registry_control_set(fixture.registry, name, &fixture.error);
		cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
		mount(&fixture, "SYSTEM");
		code = kbm_registry_control_set(fixture.registry, name, &fixture.error);
		int got = get(&fixture, "HKLM\\SYSTEM\\CurrentControlSet\\" IMC, "Number");
		if (kind == 3) {
			cr_expect(eq(int, (int)code, KBM_UNREADABLE));
			cr_expect(eq(int, got, -KBM_UNREADABLE));
			cr_expect(ne(ptr, strstr(fixture.error.message, "no Select key"), NULL));
		} else {
			cr_expect(eq(int, (int)code, KBM_OK));
			cr_expect(
			    eq(int, strcmp(name, kind == 2 ? "ControlSet001" : "CurrentControlSet"),
			       0));
			cr_expect(eq(int, got, kind == 2 ? 1 : 9));
		}
		end(&fixture);
	}
}

Test(registry, says_which_hive_is_missing)
{
	static const struct {
		const char *path;
		const char *message;
	} cases[] = {
	    {"HKLM\\SOFTWARE\\Microsoft", "has no SOFTWARE hive"},
	    {"HKCR\\.txt", "has no SOFTWARE hive"},
	    {"HKLM\\HARDWARE\\DESCRIPTION", "HARDWARE is volatile"},
	    {"HKCU\\Software", "NTUSER.DAT"},
	    {"HKU\\.DEFAULT\\Software", "has no HKU\\.DEFAULT hive"},
	    {"HKCC\\Software", "HKCC is volatile"},
	};
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	mount(&fixture, "SYSTEM");
	for (size_t i = 0; i < COUNT(cases); i++) {
		cr_expect(eq(int, get(&fixture, cases[i].path, "x"), -KBM_UNREADABLE), "row %zu",
			  i);
		cr_expect(ne(ptr, strstr(fixture.error.message, cases[i].message), NULL), "%s",
			  fixture.error.message);
	}
	end(&fixture);
}

Test(registry, mounts_a_place_once)
{
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	cr_expect(eq(int, (int)mount(&fixture, "SYSTEM"), KBM_OK));
	cr_expect(eq(int, (int)mount(&fixture, "System"), KBM_USAGE));
	cr_expect(eq(int, (int)mount(&fixture, ""), KBM_USAGE));
	cr_expect(eq(int, (int)mount(&fixture, "HKU\\.DEFAULT"), KBM_OK));
	cr_expect(eq(int, get(&fixture, "HKEY_USERS\\.default\\Select", "Current"), 2));
	for (unsigned i = 2; i < KBM_REGISTRY_MAX_MOUNTS; i++) {
		char name[32];
		snprintf(name, sizeof name, "HKU\\S-1-5-%u", i);
		cr_expect(eq(int, (int)mount(&fixture, name), KBM_OK));
	}
	cr_expect(eq(int, (int)mount(&fixture, "SAM"), KBM_LIMIT));
	end(&fixture);
}

Test(registry, names_the_users_where_the_current_one_is_asked_for)
{
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "Software", "n", 3);
	open_hive(&fixture);
	const char *none = kbm_registry_user(fixture.registry, 0);
	cr_expect(eq(ptr, (void *)none, NULL));
	mount(&fixture, "SOFTWARE");
	mount(&fixture, "HKU\\alice");
	mount(&fixture, "HKU\\alice\\Software\\Classes");
	mount(&fixture, "HKU\\S-1-5-21-1_Classes");
	mount(&fixture, "HKU\\bob");
	cr_expect(eq(str, (char *)kbm_registry_user(fixture.registry, 0), (char *)"alice"));
	cr_expect(eq(str, (char *)kbm_registry_user(fixture.registry, 1), (char *)"bob"));
	none = kbm_registry_user(fixture.registry, 2);
	cr_expect(eq(ptr, (void *)none, NULL));
	cr_expect(eq(int, get(&fixture, "HKCU\\Software", "n"), -KBM_UNREADABLE));
	char *named = strstr(fixture.error.message, "name one of HKU\\alice, HKU\\bob");
	cr_expect(ne(ptr, named, NULL), "%s", fixture.error.message);
	for (unsigned i = 0; i < 5; i++) {
		char name[32];
		snprintf(name, sizeof name, "HKU\\user%u", i);
		mount(&fixture, name);
	}
	get(&fixture, "HKEY_CURRENT_USER\\Software", "n");
	named = strstr(fixture.error.message, "HKU\\alice, HKU\\bob, HKU\\user0 and 4 more");
	cr_expect(ne(ptr, named, NULL), "%s", fixture.error.message);
	end(&fixture);
}

Test(registry, knows_nothing_of_a_hive_that_cannot_be_read)
{
	static const char problem[] = "/mnt/NTUSER.DAT: is cut";
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "Software", "n", 3);
	open_hive(&fixture);
	enum kbm_code code =
	    kbm_registry_mount_unreadable(fixture.registry, "HKU\\bob", problem, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_expect(eq(int, (int)mount(&fixture, "HKU\\BOB"), KBM_USAGE));
	cr_expect(eq(int, (int)mount(&fixture, "HKU\\alice"), KBM_OK));
	cr_expect(eq(int, get(&fixture, "HKU\\alice\\Software", "n"), 3));
	for (int lenient = 0; lenient < 2; lenient++) {
		cr_expect(eq(int, get(&fixture, "HKU\\bob\\Software", "n"), -KBM_UNREADABLE));
		char *said = strstr(fixture.error.message, problem);
		cr_expect(ne(ptr, said, NULL), "%s", fixture.error.message);
		struct kbm_registry_place place;
		code = fixture.service.resolve(fixture.service.context, "HKU\\bob\\x", &place,
					       &fixture.error);
		cr_expect(eq(int, (int)code, KBM_UNREADABLE));
		kbm_registry_allow_dirty(fixture.registry);
	}
	cr_expect(eq(str, (char *)kbm_registry_user(fixture.registry, 0), (char *)"bob"));
	code = kbm_registry_mount_unreadable(fixture.registry, "SYSTEM", problem, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	char name[32];
	code = kbm_registry_control_set(fixture.registry, name, &fixture.error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	end(&fixture);
}

Test(registry, says_why_a_hive_is_broken_that_may_be_any)
{
	static const char problem[] = "/mnt/piece: is the beginning of a registry hive";
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "Software", "n", 3);
	open_hive(&fixture);
	cr_expect(eq(ptr, (void *)kbm_registry_unplaced(fixture.registry), NULL));
	enum kbm_code code =
	    kbm_registry_mount_unreadable(fixture.registry, "", problem, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_registry_mount_unreadable(fixture.registry, "", "another", &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_expect(eq(str, (char *)kbm_registry_unplaced(fixture.registry), (char *)problem));
	cr_expect(eq(int, (int)mount(&fixture, "HKU\\alice"), KBM_OK));
	cr_expect(eq(int, get(&fixture, "HKU\\alice\\Software", "n"), 3));
	cr_expect(eq(int, get(&fixture, "HKU\\alice\\Nothing", "n"), -KBM_NOT_FOUND));
	cr_expect(eq(ptr, (void *)kbm_registry_user(fixture.registry, 1), NULL));
	static const char *const elsewhere[] = {"HKU\\bob\\x", "HKLM\\SYSTEM\\Select",
						"HKLM\\SOFTWARE", "HKCR\\.txt"};
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
		cr_expect(eq(int, get(&fixture, elsewhere[i], "n"), -KBM_UNREADABLE));
		char *said = strstr(fixture.error.message, problem);
		cr_expect(ne(ptr, said, NULL), "%s", fixture.error.message);
	}
	end(&fixture);
}

Test(registry, sees_a_users_classes_inside_the_users_hive)
{
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "Software\\Classes\\.txt", "n", 1);
	set_number(&fixture, ".txt", "n", 2);
	set_number(&fixture, "Software", "n", 3);
	open_hive(&fixture);
	mount(&fixture, "NTUSER.DAT");
	cr_expect(eq(int, get(&fixture, "HKCU\\Software\\Classes\\.txt", "n"), 1));
	mount(&fixture, "UsrClass.dat");
	cr_expect(eq(int, get(&fixture, "HKCU\\Software\\Classes\\.txt", "n"), 2));
	cr_expect(eq(int, get(&fixture, "HKCU\\Software", "n"), 3));
	end(&fixture);
}

Test(registry, mounts_the_hives_of_an_export)
{
	struct fixture fixture;
	begin(&fixture);
	set_number(&fixture, "HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\" IMC, "n", 1);
	set_number(&fixture, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\.x", "n", 2);
	set_number(&fixture, "HKEY_LOCAL_MACHINE\\HARDWARE\\x", "n", 3);
	set_number(&fixture, "HKEY_USERS\\.DEFAULT\\Software", "n", 4);
	set_number(&fixture, "HKEY_CURRENT_USER\\Software", "n", 5);
	open_hive(&fixture);
	enum kbm_code code =
	    kbm_registry_mount_image(fixture.registry, fixture.hive, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture.error.message);
	cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\CurrentControlSet\\" IMC, "n"), 1));
	cr_expect(eq(int, get(&fixture, "HKCR\\.x", "n"), 2));
	cr_expect(eq(int, get(&fixture, "HKLM\\HARDWARE\\x", "n"), 3));
	cr_expect(eq(int, get(&fixture, "HKU\\.DEFAULT\\Software", "n"), 4));
	cr_expect(eq(int, get(&fixture, "HKCU\\Software", "n"), 5));
	cr_expect(eq(int, get(&fixture, "HKLM\\SAM\\SAM", "n"), -KBM_UNREADABLE));
	struct kbm_registry_place place;
	code = fixture.service.resolve(fixture.service.context,
				       "hklm\\system\\currentcontrolset\\services\\NEW\\Key",
				       &place, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_expect(eq(str, place.hive, (char *)"SYSTEM"));
	cr_expect(eq(str, place.path, (char *)"CurrentControlSet\\Services\\NEW\\Key"));
	kbm_place_clear(&place);
	end(&fixture);
}

/* HKCR is shorter than where it leads. */
Test(registry, refuses_a_path_below_hkcr_that_is_too_long_where_it_leads)
{
	struct fixture fixture;
	static char path[KBM_PATH_MAX_BYTES];
	begin(&fixture);
	set_number(&fixture, "Classes", "n", 7);
	open_hive(&fixture);
	mount(&fixture, "SOFTWARE");
	memset(path, 'a', sizeof path - 1);
	memcpy(path, "HKCR\\", 5);
	cr_expect(eq(int, get(&fixture, path, "n"), -KBM_LIMIT));
	path[5] = '\0';
	cr_expect(eq(int, get(&fixture, path, "n"), 7));
	end(&fixture);
}

Test(registry, answers_nothing_from_a_dirty_or_cut_hive)
{
	for (int cut = 0; cut < 2; cut++) {
		struct fixture fixture;
		make_system(&fixture);
		static uint8_t filler[5000];
		set(&fixture, "Filler", "x", KBM_REG_BINARY, filler, sizeof filler);
		open_hive(&fixture);
		kbm_hive_close(fixture.hive);
		fixture.image.data[4] ^= cut ? 0 : 1;
		enum kbm_code code =
		    kbm_hive_open(fixture.image.data, fixture.image.length - (cut ? 4096 : 0),
				  &fixture.hive, &fixture.error);
		cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture.error.message);
		mount(&fixture, "SYSTEM");
		char name[32];
		struct kbm_registry_place place;
		const char *word = cut ? "the hive is cut" : "the hive is dirty";
		cr_expect(
		    eq(int, get(&fixture, "HKLM\\SYSTEM\\Select", "Current"), -KBM_UNREADABLE));
		cr_expect(ne(ptr, strstr(fixture.error.message, word), NULL), "%s",
			  fixture.error.message);
		/* What to do is said whole, however long the path is. */
		const char *way_out = cut ? "; copy it again"
					  : "; use reg export on the server, or copy it after a "
					    "clean shutdown";
		char path[200] = "HKLM\\SYSTEM\\";
		memset(path + strlen(path), 'x', sizeof path - strlen(path) - 1);
		path[sizeof path - 1] = '\0';
		cr_expect(eq(int, get(&fixture, path, "x"), -KBM_UNREADABLE));
		size_t length = strlen(fixture.error.message);
		cr_expect(length > strlen(way_out) &&
			      strcmp(fixture.error.message + length - strlen(way_out), way_out) ==
				  0,
			  "%s", fixture.error.message);
		code = kbm_registry_control_set(fixture.registry, name, &fixture.error);
		cr_expect(eq(int, (int)code, KBM_UNREADABLE));
		code = fixture.service.resolve(fixture.service.context, "HKLM\\SYSTEM\\Select",
					       &place, &fixture.error);
		cr_expect(eq(int, (int)code, KBM_UNREADABLE));
		kbm_registry_allow_dirty(fixture.registry);
		int looked = get(&fixture, "HKLM\\SYSTEM\\Select", "Current");
		cr_expect(eq(int, looked, cut ? -KBM_UNREADABLE : 2));
		if (cut)
			cr_expect(ne(ptr, strstr(fixture.error.message, "beyond the end"), NULL));
		end(&fixture);
	}
}

/* Where it is known what became of the logs, that is said, and no more of the state than fits. */
Test(registry, says_why_logs_do_not_mend_a_dirty_hive)
{
	static const struct {
		size_t byte; /* of the base block: the sequence number's, or one of its name */
		bool sealed;
		const char *said;
	} rows[] = {
	    {4, true, "the hive is dirty: no log: copy it"},
	    {48, false,
	     "the hive is dirty: the checksum of its base block is wrong; no log: copy it"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture fixture;
		make_system(&fixture);
		open_hive(&fixture);
		kbm_hive_close(fixture.hive);
		uint8_t *base = fixture.image.data;
		base[rows[i].byte] ^= 1;
		uint32_t sum = rows[i].sealed ? kbm_hive_checksum(base) : 0;
		if (rows[i].sealed)
			memcpy(base + 508, &sum, sizeof sum);
		enum kbm_code code =
		    kbm_hive_open(base, fixture.image.length, &fixture.hive, &fixture.error);
		cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture.error.message);
		code = kbm_registry_mount_dirty(fixture.registry, "SYSTEM", fixture.hive,
						"no log: copy it", &fixture.error);
		cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture.error.message);
		cr_expect(
		    eq(int, get(&fixture, "HKLM\\SYSTEM\\Select", "Current"), -KBM_UNREADABLE));
		const char *said = strstr(fixture.error.message, "the hive is");
		cr_expect(said != NULL && strcmp(said, rows[i].said) == 0, "%s",
			  fixture.error.message);
		kbm_registry_allow_dirty(fixture.registry);
		cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\Select", "Current"), 2));
		end(&fixture);
	}
}

Test(registry, follows_no_symbolic_link)
{
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	mount(&fixture, "SYSTEM");
	kbm_cell cell = 0;
	enum kbm_code code = kbm_hive_find_key(fixture.hive, kbm_hive_root(fixture.hive),
					       "ControlSet003\\Services", &cell, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	fixture.image.data[4096 + cell + 4 + 2] |= 0x10;
	cr_expect(
	    eq(int, get(&fixture, "HKLM\\SYSTEM\\ControlSet003\\" IMC, "Number"), -KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(fixture.error.message, "symbolic link"), NULL));
	struct kbm_registry_place place;
	code = fixture.service.resolve(fixture.service.context,
				       "HKLM\\SYSTEM\\ControlSet003\\Services\\New", &place,
				       &fixture.error);
	cr_expect(eq(int, (int)code, KBM_UNREADABLE));
	cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\ControlSet001\\" IMC, "Number"), 1));
	end(&fixture);
}

Test(registry, lists_keys_and_values)
{
	struct fixture fixture;
	begin(&fixture);
	for (unsigned i = 0; i < 2000; i++) {
		char name[32];
		snprintf(name, sizeof name, "Keys\\k%04u", i);
		kbm_tree_create_key(fixture.tree, name, NULL);
		snprintf(name, sizeof name, "v%04u", i);
		set_number(&fixture, "Values", name, i);
	}
	open_hive(&fixture);
	mount(&fixture, "SOFTWARE");
	void *context = fixture.service.context;
	struct kbm_key key;
	struct kbm_value value;
	enum kbm_code code =
	    fixture.service.get_key(context, "HKLM\\Software\\keys", &key, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_expect(eq(int, strcmp(key.name, "Keys"), 0));
	cr_expect(eq(sz, key.subkey_count, 2000));
	cr_expect(eq(sz, key.value_count, 0));
	cr_expect(eq(u64, key.last_written, 1000));
	size_t wrong = 0;
	for (size_t i = 0; i < 2000; i++) {
		char name[32];
		snprintf(name, sizeof name, "k%04zu", i);
		code = fixture.service.subkey_at(context, "HKLM\\SOFTWARE\\Keys", i, &key, NULL);
		wrong += code != KBM_OK || strcmp(key.name, name) != 0;
		code = fixture.service.value_at(context, "HKLM\\SOFTWARE\\Values", i, &value, NULL);
		wrong += code != KBM_OK || value.length != 4;
	}
	cr_expect(eq(sz, wrong, 0));
	code = fixture.service.subkey_at(context, "HKLM\\SOFTWARE\\Keys", 2000, &key, NULL);
	cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
	code = fixture.service.value_at(context, "HKLM\\SOFTWARE\\Values", 2000, &value, NULL);
	cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
	end(&fixture);
}

/* As get_value with the subkey's path: code, and where there is one, the value. */
static void expect_below_as_by_path(struct fixture *fixture, const char *path, size_t count,
				    const char *name)
{
	const struct kbm_registry_service *service = &fixture->service;
	size_t length = strlen(name);
	for (size_t i = 0; i < count; i++) {
		struct kbm_key key = {0};
		struct kbm_value value = {0};
		struct kbm_error error = {0};
		struct kbm_error expected = {0};
		char below[400];
		int code = (int)service->value_below(service->context, path, i, name, length, &key,
						     &value, &error);
		cr_assert(ne(ptr, (void *)key.name, NULL), "%zu: %s", i, error.message);
		size_t used = value.length;
		uint8_t first = code == KBM_OK ? value.data[0] : 0;
		bool is_closed = path[strlen(path) - 1] == '\\';
		snprintf(below, sizeof below, "%s%s%s", path, is_closed ? "" : "\\", key.name);
		int by_path = (int)service->get_value(service->context, below, name, length, &value,
						      &expected);
		cr_expect(eq(int, code, by_path), "%s", below);
		cr_expect(code == KBM_OK || code == KBM_NOT_FOUND ||
			      strcmp(error.message, expected.message) == 0,
			  "%s, not %s", error.message, expected.message);
		cr_expect(code != KBM_OK || (used == value.length && first == value.data[0]));
	}
	struct kbm_key key = {.name = "x"};
	struct kbm_value value = {0};
	int code = (int)service->value_below(service->context, path, count, name, length, &key,
					     &value, NULL);
	cr_expect(eq(int, code, KBM_NOT_FOUND));
	cr_expect(eq(ptr, (void *)key.name, NULL));
}

Test(registry, tells_the_values_below_a_key)
{
	struct fixture fixture;
	begin(&fixture);
	for (unsigned i = 0; i < 2000; i++) {
		char name[32];
		snprintf(name, sizeof name, "Keys\\k%04u", i);
		kbm_tree_create_key(fixture.tree, name, NULL);
		if (i % 3 == 0)
			set_number(&fixture, name, "Type", i);
	}
	open_hive(&fixture);
	mount(&fixture, "SOFTWARE");
	expect_below_as_by_path(&fixture, "HKLM\\SOFTWARE\\Keys", 2000, "type");
	expect_below_as_by_path(&fixture, "HKEY_LOCAL_MACHINE\\Software\\keys\\", 2000, "No");
	expect_below_as_by_path(&fixture, "HKLM\\SOFTWARE\\Keys\\k0000", 0, "Type");
	expect_below_as_by_path(&fixture, "HKLM\\SOFTWARE\\None", 0, "Type");
	end(&fixture);
}

Test(registry, tells_below_a_key_of_links_and_damage_as_by_path)
{
	struct fixture fixture;
	make_system(&fixture);
	open_hive(&fixture);
	mount(&fixture, "SYSTEM");
	kbm_cell cell = 0;
	const char *const changed[] = {"ControlSet001\\Services", "ControlSet003"};
	for (size_t i = 0; i < 2; i++) {
		enum kbm_code code = kbm_hive_find_key(fixture.hive, kbm_hive_root(fixture.hive),
						       changed[i], &cell, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		uint8_t *record = fixture.image.data + 4096 + cell + 4;
		if (i == 0)
			record[2] |= 0x10; /* a symbolic link */
		else
			memset(record + 40, 0x7F, 4); /* where its values' list is */
	}
	struct kbm_key root = {0};
	enum kbm_code code =
	    fixture.service.get_key(fixture.service.context, "HKLM\\SYSTEM", &root, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	expect_below_as_by_path(&fixture, "HKLM\\SYSTEM", root.subkey_count, "Current");
	code = fixture.service.get_key(fixture.service.context, "HKLM\\SYSTEM\\ControlSet001",
				       &root, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK));
	expect_below_as_by_path(&fixture, "HKLM\\SYSTEM\\ControlSet001", root.subkey_count, "x");
	end(&fixture);
}

Test(registry, guesses_a_hive_by_its_content)
{
	static const struct {
		const char *keys[2];
		const char *name;
	} cases[] = {
	    {{"Select", "ControlSet001"}, "SYSTEM"},
	    {{"Select", "ControlSet002"}, "SYSTEM"},
	    {{"Microsoft", "Classes"}, "SOFTWARE"},
	    {{"SAM\\Domains", "SAM"}, "SAM"},
	    {{"Policy", "RXACT"}, "SECURITY"},
	    {{"Software", "Control Panel"}, "NTUSER.DAT"},
	    {{"Local Settings", "x"}, "UsrClass.dat"},
	    {{"Select", "x"}, ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		begin(&fixture);
		kbm_tree_create_key(fixture.tree, cases[i].keys[0], NULL);
		kbm_tree_create_key(fixture.tree, cases[i].keys[1], NULL);
		open_hive(&fixture);
		const char *name = kbm_registry_guess_name(fixture.hive, NULL);
		cr_expect(eq(int, strcmp(name, cases[i].name), 0), "row %zu: %s", i, name);
		end(&fixture);
	}
}

/* Makes the list of the root's subkeys lie nowhere. */
static void damage_root(struct fixture *fixture)
{
	enum { BASE_BLOCK = 4096, ROOT_AT = 36, CELL_HEADER = 4, LIST_AT = 28 };
	uint8_t *bytes = fixture->image.data;
	size_t root = bytes[ROOT_AT] | (size_t)bytes[ROOT_AT + 1] << 8;
	memset(bytes + BASE_BLOCK + root + CELL_HEADER + LIST_AT, 0x7F, 4);
}

Test(registry, guesses_a_damaged_hive_by_its_file_name)
{
	static const struct {
		const char *file;
		const char *name;
	} cases[] = {
	    {"SystemRoot\\System32\\Config\\SAM", "SAM"},
	    {"SYSTEM.ALT", "SYSTEM"},
	    {"\\??\\C:\\WINNT\\config\\software", "SOFTWARE"},
	    {"ntuser.dat", "NTUSER.DAT"},
	    {"SYSTEM32", ""},
	    {"SAM\\x", ""},
	    {"", ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		struct kbm_error damage;
		begin(&fixture);
		fixture.file_name = cases[i].file;
		kbm_tree_create_key(fixture.tree, "x", NULL);
		open_hive(&fixture);
		const char *name = kbm_registry_guess_name(fixture.hive, &damage);
		cr_expect(damage.code == KBM_OK && name[0] == '\0', "row %zu, intact: %s", i, name);
		damage_root(&fixture);
		name = kbm_registry_guess_name(fixture.hive, &damage);
		cr_expect(eq(int, strcmp(name, cases[i].name), 0), "row %zu: %s", i, name);
		cr_expect(eq(int, (int)damage.code, KBM_UNREADABLE), "row %zu", i);
		cr_expect(ne(ptr, strstr(damage.message, "offset 0x"), NULL), "%s", damage.message);
		end(&fixture);
	}
}

Test(registry, writes_places_as_paths)
{
	static const struct {
		char *hive;
		char *path;
		const char *text;
	} cases[] = {
	    {"SYSTEM", "ControlSet001\\X", "HKLM\\SYSTEM\\ControlSet001\\X"},
	    {"SOFTWARE", "", "HKLM\\SOFTWARE"},
	    {"HKU\\.DEFAULT", "a", "HKU\\.DEFAULT\\a"},
	    {"NTUSER.DAT", "Software", "HKCU\\Software"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_registry_place place = {cases[i].hive, cases[i].path};
		struct kbm_bytes out;
		kbm_bytes_init(&out, 100);
		bool fits = kbm_registry_place_text(&place, &out);
		cr_expect(eq(int, (int)fits, 1));
		cr_expect(eq(int, strcmp(kbm_bytes_text(&out), cases[i].text), 0), "%s",
			  kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
	}
}

/* --- exports of a part ---------------------------------------------------------------------------
 */

#define SERVICES "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"

/* Where an export ends, its silence says nothing; inside it, silence means absent. */
static const struct {
	const char *lines;
	const char *path;
	int expected; /* as look() gives it */
} GAPS[] = {
    {"[" SERVICES "\\IMC]", SERVICES "\\IMC", 0},
    {"[" SERVICES "\\IMC]", SERVICES "\\imc\\Parameters", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC]", SERVICES "\\imc\\Parameters\\Deep", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC]", SERVICES, 1}, /* it is there, whatever else it holds */
    {"[" SERVICES "\\IMC]", SERVICES "\\MTA", -KBM_UNREADABLE},
    {"[" SERVICES "\\IMC]", SERVICES "\\MTA\\Parameters", -KBM_UNREADABLE},
    {"[" SERVICES "\\IMC]", "HKLM\\SYSTEM\\Select", -KBM_UNREADABLE},
    {"[" SERVICES "\\IMC]", "HKLM\\SYSTEM", 1},
    {"[" SERVICES "\\IMC]", "HKLM\\SOFTWARE\\Microsoft", -KBM_UNREADABLE},
    /* Listed later, or spelled in another way: the same. */
    {"[" SERVICES "\\IMC\\P]\n[" SERVICES "\\IMC]", SERVICES "\\IMC\\Q", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC\\P]\n[hklm\\system]", SERVICES "\\MTA", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC\\P]\n[HKLM]", SERVICES "\\MTA", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC\\P]\n[HKLM]", "HKLM\\SAM\\SAM", -KBM_UNREADABLE},
    /* What a file deletes is absent, and nothing is said of its neighbours. */
    {"[" SERVICES "\\IMC]\n[-" SERVICES "\\MTA]", SERVICES "\\mta", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC]\n[-" SERVICES "\\MTA]", SERVICES "\\MTA\\P\\Q", -KBM_NOT_FOUND},
    {"[" SERVICES "\\IMC]\n[-" SERVICES "\\MTA]", SERVICES "\\SA", -KBM_UNREADABLE},
    {"[" SERVICES "\\IMC]\n[-" SERVICES "\\MTA]", SERVICES, 1},
    {"[" SERVICES "\\IMC]\n[-" SERVICES "\\IMC]", SERVICES "\\IMC", -KBM_NOT_FOUND},
    {"[" SERVICES "\\MTA\\P]\n[-" SERVICES "\\MTA]", SERVICES "\\MTA\\P", -KBM_NOT_FOUND},
    {"[" SERVICES "\\A]\n[-" SERVICES "\\MTA\\P]", SERVICES "\\MTA\\P", -KBM_NOT_FOUND},
    {"[" SERVICES "\\A]\n[-" SERVICES "\\MTA\\P]", SERVICES "\\MTA", -KBM_UNREADABLE},
    {"[" SERVICES "\\A]\n[-" SERVICES "\\MTA\\P]", SERVICES "\\MTA\\Q", -KBM_UNREADABLE},
    {"[-" SERVICES "\\MTA\\P]\n[-" SERVICES "\\MTA]\n[" SERVICES "\\A]", SERVICES "\\MTA\\Q",
     -KBM_NOT_FOUND},
    {"[-" SERVICES "\\MTA\\P]\n[" SERVICES "]", SERVICES "\\MTA", -KBM_NOT_FOUND},
    {"[" SERVICES "]\n[-" SERVICES "\\MTA\\P]", SERVICES "\\MTA", -KBM_NOT_FOUND},
    /* What comes back after that is as the file says, and whole. */
    {"[-" SERVICES "\\MTA]\n[" SERVICES "\\MTA\\P]", SERVICES "\\MTA", 1},
    {"[-" SERVICES "\\MTA]\n[" SERVICES "\\MTA\\P]", SERVICES "\\MTA\\Q", -KBM_NOT_FOUND},
    {"[-" SERVICES "\\MTA\\P]\n[" SERVICES "\\MTA\\R]", SERVICES "\\MTA\\P", -KBM_NOT_FOUND},
    {"[-" SERVICES "\\MTA\\P]\n[" SERVICES "\\MTA\\R]", SERVICES "\\MTA\\Q", -KBM_UNREADABLE},
    {"[-HKLM\\SYSTEM]", "HKLM\\SYSTEM\\Select", -KBM_UNREADABLE},
};

Test(registry, takes_silence_outside_an_export_for_no_answer)
{
	for (size_t i = 0; i < COUNT(GAPS); i++) {
		struct fixture fixture;
		open_export(&fixture, GAPS[i].lines);
		cr_expect(eq(int, look(&fixture, GAPS[i].path), GAPS[i].expected), "row %zu: %s", i,
			  fixture.error.message);
		end(&fixture);
	}
}

Test(registry, says_what_an_export_lacks_and_the_way_out)
{
	struct fixture fixture;
	open_export(&fixture, "[" SERVICES "\\IMC]\n\"n\"=dword:1\n");
	cr_expect(eq(int, get(&fixture, SERVICES "\\IMC", "n"), 1));
	cr_expect(eq(int, get(&fixture, SERVICES "\\IMC", "other"), -KBM_NOT_FOUND));
	cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\CurrentControlSet\\Services", "n"),
		     -KBM_UNREADABLE));
	cr_expect(eq(str, fixture.error.message,
		     (char *)"HKLM\\SYSTEM\\CurrentControlSet\\Services: the export holds only a "
			     "part of this key; export the whole of HKLM\\SYSTEM"));
	cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\Setup", "n"), -KBM_UNREADABLE));
	cr_expect(
	    eq(str, fixture.error.message,
	       (char *)"HKLM\\SYSTEM\\Setup: the export does not hold it; export the whole of "
		       "HKLM\\SYSTEM"));
	/* A name can be given to what is not held: it is no look. */
	struct kbm_registry_place place;
	enum kbm_code code = fixture.service.resolve(fixture.service.context, SERVICES "\\New\\Key",
						     &place, &fixture.error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", fixture.error.message);
	cr_expect(eq(str, place.path, (char *)"CurrentControlSet\\Services\\New\\Key"));
	kbm_place_clear(&place);
	end(&fixture);
}

Test(registry, lists_a_part_of_a_key_for_a_person_only)
{
	const char *path = SERVICES;
	struct fixture fixture;
	struct kbm_key key;
	struct kbm_value value;
	open_export(&fixture, "[" SERVICES "\\IMC]\n[-" SERVICES "\\MTA]\n");
	void *context = fixture.service.context;
	int code = (int)fixture.service.subkey_at(context, path, 0, &key, NULL);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	code = (int)fixture.service.subkey_at(context, SERVICES "\\IMC", 0, &key, NULL);
	cr_expect(eq(int, code, KBM_NOT_FOUND));
	kbm_registry_allow_dirty(fixture.registry);
	code = (int)fixture.service.subkey_at(context, path, 0, &key, NULL);
	cr_expect(eq(int, code, KBM_OK));
	cr_expect(eq(int, strcmp(key.name, "IMC"), 0));
	code = (int)fixture.service.subkey_at(context, path, 1, &key, NULL);
	cr_expect(eq(int, code, KBM_NOT_FOUND)); /* what is absent is not listed */
	code = (int)fixture.service.value_at(context, path, 0, &value, NULL);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	bool is_partial = false;
	kbm_registry_is_partial(fixture.registry, path, &is_partial, NULL);
	cr_expect(is_partial == true);
	kbm_registry_is_partial(fixture.registry, SERVICES "\\IMC", &is_partial, NULL);
	cr_expect(is_partial == false);
	end(&fixture);
}

Test(registry, tells_the_control_set_of_a_part_where_it_can)
{
	static const struct {
		const char *lines;
		int selection;
		const char *expected; /* or the message */
	} cases[] = {
	    {"[" SERVICES "\\IMC]", 0, "CurrentControlSet"},
	    {"[HKLM\\SYSTEM\\ControlSet001\\Services\\IMC]", 0,
	     "the export does not hold HKLM\\SYSTEM\\Select, so CurrentControlSet is unknown: "
	     "name it with --control-set N"},
	    {"[HKLM\\SYSTEM\\ControlSet001\\Services\\IMC]", 1, "ControlSet001"},
	    {"[HKLM\\SYSTEM\\ControlSet001\\Services\\IMC]", 2,
	     "the export does not hold ControlSet002, which --control-set names: name another one "
	     "with --control-set N"},
	    {"[HKLM\\SYSTEM\\Select]\n\"Current\"=dword:2\n", 0,
	     "the export does not hold ControlSet002, which Current names: name another one with "
	     "--control-set N"},
	    {"[HKLM\\SYSTEM]\n[HKLM\\SYSTEM\\ControlSet001]", 0,
	     "HKLM\\SYSTEM has no Select key, so CurrentControlSet is unknown: name it with "
	     "--control-set N"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture fixture;
		char name[32] = "";
		open_export(&fixture, cases[i].lines);
		kbm_registry_select(fixture.registry, cases[i].selection);
		enum kbm_code code =
		    kbm_registry_control_set(fixture.registry, name, &fixture.error);
		const char *found = code == KBM_OK ? name : fixture.error.message;
		cr_expect(eq(int, strcmp(found, cases[i].expected), 0), "row %zu: %s", i, found);
		end(&fixture);
	}
}

/* The same image, given as a hive: what a file keeps in those fields means nothing there. */
Test(registry, asks_no_hive_for_the_gaps_of_an_export)
{
	struct fixture fixture;
	open_export(&fixture, "[HKU\\Select\\Known]\n[-HKU\\Select\\Gone]\n");
	kbm_registry_free(fixture.registry);
	kbm_registry_make(&fixture.registry, NULL);
	fixture.service = kbm_registry_service(fixture.registry);
	mount(&fixture, "SYSTEM");
	cr_expect(eq(int, look(&fixture, "HKLM\\SYSTEM\\HKEY_USERS\\Select"), 1));
	cr_expect(eq(int, look(&fixture, "HKLM\\SYSTEM\\HKEY_USERS\\None"), -KBM_NOT_FOUND));
	cr_expect(eq(int, look(&fixture, "HKLM\\SYSTEM\\Other"), -KBM_NOT_FOUND));
	cr_expect(eq(int, get(&fixture, "HKLM\\SYSTEM\\HKEY_USERS", "n"), -KBM_NOT_FOUND));
	end(&fixture);
}
