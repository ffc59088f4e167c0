/* report/doctor, report/report_doctor: states of an installation, judged and shown. */
#include "report/report_doctor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HASH	     "4e9630d94f0212147c81e49a4cd827665760e0394879d7c3459b9f0d35e85718"

static struct kbm_installed_file site_files[] = {
    {.path = "mine.lua", .state = KBM_FILE_SITE, .sha256 = HASH},
};
static struct kbm_installed_file stock_files[] = {
    {.path = "exchange/Q298565.lua", .state = KBM_FILE_STOCK, .sha256 = HASH},
};
static struct kbm_installed_file library_files[] = {
    {.path = "kb/exchange.lua", .state = KBM_FILE_STOCK, .sha256 = HASH},
};

/* A sound installation; tests break it. */
struct fixture {
	struct kbm_installed_folder folders[3];
	struct kbm_installed_folder stdlib;
	struct kbm_doctor doctor;
};

static struct fixture *sound(void)
{
	static char *libraries[] = {"jansson 2.14", "nettle 3.8"};
	static char *worker_libraries[] = {"Lua 5.4.4"};
	static char *directory_libraries[] = {"OpenLDAP libldap 2.5.13"};
	static struct fixture made;
	made = (struct fixture){
	    .folders = {{.path = "/home/u/scripts", .files = site_files, .file_count = 1},
			{.path = "/etc/kbmend/scripts",
			 .absent = true,
			 .reason = "No such file or directory"},
			{.path = "/usr/share/kbmend/scripts",
			 .must_exist = true,
			 .files = stock_files,
			 .file_count = 1}},
	    .stdlib = {.path = "/usr/share/kbmend/stdlib",
		       .must_exist = true,
		       .is_library = true,
		       .files = library_files,
		       .file_count = 1},
	    .doctor = {.version = "0.1.0",
		       .program = "/usr/bin/kbmend",
		       .worker = "/usr/libexec/kbmend/kbmend-worker",
		       .checkup = {.jail.landlock_version = 6,
				   .kills = true,
				   .libraries = {worker_libraries, 1}},
		       .directory = "/usr/libexec/kbmend/kbmend-directory",
		       .directory_checkup = {.jail.landlock_version = 6,
					     .kills = true,
					     .libraries = {directory_libraries, 1}},
		       .libraries = {libraries, 2},
		       .filter_library = "libseccomp 2.5.4",
		       .folders = made.folders,
		       .folder_count = 3,
		       .stdlib = &made.stdlib},
	};
	return &made;
}

static const struct kbm_report_style plain = {.utf8 = true, .width = 80};
static const struct kbm_report_style ascii = {.width = 80};
static const struct kbm_report_style quiet = {.utf8 = true, .quiet = true, .width = 80};
static const struct kbm_report_style verbose = {.utf8 = true, .verbose = true, .width = 80};

/* The report's text, until the next call. */
static const char *text_of(const struct fixture *fixture, const struct kbm_report_style *style)
{
	static char text[64 * 1024];
	struct kbm_remarks remarks = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, sizeof text - 1);
	cr_assert(kbm_doctor_judge(&fixture->doctor, &remarks));
	cr_assert(kbm_report_doctor_text(&fixture->doctor, &remarks, style, &out));
	memcpy(text, kbm_bytes_text(&out), out.length + 1);
	kbm_bytes_clear(&out);
	kbm_remarks_clear(&remarks);
	return text;
}

static void expect_in(const char *text, const char *part)
{
	bool there = strstr(text, part) != NULL;
	cr_expect(there, "'%s' is not in\n%s", part, text);
}

static void expect_not_in(const char *text, const char *part)
{
	bool there = strstr(text, part) != NULL;
	cr_expect(not(there), "'%s' is in\n%s", part, text);
}

static struct kbm_remarks judged(const struct fixture *fixture)
{
	struct kbm_remarks remarks = {0};
	cr_assert(kbm_doctor_judge(&fixture->doctor, &remarks));
	return remarks;
}

Test(report_doctor, says_that_a_sound_installation_is_sound)
{
	const char *text = text_of(sound(), &plain);
	expect_in(text, "  ✓ kbmend            0.1.0   /usr/bin/kbmend\n");
	expect_in(text, "  ✓ seccomp           a forbidden system call ends it\n");
	expect_in(text, "    kbmend            jansson 2.14, nettle 3.8\n");
	expect_in(text, "  ✓ /home/u/scripts   1 site\n      site        mine.lua\n");
	expect_in(text, "    /etc/kbmend/scripts   not there\n");
	expect_in(text, "  ✓ /usr/share/kbmend/scripts   1 stock\n\n");
	expect_in(text, "       128 MiB  memory of a script   --max-memory\n");
	expect_in(text, "\nThis installation is sound.\n");
	cr_expect(eq(str, (char *)text_of(sound(), &quiet), ""));
}

Test(report_doctor, keeps_to_the_width_and_to_ascii)
{
	const char *text = text_of(sound(), &ascii);
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		cr_expect(le(sz, strcspn(line, "\n"), 80), "%.90s", line);
	for (const char *at = text; *at != '\0'; at++)
		cr_expect(lt(int, (unsigned char)*at, 128));
	expect_in(text, "  ok   kbmend            0.1.0   /usr/bin/kbmend\n");
}

Test(report_doctor, lists_stock_files_and_hashes_on_demand)
{
	expect_not_in(text_of(sound(), &plain), HASH);
	expect_in(text_of(sound(), &verbose),
		  "      stock       exchange/Q298565.lua\n      " HASH);
}

Test(report_doctor, tells_missing_layers_apart_by_whether_they_are_required)
{
	struct fixture *fixture = sound();
	fixture->doctor.checkup.jail.errors[KBM_JAIL_NO_CODE] = EINVAL;
	const char *text = text_of(fixture, &plain);
	expect_in(text,
		  "  ~ MDWE              memory that was written never runs\n"
		  "                      not here: Invalid argument; in Linux from 6.3 on; the\n"
		  "                      other layers hold without it\n");
	expect_in(text, "This installation is sound; 1 note (~).\n");

	fixture->doctor.checkup.jail.errors[KBM_JAIL_SYSTEM_CALLS] = EACCES;
	fixture->doctor.checkup.kills = false;
	text = text_of(fixture, &plain);
	expect_in(text,
		  "  ✗ seccomp           a forbidden system call ends it\n"
		  "                      not here: Permission denied; required, nothing is run");
	expect_in(text, "This installation is not sound: 1 problem; 1 note (~).\n");
	expect_in(text_of(fixture, &ascii), "\nFAIL sandbox: no seccomp (");
}

Test(report_doctor, does_not_believe_a_filter_that_ended_nothing)
{
	struct fixture *fixture = sound();
	fixture->doctor.checkup.kills = false;
	expect_in(text_of(fixture, &quiet),
		  "✗ sandbox: a forbidden system call was made, and did not end it\n");
	struct kbm_remarks remarks = judged(fixture);
	cr_expect(eq(sz, remarks.problem_count, 1));
	kbm_remarks_clear(&remarks);
}

Test(report_doctor, says_why_a_layer_does_not_hold)
{
	static const struct {
		enum kbm_jail_layer layer;
		int error;
		const char *reason;
	} cases[] = {
	    {KBM_JAIL_LIMITS, ENOPKG, "left out of this build, which is for tests only"},
	    {KBM_JAIL_LIMITS, EOPNOTSUPP, "Operation not supported"},
	    {KBM_JAIL_LANDLOCK, EOPNOTSUPP, "switched off when the system was started (lsm=)"},
	    {KBM_JAIL_LANDLOCK, EPROTO, "entered, but what it forbids went through all the same"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect(eq(str, (char *)kbm_doctor_layer_reason(cases[i].layer, cases[i].error),
			     (char *)cases[i].reason));
}

Test(report_doctor, names_what_an_old_landlock_does_not_know)
{
	struct fixture *fixture = sound();
	fixture->doctor.checkup.jail.landlock_version = 2;
	expect_in(text_of(fixture, &plain), "version 2, which does not know TCP");
	fixture->doctor.checkup.jail.landlock_version = 5;
	expect_in(text_of(fixture, &plain), "version 5, which does not know");
	struct kbm_remarks remarks = judged(fixture);
	cr_expect(eq(sz, remarks.count, 0));
	kbm_remarks_clear(&remarks);
}

Test(report_doctor, grades_files_by_where_they_lie)
{
	static struct kbm_installed_file files[] = {
	    {.path = "a.lua", .state = KBM_FILE_EDITED, .sha256 = HASH},
	    {.path = "b.lua", .state = KBM_FILE_MISSING},
	    {.path = "c.lua", .state = KBM_FILE_UNREADABLE, .reason = "Permission denied"},
	    {.path = "d.lua", .state = KBM_FILE_SITE, .hides = "x/d.lua", .sha256 = HASH},
	    {.path = "e.lua", .state = KBM_FILE_SITE, .sha256 = HASH},
	};
	static const enum kbm_grade own[] = {KBM_GRADE_NOTE, KBM_GRADE_PROBLEM, KBM_GRADE_PROBLEM,
					     KBM_GRADE_NOTE, KBM_GRADE_GOOD};
	struct kbm_installed_folder folder = {
	    .path = "/s", .must_exist = true, .files = files, .file_count = COUNT(files)};
	for (size_t i = 0; i < COUNT(files); i++)
		cr_expect(eq(int, kbm_doctor_grade_file(&folder, &files[i]), own[i]), "row %zu", i);
	cr_expect(eq(int, kbm_doctor_grade_whole(&folder), KBM_GRADE_PROBLEM));
	folder.is_library = true;
	cr_expect(eq(int, kbm_doctor_grade_file(&folder, &files[4]), KBM_GRADE_NOTE));
	folder.must_exist = false;
	cr_expect(eq(int, kbm_doctor_grade_file(&folder, &files[2]), KBM_GRADE_NOTE));

	struct fixture *fixture = sound();
	folder.must_exist = true;
	folder.is_library = false;
	fixture->folders[2] = folder;
	const char *text = text_of(fixture, &plain);
	expect_in(text, "  ✗ /s   1 edited, 2 site, 1 missing, 1 unreadable\n"
			"    ~ edited      a.lua\n"
			"    ✗ missing     b.lua\n"
			"    ✗ unreadable  c.lua\n"
			"                  Permission denied\n"
			"    ~ site        d.lua  hides the stock script x/d.lua\n"
			"      site        e.lua\n");
	expect_in(text, "not sound: 2 problems; 2 notes (~).");
	expect_in(text_of(fixture, &quiet), "✗ /s/c.lua: Permission denied\n");
}

Test(report_doctor, shows_the_rest_where_the_worker_does_not_start)
{
	struct fixture *fixture = sound();
	fixture->doctor.checkup = (struct kbm_checkup){0};
	kbm_fail(&fixture->doctor.worker_error, KBM_IO, "the worker /w cannot be started: gone");
	const char *text = text_of(fixture, &plain);
	expect_in(text, "  ✗ kbmend-worker     the worker /w cannot be started: gone\n");
	expect_in(text, "  ? could not be looked at without a worker\n");
	expect_in(text, "1 stock");
	expect_in(text, "  --max-memory\n");
	struct kbm_remarks remarks = judged(fixture);
	cr_expect(not(remarks.complete));
	kbm_remarks_clear(&remarks);
}

Test(report_doctor, tells_a_sandbox_that_is_refused_from_one_that_was_not_seen)
{
	struct fixture *fixture = sound();
	kbm_fail(&fixture->doctor.sandbox_error, KBM_REFUSED, "no sandbox: 'limits' is missing");
	expect_in(text_of(fixture, &quiet), "✗ sandbox: no sandbox: 'limits' is missing\n");
	kbm_fail(&fixture->doctor.sandbox_error, KBM_INTERNAL, "the child is silent");
	expect_in(text_of(fixture, &quiet), "? sandbox: the child is silent\n");
	expect_in(text_of(fixture, &plain),
		  "\nWhether this installation is sound could not be found out.\n");
}

Test(report_doctor, says_once_that_the_stdlib_is_broken)
{
	struct fixture *fixture = sound();
	kbm_fail(&fixture->doctor.load_error, KBM_INVALID, "stdlib: exchange.lua:3: oops");
	expect_in(text_of(fixture, &plain), "  ✗ no script can be loaded: stdlib: exchange.lua:3:");
	fixture->stdlib.absent = true;
	fixture->stdlib.reason = "No such file or directory";
	fixture->stdlib.file_count = 0;
	const char *text = text_of(fixture, &plain);
	expect_in(text, "  ✗ /usr/share/kbmend/stdlib   No such file or directory\n");
	expect_not_in(text, "no script can be loaded");
	expect_in(text, "not sound: 1 problem.");
}

Test(report_doctor, escapes_what_files_are_called)
{
	static struct kbm_installed_file files[] = {
	    {.path = "\033[31m.lua", .state = KBM_FILE_SITE, .sha256 = HASH}};
	struct fixture *fixture = sound();
	fixture->folders[0].files = files;
	expect_in(text_of(fixture, &plain), "\\x1B[31m.lua");
	expect_not_in(text_of(fixture, &plain), "\033");
}

Test(report_doctor, writes_json_with_everything)
{
	struct fixture *fixture = sound();
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1024 * 1024);
	fixture->doctor.checkup.jail.errors[KBM_JAIL_LANDLOCK] = ENOSYS;
	struct kbm_remarks remarks = judged(fixture);
	cr_assert(kbm_report_doctor_json(&fixture->doctor, &remarks, true, &out));
	json_t *value = json_loads(kbm_bytes_text(&out), 0, NULL);
	const char *schema = NULL;
	const char *state = NULL;
	int sound_flag = 0;
	json_t *layers = NULL;
	json_t *notes = NULL;
	json_t *limits = NULL;
	int failed =
	    json_unpack(value, "{s:s, s:b, s:o, s:{s:o}, s:o, s:[{}, {}, {s:[{s:s}]}]}", "schema",
			&schema, "sound", &sound_flag, "notes", &notes, "sandbox", "layers",
			&layers, "limits", &limits, "scripts", "files", "state", &state);
	cr_assert(eq(int, failed, 0), "%s", kbm_bytes_text(&out));
	cr_expect(eq(str, (char *)schema, "kbmend.doctor/1"));
	cr_expect(eq(str, (char *)state, "stock"));
	cr_expect(eq(int, sound_flag, 1));
	cr_expect(eq(sz, json_array_size(layers), KBM_JAIL_LAYER_COUNT));
	cr_expect(eq(sz, json_array_size(notes), 1));
	cr_expect(ne(sz, json_array_size(limits), 0));
	json_decref(value);
	kbm_remarks_clear(&remarks);

	kbm_bytes_reset(&out);
	kbm_fail(&fixture->doctor.sandbox_error, KBM_INTERNAL, "the child is silent");
	remarks = judged(fixture);
	cr_assert(kbm_report_doctor_json(&fixture->doctor, &remarks, true, &out));
	expect_in(kbm_bytes_text(&out), "\"sound\":null");
	expect_in(kbm_bytes_text(&out), "\"sandbox\":null");
	kbm_remarks_clear(&remarks);
	kbm_bytes_clear(&out);
}

Test(report_doctor, tells_what_the_directory_s_sandbox_lacks)
{
	struct fixture *fixture = sound();
	expect_in(text_of(fixture, &plain), "as above, but for TCP connections");
	expect_in(text_of(fixture, &plain), "kbmend-directory  OpenLDAP libldap 2.5.13");
	fixture->doctor.directory_checkup.kills = false;
	expect_in(text_of(fixture, &quiet), "sandbox of kbmend-directory: a forbidden system call");
	expect_not_in(text_of(fixture, &plain), "as above");
	fixture->doctor.directory_error =
	    (struct kbm_error){KBM_IO, "the program kbmend-directory cannot be started"};
	expect_in(text_of(fixture, &quiet), "kbmend-directory cannot be started");
	/* What both lack is said once. */
	fixture = sound();
	fixture->doctor.checkup.jail.errors[KBM_JAIL_NO_CODE] = EINVAL;
	fixture->doctor.directory_checkup.jail.errors[KBM_JAIL_NO_CODE] = EINVAL;
	expect_in(text_of(fixture, &quiet), "sandbox: no MDWE");
	expect_not_in(text_of(fixture, &quiet), "kbmend-directory: no MDWE");
}
