/* Places that a plan shows, and those that it means. */
#include "plan/plan_places.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct place_case {
	const char *path;
	const char *hive;
	const char *physical;
	bool same;
};

static const struct place_case cases[] = {
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "SYSTEM", "ControlSet003\\Services", true},
    {"HKEY_LOCAL_MACHINE\\System\\currentcontrolset\\SERVICES", "SYSTEM", "ControlSet003\\services",
     true},
    {"HKLM\\SYSTEM\\CurrentControlSet", "SYSTEM", "ControlSet003", true},
    {"HKLM\\SYSTEM", "SYSTEM", "", true},
    {"HKLM\\SYSTEM\\ControlSet001\\Services", "SYSTEM", "ControlSet001\\Services", true},
    {"HKLM\\SOFTWARE\\A/B", "SOFTWARE", "A/B", true},
    {"HKCU\\Software\\\xC3\x84", "NTUSER.DAT", "software\\\xC3\xA4", true},
    {"HKU\\.DEFAULT\\Software", "HKU\\.DEFAULT", "Software", true},
    /* another control set, another key, one above, one below */
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "SYSTEM", "ControlSet001\\Services", false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "SYSTEM", "CurrentControlSet\\Services", false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "SYSTEM", "ControlSet003\\Enum", false},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services", "SYSTEM", "ControlSet003", false},
    {"HKLM\\SYSTEM\\CurrentControlSet", "SYSTEM", "ControlSet003\\Services", false},
    {"HKLM\\SYSTEM\\Select", "SYSTEM", "ControlSet003\\..\\Select", false},
    /* the link is SYSTEM's alone, and at its root */
    {"HKLM\\SOFTWARE\\CurrentControlSet", "SOFTWARE", "ControlSet003", false},
    {"HKLM\\SYSTEM\\A\\CurrentControlSet", "SYSTEM", "A\\ControlSet003", false},
    /* another hive, a name that only begins alike, no path at all */
    {"HKLM\\SAM\\SAM", "SYSTEM", "SAM", false},
    {"HKLM\\SYSTEMS\\Select", "SYSTEM", "Select", false},
    {"Services", "SYSTEM", "Services", false},
    {"HKLM\\SYSTEM\\\\Select", "SYSTEM", "Select", false},
};

Test(plan_places, are_what_they_show)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_change change = {.place = {.kind = KBM_PLACE_KEY,
						      .path = (char *)cases[i].path,
						      .hive = (char *)cases[i].hive,
						      .physical = (char *)cases[i].physical}};
		const struct kbm_plan plan = {.changes = &change, .change_count = 1};
		struct kbm_error error = {0};
		enum kbm_code expected = cases[i].same ? KBM_OK : KBM_REFUSED;
		cr_expect_eq(kbm_plan_check_places(&plan, "ControlSet003", &error), expected,
			     "%zu: %s %s", i, cases[i].path, error.message);
	}
}

Test(plan_places, says_which_change)
{
	struct kbm_change changes[] = {
	    {.op = KBM_MANUAL, .text = (char *)"by hand"},
	    {.place = {.kind = KBM_PLACE_ATTRIBUTE, .path = (char *)"o=A", .name = (char *)"o"}},
	    {.place = {.kind = KBM_PLACE_VALUE,
		       .path = (char *)"HKLM\\SYSTEM\\Shown",
		       .hive = (char *)"SYSTEM",
		       .physical = (char *)"Meant",
		       .name = (char *)"x",
		       .name_length = 1}},
	};
	const struct kbm_plan plan = {.changes = changes, .change_count = COUNT(changes)};
	struct kbm_error error = {0};
	cr_assert_eq(kbm_plan_check_places(&plan, "", &error), KBM_REFUSED);
	cr_expect_str_eq(error.message,
			 "change 3 shows HKLM\\SYSTEM\\Shown, but would change SYSTEM Meant: the "
			 "plan was edited, or is for another control set");
}
