/* command/user_hive: where a user's hive is mounted. */
#include "command/user_hive.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define USER	     "NTUSER.DAT"
#define CLASSES	     "UsrClass.dat"

static const struct {
	const char *content;
	const char *path;
	const char *mounted; /* NULL: nowhere */
} cases[] = {
    {USER, "/mnt/c/Users/alice/NTUSER.DAT", "HKU\\alice"},
    {USER, "/mnt/WINNT/Profiles/Administrator/ntuser.dat", "HKU\\Administrator"},
    {USER, "/case 17//NtUser.Dat", "HKU\\case 17"},
    {USER, "/NTUSER.DAT", "HKU\\NTUSER.DAT"},
    {USER, "/copies/alice.dat", "HKU\\alice.dat"},
    {USER, "/copies/NTUSER.DAT.bak", "HKU\\NTUSER.DAT.bak"},
    {USER, "/mnt/Windows/System32/config/DEFAULT", "HKU\\.DEFAULT"},
    {USER, "/mnt/winnt/system32/config/default", "HKU\\.DEFAULT"},
    {USER, "/mnt/winnt/system32/config/default.sav", "HKU\\.DEFAULT"},
    {USER, "/mnt/Users/Default/NTUSER.DAT", "HKU\\Default"},
    {USER, "/mnt/Users/J\xC3\xBCrgen/NTUSER.DAT", "HKU\\J\xC3\xBCrgen"},
    {CLASSES, "/mnt/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat",
     "HKU\\alice\\Software\\Classes"},
    {CLASSES, "/mnt/x/bob/local settings/APPLICATION DATA/microsoft/windows/usrclass.DAT",
     "HKU\\bob\\Software\\Classes"},
    {CLASSES, "/mnt/x/bob/Lokale Einstellungen/Anwendungsdaten/Microsoft/Windows/UsrClass.dat",
     "HKU\\bob\\Software\\Classes"},
    {CLASSES, "/case17/UsrClass.dat", "HKU\\case17\\Software\\Classes"},
    {CLASSES, "/mnt/Local/Microsoft/Windows/UsrClass.dat", "HKU\\Windows\\Software\\Classes"},
    {CLASSES, "/AppData/Local/Microsoft/Windows/UsrClass.dat",
     "HKU\\UsrClass.dat\\Software\\Classes"},
    {CLASSES, "/copies/DEFAULT", "HKU\\DEFAULT\\Software\\Classes"},
    {USER, "/mnt/Users/a\\b/NTUSER.DAT", NULL},
    {USER, "/mnt/Users/\xFF/NTUSER.DAT", NULL},
};

Test(user_hive, is_mounted_by_the_place_of_its_file)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_bytes mounted;
		kbm_bytes_init(&mounted, KBM_PATH_MAX_BYTES);
		bool done = kbm_user_hive_append(cases[i].content, cases[i].path, &mounted);
		bool wanted = cases[i].mounted != NULL;
		cr_expect(eq(int, done, wanted), "row %zu", i);
		if (wanted)
			cr_expect(
			    eq(str, (char *)kbm_bytes_text(&mounted), (char *)cases[i].mounted),
			    "row %zu", i);
		kbm_bytes_clear(&mounted);
	}
}

Test(user_hive, is_told_by_its_content_or_else_its_name)
{
	static const struct {
		const char *content;
		const char *path;
		const char *is; /* NULL: none of a user */
	} rows[] = {
	    {USER, "/copies/alice", USER},	    {CLASSES, "/copies/NTUSER.DAT", CLASSES},
	    {"SYSTEM", "/copies/NTUSER.DAT", NULL}, {"", "/copies/ntuser.dat", USER},
	    {"", "USRCLASS.DAT", CLASSES},	    {"", "/config/default", USER},
	    {"", "/copies/alice.dat", NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *is = kbm_user_hive_content(rows[i].content, rows[i].path);
		bool same = is == NULL ? rows[i].is == NULL
				       : rows[i].is != NULL && strcmp(is, rows[i].is) == 0;
		cr_expect(same, "row %zu", i);
	}
}

Test(user_hive, has_a_name_that_a_key_can_have)
{
	char name[1024];
	memset(name, 'x', sizeof name);
	cr_expect(eq(int, kbm_user_hive_is_name(name, 255), 1));
	cr_expect(eq(int, kbm_user_hive_is_name(name, 256), 0));
	cr_expect(eq(int, kbm_user_hive_is_name(name, 0), 0));
	/* 127 of these take two units each */
	for (size_t i = 0; i < 128; i++)
		memcpy(name + 4 * i, "\xF0\x9F\x98\x80", 4);
	cr_expect(eq(int, kbm_user_hive_is_name(name, 4 * 127), 1));
	cr_expect(eq(int, kbm_user_hive_is_name(name, 4 * 128), 0));
}

Test(user_hive, lets_a_plan_mount_users_hives_below_HKU_only)
{
	cr_expect(eq(int, kbm_user_hive_may_be(USER, "HKU\\alice"), 1));
	cr_expect(eq(int, kbm_user_hive_may_be(CLASSES, "HKU\\alice\\Software\\Classes"), 1));
	cr_expect(eq(int, kbm_user_hive_may_be(USER, "HKU\\"), 0));
	cr_expect(eq(int, kbm_user_hive_may_be(USER, "SYSTEM"), 0));
	cr_expect(eq(int, kbm_user_hive_may_be("", "SOFTWARE"), 0));
	cr_expect(eq(int, kbm_user_hive_may_be("SYSTEM", "HKU\\alice"), 0));
	cr_expect(eq(int, kbm_user_hive_may_be("", "HKU\\alice"), 1));
}
