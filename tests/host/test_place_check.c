/* plan/place_check: the path that is shown and the one that is meant. */
#include "plan/place_check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct {
	const char *path;
	const char *hive;
	const char *physical;
	const char *control_set;
	bool is_one;
} places[] = {
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet001\\X", "ControlSet001", true},
    {"hkey_local_machine\\system\\currentcontrolset\\x", "SYSTEM", "ControlSet001\\X",
     "ControlSet001", true},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X\\", "SYSTEM", "ControlSet001\\X", "ControlSet001", true},
    {"HKLM\\SYSTEM\\ControlSet002\\X", "SYSTEM", "ControlSet002\\X", "ControlSet001", true},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "CurrentControlSet\\X", "CurrentControlSet",
     true},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet003\\X", NULL, true},
    {"HKLM\\SYSTEM", "SYSTEM", "", "ControlSet001", true},
    {"HKLM\\SOFTWARE\\\xC3\x84", "SOFTWARE", "\xC3\xA4", NULL, true},
    {"HKU\\.DEFAULT\\X", "HKU\\.DEFAULT", "X", NULL, true},
    /* another control set, key, depth, hive or root */
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet002\\X", "ControlSet001", false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "Select\\X", NULL, false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet001\\Y", "ControlSet001", false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet001", "ControlSet001", false},
    {"HKLM\\SYSTEM\\CurrentControlSet", "SYSTEM", "ControlSet001\\X", "ControlSet001", false},
    {"HKLM\\SOFTWARE\\Evil", "SYSTEM", "Evil", NULL, false},
    {"HKLM\\SYSTEM\\Evil", "SOFTWARE", "Evil", NULL, false},
    {"HKLM\\SOFTWARE\\CurrentControlSet", "SOFTWARE", "ControlSet001", NULL, false},
    {"HKLM\\SYSTEM\\X\\CurrentControlSet", "SYSTEM", "X\\ControlSet001", "ControlSet001", false},
    {"Evil", "SYSTEM", "Evil", NULL, false},
    {"", "SYSTEM", "", NULL, false},
    {NULL, "SYSTEM", "X", NULL, false},
    {"HKLM\\SYSTEM\\X", NULL, NULL, NULL, false},
};

Test(place_check, tells_whether_two_paths_are_one_place)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const struct kbm_place place = {.kind =
						    i % 2 == 0 ? KBM_PLACE_KEY : KBM_PLACE_VALUE,
						.path = (char *)places[i].path,
						.hive = (char *)places[i].hive,
						.physical = (char *)places[i].physical,
						.name = i % 2 == 0 ? NULL : "v",
						.name_length = i % 2};
		bool is_one = kbm_place_is_one(&place, places[i].control_set);
		cr_expect(eq(int, is_one, places[i].is_one), "row %zu", i);
	}
}

Test(place_check, asks_nothing_of_other_places)
{
	const struct kbm_place none = {0};
	const struct kbm_place entry = {.kind = KBM_PLACE_ENTRY, .path = "o=Contoso"};
	cr_expect(kbm_place_is_one(&none, NULL) && kbm_place_is_one(&entry, NULL));
}
