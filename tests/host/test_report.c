/* report/: runs and plans as text and JSON, and the marks below what differs. */
#include "plan_fixture.h"

#include "report/marks.h"
#include "report/report.h"
#include "report/report_registry.h"
#include "report/report_script.h"

#include <jansson.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- marks ----------------------------------------------------------------------------------- */

/* '^' below each byte of `expected` that is marked, and one more place for the end. */
static void expect_marks(const char *found, const char *expected, const char *marks)
{
	size_t length = strlen(expected);
	bool *marked = calloc(length + 1, sizeof *marked);
	char *line = calloc(1, length + 2);
	kbm_marks_find(found, expected, marked);
	for (size_t i = 0; i <= length; i++)
		line[i] = marked[i] ? '^' : ' ';
	for (size_t i = length + 1; i > 0 && line[i - 1] == ' '; i--)
		line[i - 1] = '\0';
	cr_expect(eq(str, line, (char *)marks), "%s\n%s", found, expected);
	free(marked);
	free(line);
}

Test(marks, marks_every_differing_part_of_a_name)
{
	expect_marks("/o=A/ou=B", "/o=A/ou=B", "");
	expect_marks("/o=Contoso/ou=SITE2", "/o=Contoso/ou=SITE1", "              ^^^^^");
	expect_marks("/o=X/ou=B/cn=Y", "/o=AA/ou=B/cn=CC", "   ^^         ^^");
	expect_marks("/o=A/o=B", "/o=A/ou=B", "     ^^^");
	expect_marks("ou=X,o=A", "ou=SITE1,o=A", "   ^^^^^");
	expect_marks("ou=B\\,C,o=A", "ou=B\\,D,o=A", "   ^^^^");
}

Test(marks, marks_the_place_where_case_or_blanks_differ)
{
	expect_marks("/o=Contoso/ou=Site1", "/o=Contoso/ou=SITE1", "               ^^^");
	expect_marks("/o=A/ou=B ", "/o=A/ou=B", "         ^");
	expect_marks("/o=A/ou=B", "/o=A/ou=B ", "         ^");
	expect_marks("/o=A  B/ou=C", "/o=A B/ou=C", "     ^");
	expect_marks("ou=B, o=A", "ou=B,o=A", "     ^");
	expect_marks("ou=B;o=A", "ou=B,o=A", "    ^");
}

Test(marks, marks_parts_that_one_side_has_more)
{
	expect_marks("/o=A", "/o=A/ou=B", "     ^^^^");
	expect_marks("/o=A/ou=B", "/o=A", "    ^");
	expect_marks("/o=A/cn=C", "/o=A/ou=B/cn=C", "     ^^^^");
	expect_marks("/o=A/ou=B/cn=C", "/o=A/cn=C", "     ^");
}

Test(marks, marks_other_texts_between_their_common_ends)
{
	expect_marks("0x10001 (1)", "0x10002 (2)", "      ^^^^");
	expect_marks("", "abc", "^^^");
	expect_marks("abc", "", "^");
	expect_marks("aXc", "abbc", " ^^");
	expect_marks("Gr\xc3\xb6\xc3\x9f", "Gr\xc3\xbc\xc3\x9f", "  ^^"); /* whole characters */
	expect_marks("\xc3\xb6", "\xc4\xb6", "^^");
	expect_marks("aa", "aaa", "  ^");
	expect_marks("/o=A", "ou=B,o=A", "^^^^^"); /* two forms */
}

Test(marks, marks_words_that_have_little_in_common_whole)
{
	expect_marks("REG_DWORD", "REG_SZ", "^^^^^^");
	expect_marks("REG_MULTI_SZ", "REG_SZ", "^^^^^^");
	expect_marks("REG_SZ", "REG_EXPAND_SZ", "^^^^^^^^^^^^^");
	expect_marks("type 200", "REG_SZ", "^^^^^^");
	expect_marks("0x1 (1)", "0x2 (2)", "^^^^^^^");
	expect_marks("abXXXXX", "abcd", "^^^^");
	expect_marks("abXX", "abcd", "  ^^"); /* half is enough */
	expect_marks("abcXX", "abcd", "   ^");
	expect_marks("SERVER", "server", "^^^^^^");
	expect_marks("a  b", "a b", "  ^");
	expect_marks("x", "/o=A/ou=B", "^^^^^^^^^");
}

/* --- a run ----------------------------------------------------------------------------------- */

struct told {
	struct kbm_script_info script;
	struct kbm_result result;
	struct kbm_plan plan;
	struct kbm_outcome outcome;
	struct kbm_target_identity target;
	struct kbm_text_list notes;
	struct kbm_run run;
	struct kbm_report_style style;
	struct kbm_bytes out;
};

static void begin(struct told *told, enum kbm_verdict verdict)
{
	memset(told, 0, sizeof *told);
	told->script = script_of("Q298565");
	free(told->script.title);
	told->script.title = strdup("Internet Mail Connector does not start with event ID 4086");
	told->result = result_of("Q298565", verdict);
	told->target.name = strdup("EXCH1");
	told->target.control_set = strdup("ControlSet001");
	told->target.control_set_source = strdup("Current");
	told->target.sources = calloc(2, sizeof *told->target.sources);
	told->target.source_count = 2;
	told->target.sources[0] = (struct kbm_source_identity){
	    .kind = strdup("hive"), .hive = strdup("SYSTEM"), .path = strdup("config/system")};
	told->target.sources[1] = (struct kbm_source_identity){
	    .kind = strdup("ldif"), .hive = strdup(""), .path = strdup("exchange.ldif")};
	kbm_text_list_add(&told->notes, "SYSTEM clean");
	kbm_text_list_add(&told->notes, "LDIF directory");
	told->style = (struct kbm_report_style){.utf8 = true, .width = 80};
	kbm_bytes_init(&told->out, KBM_MIB);
}

static const char *tell(struct told *told, enum kbm_format format)
{
	told->outcome =
	    (struct kbm_outcome){.script = &told->script,
				 .result = &told->result,
				 .plan = told->plan.script_count > 0 ? &told->plan : NULL,
				 .script_path = "scripts/exchange/Q298565.lua"};
	told->run = (struct kbm_run){.target = &told->target,
				     .source_notes = &told->notes,
				     .outcomes = &told->outcome,
				     .outcome_count = 1,
				     .plan = told->outcome.plan,
				     .next = told->outcome.plan == NULL
						 ? NULL
						 : "kbmend run Q298565 -t config/system --apply",
				     .exit_status = 2};
	kbm_bytes_reset(&told->out);
	int done = format == KBM_FORMAT_TEXT
		       ? kbm_report_run_text(&told->run, &told->style, &told->out)
		       : kbm_report_run_json(&told->run, format == KBM_FORMAT_JSONL, &told->out);
	cr_assert(eq(int, done, 1));
	if (format == KBM_FORMAT_TEXT)
		expect_no_blank_at_line_ends(kbm_bytes_text(&told->out));
	return kbm_bytes_text(&told->out);
}

static const char *tell_plan(struct told *told)
{
	kbm_bytes_reset(&told->out);
	int done = kbm_report_plan_text(&told->plan, &told->style, &told->out);
	cr_assert(eq(int, done, 1));
	expect_no_blank_at_line_ends(kbm_bytes_text(&told->out));
	return kbm_bytes_text(&told->out);
}

static void end(struct told *told)
{
	kbm_script_info_clear(&told->script);
	kbm_result_clear(&told->result);
	kbm_plan_clear(&told->plan);
	kbm_target_identity_clear(&told->target);
	kbm_text_list_clear(&told->notes);
	kbm_bytes_clear(&told->out);
}

static void plan_it(struct told *told, enum kbm_verdict after)
{
	struct kbm_error error = {0};
	struct kbm_result checked = result_of("Q298565", after);
	add_to_plan(&told->plan, "Q298565", &told->result, KBM_OK, &error);
	kbm_plan_judge(&told->plan, &told->result, &checked, &error);
	kbm_result_clear(&checked);
}

Test(report, tells_a_failure_as_the_manual_shows_it)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "SiteDN differs from the directory in the site [ou=]",
		    "/o=Contoso/ou=SITE2", "/o=Contoso/ou=SITE1", true);
	add_set(&told.result, "Q298565", "SiteDN", "/o=Contoso/ou=SITE2", "/o=Contoso/ou=SITE1",
		KBM_RISK_LOW);
	add_manual(&told.result, "Q298565",
		   "start the Microsoft Exchange Internet Mail Connector service");
	plan_it(&told, KBM_VERDICT_PASS);
	EXPECT_TEXT(tell(&told, KBM_FORMAT_TEXT),
		    "target EXCH1   config/system   ControlSet001 (Current)   SYSTEM clean\n"
		    "               exchange.ldif   LDIF directory\n"
		    "\n"
		    "✗ Q298565  Internet Mail Connector does not start with event ID 4086    high\n"
		    "  SiteDN differs from the directory in the site [ou=]\n"
		    "  HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters\n"
		    "    SiteDN   found      /o=Contoso/ou=SITE2\n"
		    "             expected   /o=Contoso/ou=SITE1\n"
		    "                                      ^^^^^\n"
		    "    because  the server's entry says so\n"
		    "  plan   1 change, 1 manual step; afterwards: pass (simulated)\n"
		    "    ~ SiteDN   REG_SZ  \"/o=Contoso/ou=SITE2\" -> \"/o=Contoso/ou=SITE1\"\n"
		    "    ! start the Microsoft Exchange Internet Mail Connector service\n"
		    "\n"
		    "1 script, 1 target: 1 fail. Nothing was changed.\n"
		    "next: kbmend run Q298565 -t config/system --apply\n");
	end(&told);
}

Test(report, shows_a_shared_difference_once_with_all_its_marks)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "organization", "the organization differs", "/o=X/ou=Y",
		    "/o=Größe/ou=日本語", true);
	add_finding(&told.result, "site", "the site differs", "/o=X/ou=Y", "/o=Größe/ou=日本語",
		    true);
	const char *text = tell(&told, KBM_FORMAT_TEXT);
	EXPECT_HAS(text, "  the organization differs\n  the site differs\n  HKLM\\");
	EXPECT_HAS(text, "expected   /o=Größe/ou=日本語\n"
			 "                           ^^^^^    ^^^^^^\n"
			 "    because  the server's entry says so\n\n");
	end(&told);
}

Test(report, makes_blanks_and_absence_visible)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "blank", "a blank at the end", "/o=A ", "/o=A", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "found      \"/o=A \"\n"
						 "             expected   \"/o=A\"\n"
						 "                             ^\n");
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "inner", "blanks inside", "/o=A  B", "/o=A B", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "expected   \"/o=A B\"\n"
						 "                              ^\n");
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "hard", "a hard blank",
		    "/o=A\xc2\xa0"
		    "B",
		    "/o=A B", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "found      /o=A\\u{00A0}B\n");
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "absent", "no SiteDN", NULL, "/o=A", false);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "SiteDN   found      (absent)\n"
						 "             expected   /o=A\n    because");
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "absent", "no SiteDN", NULL, NULL, false);
	add_value_read(&told.result, "SiteDN", NULL);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "    SiteDN   found      (absent)\n    because");
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "untold", "something with SiteDN", NULL, NULL, false);
	add_value_read(&told.result, "SiteDN", "/o=A");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "\n    SiteDN\n    because");
	end(&told);
}

/* Of a change that is continued the first line ends behind the type. */
Test(report, ends_no_line_in_a_blank)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "blank", "blanks at the end   ", "/o=A ", "/o=A", true);
	add_set(&told.result, "Q298565", "SiteDN",
		"/o=A name that is long enough for a line/ou=of its own  ", "/o=A", KBM_RISK_LOW);
	add_set(&told.result, "Q298565", "blanks ", "  ", NULL, KBM_RISK_LOW);
	plan_it(&told, KBM_VERDICT_PASS);
	told.style.verbose = true;
	for (told.style.width = 40; told.style.width < 100; told.style.width++) {
		tell(&told, KBM_FORMAT_TEXT);
		tell_plan(&told);
	}
	told.style.width = 60;
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "    ~ SiteDN   REG_SZ\n");
	end(&told);
}

/* Every line fits, and continued values keep their marks below them. */
static void expect_width(const char *text, size_t width)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		if (strncmp(text, "next:", 5) != 0) /* a command stays on one line */
			cr_expect(le(sz, length, width), "%.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

Test(report, fits_long_names_into_the_width)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	char found[300];
	char expected[300];
	snprintf(found, sizeof found, "/o=%0100d/ou=%0100d", 1, 2);
	snprintf(expected, sizeof expected, "/o=%0100d/ou=%0100d", 1, 3);
	add_finding(&told.result, "site",
		    "a message that is longer than any line on any terminal"
		    " which people use for such things, and still goes on",
		    found, expected, true);
	add_set(&told.result, "Q298565", "SiteDN", found, expected, KBM_RISK_HIGH);
	plan_it(&told, KBM_VERDICT_PASS);
	told.run.next = NULL;
	static const size_t widths[] = {80, 120, 48};
	for (size_t i = 0; i < COUNT(widths); i++) {
		told.style.width = widths[i];
		told.style.utf8 = false; /* then a byte is a column */
		const char *text = tell(&told, KBM_FORMAT_TEXT);
		expect_width(text, widths[i]);
		size_t digits = 0; /* nothing was cut */
		for (const char *at = text; *at != '\0'; at++)
			digits += *at == '0';
		cr_expect(ge(sz, digits, 4 * 198));
		EXPECT_HAS(text, "risk high: plain --yes will not apply");
	}
	end(&told);
}

/* Behind what separates parts; and found and expected in front of the same parts. */
Test(report, breaks_names_between_their_parts)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "differs",
		    "/o=Contoso/ou=A site whose name is far longer than another"
		    "/cn=Configuration/cn=Servers/cn=EXCH1",
		    "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH2", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "    SiteDN   found      /o=Contoso/\n"
		   "                        ou=A site whose name is far longer than another/\n"
		   "                        cn=Configuration/cn=Servers/cn=EXCH1\n"
		   "             expected   /o=Contoso/\n"
		   "                        ou=SITE1/\n"
		   "                           ^^^^^\n"
		   "                        cn=Configuration/cn=Servers/cn=EXCH2\n"
		   "                                                       ^^^^^\n");
	told.style.width = 60;
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "    SiteDN   found      /o=Contoso/ou=A site whose name is\n"
		   "                         far longer than another/\n"
		   "                        cn=Configuration/cn=Servers/cn=EXCH1\n"
		   "             expected   /o=Contoso/ou=SITE1/\n"
		   "                                      ^^^^^\n"
		   "                        cn=Configuration/cn=Servers/cn=EXCH2\n");
	told.style.width = 80;
	kbm_result_clear(&told.result);
	told.result = result_of("Q298565", KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "differs",
		    "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE2,o=Contoso,c=DE",
		    "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE-ONE,o=Contoso,c=DE", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "    SiteDN   found      cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE2,\n"
		   "                        o=Contoso,c=DE\n"
		   "             expected   cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE-ONE,\n"
		   "                                                                ^^^^^^^^\n"
		   "                        o=Contoso,c=DE\n");
	end(&told);
}

/* Where one has more parts, what is alike at the ends still stands alike. */
Test(report, breaks_names_of_different_depth_alike)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "depth", "differs",
		    "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1/cn=Private MDB",
		    "/o=Contoso/ou=SITE1/cn=Private MDB", true);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "found      /o=Contoso/ou=SITE1/\n"
		   "                        cn=Configuration/cn=Servers/cn=EXCH1/cn=Private MDB\n"
		   "             expected   /o=Contoso/ou=SITE1/\n"
		   "                        cn=Private MDB\n"
		   "                        ^\n");
	end(&told);
}

Test(report, breaks_paths_between_their_parts)
{
	struct told told;
	begin(&told, KBM_VERDICT_PASS);
	free(told.target.sources[0].path);
	told.target.sources[0].path =
	    strdup("/srv/backup/exchange/1999-12-31/EXCH1/winnt/system32/config/Q298565.hive");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "target EXCH1   /srv/backup/exchange/1999-12-31/EXCH1/winnt/system32/config/\n"
		   "               Q298565.hive   ");
	end(&told);
}

static void set_source(struct told *told, size_t index, const char *kind, const char *hive,
		       const char *path, const char *note)
{
	struct kbm_source_identity *source = &told->target.sources[index];
	free(source->kind);
	free(source->hive);
	free(source->path);
	source->kind = strdup(kind);
	source->hive = strdup(hive);
	source->path = strdup(path);
	free(told->notes.items[index]);
	told->notes.items[index] = strdup(note);
}

/* Only the source that is or holds SYSTEM has a control set. */
Test(report, names_the_control_set_where_it_is)
{
	struct told told;
	begin(&told, KBM_VERDICT_PASS);
	set_source(&told, 1, "reg", "", "soft.reg", ".reg export of SOFTWARE");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "config/system   ControlSet001 (Current)   SYSTEM clean\n"
		   "               soft.reg   .reg export of SOFTWARE\n");
	set_source(&told, 0, "reg", "", "system.reg", ".reg export of SAM, SYSTEM");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "system.reg   ControlSet001 (Current)   .reg export of SAM, SYSTEM\n"
		   "               soft.reg   .reg export of SOFTWARE\n");
	set_source(&told, 0, "hive", "SOFTWARE", "software", "SOFTWARE hive 1.3, clean");
	set_source(&told, 1, "reg", "", "system.reg", "");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "software   SOFTWARE hive 1.3, clean\n"
						 "               system.reg   ControlSet001 "
						 "(Current)\n");
	end(&told);
}

Test(report, escapes_whatever_comes_from_outside)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	static const char evil[] = "\x1b[2J\x07\xc2\x9b"
				   "31m\xe2\x80\xae\r\n\xff";
	add_finding(&told.result, evil, evil, evil, evil + 1, true);
	free(told.result.findings[0].place.path);
	told.result.findings[0].place.path = strdup(evil);
	free(told.result.findings[0].because);
	told.result.findings[0].because = strdup(evil);
	add_set(&told.result, "Q298565", evil, evil, "new", KBM_RISK_HIGH);
	add_manual(&told.result, "Q298565", evil);
	add_value_read(&told.result, evil, evil);
	free(told.result.output);
	told.result.output = strdup(evil);
	plan_it(&told, KBM_VERDICT_UNKNOWN);
	free(told.plan.prediction_reason);
	told.plan.prediction_reason = strdup(evil);
	free(told.target.name);
	told.target.name = strdup(evil);
	kbm_text_list_add(&told.plan.remain, evil);
	told.style.verbose = true;
	static const enum kbm_format formats[] = {KBM_FORMAT_TEXT, KBM_FORMAT_JSON,
						  KBM_FORMAT_JSONL};
	for (size_t i = 0; i < COUNT(formats); i++) {
		const char *text = tell(&told, formats[i]);
		static const char *const parts[] = {"\x1b",	    "\x07", "\xc2\x9b",
						    "\xe2\x80\xae", "\r",   "\xff"};
		for (size_t j = 0; j < COUNT(parts); j++) {
			int has = strstr(text, parts[j]) != NULL;
			cr_expect(eq(int, has, 0), "format %zu, part %zu", i, j);
		}
	}
	end(&told);
}

Test(report, lets_no_name_of_a_file_become_a_line)
{
	static const struct kbm_report_style style = {.width = 80, .verbose = true};
	struct kbm_script_info info = {.id = (char *)"a\nb", .title = (char *)"c\nd"};
	struct kbm_listed_script sound = {.info = &info, .path = "e\nf", .shadows = "g\nh"};
	struct kbm_listed_script wrong = {.info = &info, .path = "i\nj", .problem = "k\nl"};
	struct kbm_listed_script scripts[] = {sound, wrong};
	struct kbm_bytes out;
	kbm_bytes_init(&out, 10000);
	const struct kbm_listing listing = {.scripts = scripts, .script_count = COUNT(scripts)};
	kbm_report_list_text(&listing, &style, &out);
	const char *text = kbm_bytes_text(&out);
	cr_expect(eq(str, (char *)text,
		     "a\\nb         info      c\\nd\n             e\\nf\n  hides      g\\nh\n"
		     "a\\nb         error     k\\nl\n             i\\nj\n"
		     "\n2 scripts. `kbmend describe ID` tells more.\n"));
	kbm_bytes_clear(&out);
}

/* What a child handed out as a line of a dump. */
static void expect_dumped(const char *line, size_t length, bool canonical, const char *expected)
{
	struct kbm_registry_row row = {.row_kind = 'V', .text = line, .text_length = length};
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	kbm_report_dump_text(&row, canonical, &out);
	cr_expect(eq(str, (char *)kbm_bytes_text(&out), (char *)expected));
	kbm_bytes_clear(&out);
}

Test(report, spares_a_terminal_what_a_dump_of_names_holds)
{
	static const char line[] = "V\tk\\%0001\t\xC2\x9B\xE2\x80\xAE\xC3\xA4\xF0\x9F\x98\x80"
				   "\xF3\xA0\x80\x81\t1\t00";
	static const char wrong[] = "\x1B\n\x7F\xFF\xED\xA0\x80\0";
	expect_dumped(line, sizeof line - 1, true,
		      "V\tk\\%0001\t\xC2\x9B\xE2\x80\xAE\xC3\xA4\xF0\x9F\x98\x80"
		      "\xF3\xA0\x80\x81\t1\t00\n");
	expect_dumped(line, sizeof line - 1, false,
		      "V\tk\\%0001\t%009B%202E\xC3\xA4\xF0\x9F\x98\x80%DB40%DC01\t1\t00\n");
	for (int canonical = 0; canonical < 2; canonical++) {
		expect_dumped(wrong, sizeof wrong - 1, canonical,
			      "%001B%000A%007F%00FF%D800%0000\n");
		expect_dumped(NULL, 0, canonical, "\n");
	}
}

/* Text is looked at in words: no byte hides in one. */
Test(report, spares_a_terminal_each_byte_at_each_place_of_a_dump)
{
	enum { LENGTH = 24 };
	for (unsigned byte = 0; byte <= UINT8_MAX; byte++)
		for (size_t at = 0; at < LENGTH; at++) {
			char line[LENGTH + 1] = "abcdefghijklmnopqrstuvwx";
			char expected[LENGTH + 8];
			bool shown = byte == '\t' || (byte >= ' ' && byte < 0x7F);
			line[at] = (char)byte;
			snprintf(expected, sizeof expected, shown ? "%.*s%c%s\n" : "%.*s%%%04X%s\n",
				 (int)at, line, byte, line + at + 1);
			expect_dumped(line, LENGTH, false, expected);
		}
}

Test(report, is_loud_when_a_plan_does_not_cure)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "differs", "a", "b", true);
	add_set(&told.result, "Q298565", "SiteDN", "a", "b", KBM_RISK_MEDIUM);
	plan_it(&told, KBM_VERDICT_NOTAPPLICABLE);
	const char *text = tell(&told, KBM_FORMAT_TEXT);
	EXPECT_HAS(text, "afterwards: STILL FAILS (simulated): the plan makes");
	EXPECT_HAS(text, "why  the directory says so\n        risk medium\n");
	told.plan.read_twice = true;
	cr_expect(eq(ptr, strstr(tell(&told, KBM_FORMAT_TEXT), "libregf"), NULL));
	kbm_plan_clear(&told.plan);
	plan_it(&told, KBM_VERDICT_UNKNOWN);
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), "afterwards: unknown: as it was asked\n");
	told.plan.read_twice = true;
	cr_expect(eq(ptr, strstr(tell(&told, KBM_FORMAT_TEXT), "libregf"), NULL));
	kbm_plan_clear(&told.plan);
	plan_it(&told, KBM_VERDICT_PASS);
	told.plan.read_twice = true;
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "afterwards: pass (simulated); read twice, libregf agrees\n");
	end(&told);
}

static const struct {
	enum kbm_verdict verdict;
	const char *utf8;
	const char *ascii;
	const char *reason;
} others[] = {
    {KBM_VERDICT_PASS, "✓ Q298565  ", "ok Q298565  ", "\n  as it was asked\n"},
    {KBM_VERDICT_UNKNOWN, "? Q298565  ", "? Q298565  ", "\n  unknown: as it was asked\n"},
    {KBM_VERDICT_ERROR, "! Q298565  ", "! Q298565  ", "\n  error: as it was asked (a.lua:7)\n"},
    {KBM_VERDICT_NOTAPPLICABLE, "~ Q298565  ", "~ Q298565  ",
     "\n  not applicable: as it was asked\n"},
};

Test(report, gives_a_reason_for_every_other_verdict)
{
	for (size_t i = 0; i < COUNT(others); i++) {
		struct told told;
		begin(&told, others[i].verdict);
		if (others[i].verdict == KBM_VERDICT_ERROR)
			told.result.place_in_script = strdup("a.lua:7");
		const char *text = tell(&told, KBM_FORMAT_TEXT);
		EXPECT_HAS(text, others[i].utf8);
		EXPECT_HAS(text, others[i].reason);
		told.style.utf8 = false;
		EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), others[i].ascii);
		told.style.quiet = true;
		size_t length = strlen(tell(&told, KBM_FORMAT_TEXT));
		int silent = length == 0;
		int expected = others[i].verdict == KBM_VERDICT_PASS ||
			       others[i].verdict == KBM_VERDICT_NOTAPPLICABLE;
		cr_expect(eq(int, silent, expected), "row %zu", i);
		end(&told);
	}
}

Test(report, colours_only_when_asked)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "differs", "a", "b", true);
	int plain = strchr(tell(&told, KBM_FORMAT_TEXT), '\033') == NULL;
	told.style.color = true;
	int colored = strchr(tell(&told, KBM_FORMAT_TEXT), '\033') != NULL;
	cr_expect(eq(int, plain, 1));
	cr_expect(eq(int, colored, 1));
	end(&told);
}

Test(report, lets_the_note_of_a_doubtful_source_stand_out)
{
	static const char *const notes[] = {
	    "SYSTEM hive 1.3, the hive is dirty: its logs are new",
	    "SYSTEM hive 1.3, the hive is cut: 4096 bytes are there",
	    "SYSTEM hive 1.3, the hive is damaged in 2 places"};
	struct told told;
	begin(&told, KBM_VERDICT_UNKNOWN);
	told.style.color = true;
	told.style.width = 120;
	for (size_t i = 0; i < COUNT(notes); i++) {
		char inked[200];
		set_source(&told, 0, "hive", "SYSTEM", "system", notes[i]);
		snprintf(inked, sizeof inked,
			 "system   ControlSet001 (Current)   \033[33m%s\033[0m\n", notes[i]);
		EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT), inked);
	}
	set_source(&told, 0, "hive", "SYSTEM", "dirty", "SYSTEM hive 1.3, clean");
	EXPECT_HAS(tell(&told, KBM_FORMAT_TEXT),
		   "dirty   ControlSet001 (Current)   SYSTEM hive 1.3, clean\n");
	end(&told);
}

Test(report, shows_each_kind_of_change)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_set(&told.result, "Q1", "New", NULL, "x", KBM_RISK_LOW);
	add_set(&told.result, "Q1", "", "x", NULL, KBM_RISK_LOW);
	add_set(&told.result, "Q1", "Typed", "1", "2", KBM_RISK_LOW);
	kbm_state_set_value(&told.result.changes[2].before, KBM_REG_DWORD, "\1\0\0\0", 4);
	add_key(&told.result, "Q1", "New\\Key", false);
	add_key(&told.result, "Q1", "Old\\Key", true);
	add_modify(&told.result, "Q1", "cn=A,o=B", "title", "boss", NULL);
	add_modify(&told.result, "Q1", "cn=A,o=B", "displayName", "x", "y");
	plan_it(&told, KBM_VERDICT_PASS);
	const char *text = tell_plan(&told);
	EXPECT_HAS(text, "  1 + New   REG_SZ  \"x\"\n");
	EXPECT_HAS(text, "  2 - (default)   REG_SZ  \"x\"\n");
	EXPECT_HAS(text, "  3 ~ Typed   REG_DWORD  0x1 (1) -> REG_SZ  \"2\"\n");
	EXPECT_HAS(text, "  4 + key New\\Key\n");
	EXPECT_HAS(text, "  5 - key Old\\Key and everything below it\n");
	EXPECT_HAS(text,
		   "  cn=A,o=B\n    6 - title   \"boss\"\n    7 ~ displayName   \"x\" -> \"y\"\n");
	end(&told);
}

Test(report, says_when_scripts_contradict_each_other)
{
	struct told told;
	begin(&told, KBM_VERDICT_PASS);
	tell(&told, KBM_FORMAT_TEXT);
	told.run.conflict = "changes of Q1 and Q2 contradict each other";
	kbm_bytes_reset(&told.out);
	kbm_report_run_text(&told.run, &told.style, &told.out);
	EXPECT_HAS(kbm_bytes_text(&told.out),
		   "conflict changes of Q1 and Q2 contradict each other\n");
	end(&told);
}

Test(report, lists_what_was_read_when_asked)
{
	struct told told;
	begin(&told, KBM_VERDICT_PASS);
	add_value_read(&told.result, "SiteDN", "/o=A");
	add_value_read(&told.result, "Absent", NULL);
	struct kbm_precondition read = {.kind = KBM_READ_SEARCH,
					.base = strdup("o=A"),
					.scope = KBM_SCOPE_SUB,
					.filter = strdup("(cn=x)"),
					.base_exists = true};
	kbm_result_add_read(&told.result, &read);
	struct kbm_precondition root = {.kind = KBM_READ_SEARCH,
					.base = strdup(""),
					.scope = KBM_SCOPE_ONE,
					.base_exists = true};
	kbm_result_add_read(&told.result, &root);
	int hidden = strstr(tell(&told, KBM_FORMAT_TEXT), "read ") == NULL;
	cr_expect(eq(int, hidden, 1));
	told.style.verbose = true;
	told.style.width = 120;
	const char *text = tell(&told, KBM_FORMAT_TEXT);
	EXPECT_HAS(text, "read " IMC_PATH "\\SiteDN = \"/o=A\"\n");
	EXPECT_HAS(text, "\\Absent = (absent)\n");
	EXPECT_HAS(text, "read o=A, all below, (cn=x) = 0 entries\n");
	EXPECT_HAS(text, "read (root), one level below = 0 entries\n");
	end(&told);
}

/* --- for programs ---------------------------------------------------------------------------- */

Test(report, gives_programs_one_object_or_a_line_each)
{
	struct told told;
	begin(&told, KBM_VERDICT_FAIL);
	add_finding(&told.result, "site", "differs", "a", "b", true);
	add_set(&told.result, "Q298565", "SiteDN", "a", "b", KBM_RISK_LOW);
	add_value_read(&told.result, "SiteDN", "a");
	plan_it(&told, KBM_VERDICT_PASS);
	json_t *whole = json_loads(tell(&told, KBM_FORMAT_JSON), JSON_REJECT_DUPLICATES, NULL);
	cr_assert(ne(ptr, whole, NULL));
	const char *schema = NULL;
	const char *verdict = NULL;
	const char *prediction = NULL;
	const char *expected = NULL;
	const char *after = NULL;
	int fails = 0;
	int status = 0;
	int unpacked = json_unpack(
	    whole, "{s:s, s:[{s:s, s:[{s:s}], s:{s:{s:s}, s:[{s:{s:s}}]}}], s:{s:i}, s:i}",
	    "schema", &schema, "scripts", "verdict", &verdict, "findings", "expected", &expected,
	    "plan", "prediction", "verdict", &prediction, "changes", "after", "text", &after,
	    "summary", "fail", &fails, "exit_status", &status);
	cr_assert(eq(int, unpacked, 0));
	EXPECT_TEXT(schema, "kbmend.run/1");
	EXPECT_TEXT(verdict, "fail");
	EXPECT_TEXT(prediction, "pass");
	EXPECT_TEXT(expected, "b");
	EXPECT_TEXT(after, "b");
	cr_expect(eq(int, fails, 1));
	cr_expect(eq(int, status, 2));
	json_decref(whole);
	const char *lines = tell(&told, KBM_FORMAT_JSONL);
	size_t count = 0;
	for (const char *at = lines; *at != '\0'; at = strchr(at, '\n') + 1) {
		json_t *line = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
		cr_assert(ne(ptr, line, NULL));
		EXPECT_TEXT(json_string_value(json_object_get(line, "type")),
			    count == 0 ? "script" : "summary");
		json_decref(line);
		count++;
	}
	cr_expect(eq(sz, count, 2));
	end(&told);
}

Test(report, says_when_it_does_not_fit)
{
	struct told told;
	begin(&told, KBM_VERDICT_PASS);
	tell(&told, KBM_FORMAT_TEXT);
	struct kbm_bytes small;
	kbm_bytes_init(&small, 50);
	int text = kbm_report_run_text(&told.run, &told.style, &small);
	kbm_bytes_reset(&small);
	int json = kbm_report_run_json(&told.run, false, &small);
	cr_expect(eq(int, text, 0));
	cr_expect(eq(int, json, 0));
	kbm_bytes_clear(&small);
	end(&told);
}
