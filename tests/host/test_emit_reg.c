/* apply/emit_reg: the texts, and that our own reader gets from them exactly the states of the plan:
 * from the fix those after, from the undo those before. */
#include "apply/emit_reg.h"
#include "base/limits.h"
#include "base/text.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(items) (sizeof(items) / sizeof *(items))
#define IMC	     "ControlSet001\\Services\\MSExchangeIMC\\Parameters"
#define IMC_CURRENT \
	"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

/* A plan for tests: nothing in it is on the heap. */
struct fixture {
	struct kbm_plan plan;
	struct kbm_plan_script script;
	struct kbm_change changes[80];
	struct kbm_blob before[80];
	struct kbm_blob after[80];
};

static struct fixture *make_fixture(void)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	fixture->script =
	    (struct kbm_plan_script){.id = (char *)"Q298565", .version = (char *)"1.0.0"};
	fixture->plan.scripts = &fixture->script;
	fixture->plan.script_count = 1;
	fixture->plan.changes = fixture->changes;
	fixture->plan.target =
	    (struct kbm_target_identity){.name = (char *)"EXCH1",
					 .control_set = (char *)"ControlSet001",
					 .control_set_source = (char *)"Current"};
	return fixture;
}

static struct kbm_change *add(struct fixture *fixture, enum kbm_change_op op, const char *physical,
			      const char *name)
{
	struct kbm_change *change = &fixture->changes[fixture->plan.change_count++];
	bool is_key = op == KBM_CREATE_KEY || op == KBM_DELETE_KEY;
	*change = (struct kbm_change){
	    .op = op,
	    .script = (char *)"Q298565",
	    .place = {.kind = op == KBM_MANUAL ? KBM_PLACE_NONE
			      : is_key	       ? KBM_PLACE_KEY
					       : KBM_PLACE_VALUE,
		      .path = (char *)"HKLM\\SYSTEM\\CurrentControlSet\\Services",
		      .hive = (char *)"SYSTEM",
		      .physical = (char *)physical,
		      .name = (char *)name,
		      .name_length = name == NULL ? 0 : strlen(name)},
	    .why = (char *)""};
	return change;
}

/* A value's state; data NULL is absent. */
static void set_state(struct kbm_state *state, struct kbm_blob *blob, uint32_t type,
		      const void *data, size_t length)
{
	*blob = (struct kbm_blob){(uint8_t *)data, length};
	*state = (struct kbm_state){
	    .present = data != NULL, .type = type, .values = blob, .value_count = data != NULL};
}

static struct kbm_change *add_value(struct fixture *fixture, const char *physical, const char *name,
				    uint32_t type, const void *before, size_t before_length,
				    const void *after, size_t after_length)
{
	size_t index = fixture->plan.change_count;
	struct kbm_change *change =
	    add(fixture, after == NULL ? KBM_DELETE_VALUE : KBM_SET_VALUE, physical, name);
	set_state(&change->before, &fixture->before[index], type, before, before_length);
	set_state(&change->after, &fixture->after[index], type, after, after_length);
	return change;
}

static enum kbm_code emit(struct fixture *fixture, bool regedit4, struct kbm_bytes *fix,
			  struct kbm_bytes *undo, struct kbm_error *error)
{
	*error = (struct kbm_error){0};
	kbm_bytes_init(fix, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(undo, KBM_PLAN_MAX_FILE_BYTES);
	return kbm_emit_reg(&fixture->plan, regedit4, 1252, fix, undo, error);
}

/* UTF-16 as UTF-8, without the mark. */
static char *as_text(const struct kbm_bytes *file)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_PLAN_MAX_FILE_BYTES);
	cr_assert(ge(sz, file->length, 2));
	cr_assert(eq(int, memcmp(file->data, "\xFF\xFE", 2), 0));
	kbm_text_from_utf16(file->data + 2, file->length - 2, &text);
	return kbm_bytes_take(&text, NULL);
}

/* In front of its change; a low one is not worth a line, and an undo only brings back what was. */
Test(emit_reg, says_the_risk_of_a_change)
{
	struct fixture *fixture = make_fixture();
	static const char *const names[] = {"Low", "Medium", "High"};
	static const enum kbm_risk risks[] = {KBM_RISK_LOW, KBM_RISK_MEDIUM, KBM_RISK_HIGH};
	for (size_t i = 0; i < COUNT(names); i++)
		add_value(fixture, IMC, names[i], KBM_REG_SZ, NULL, 0, "x\0\0", 4)->risk = risks[i];
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error;
	int code = emit(fixture, false, &fix, &undo, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	char *text = as_text(&fix);
	const char *first = strstr(text, "; risk ");
	cr_assert(first != NULL && strstr(text, "\"Low\"=") < first, "%s", text);
	cr_expect(strstr(text, "; change 2 of Q298565\r\n; risk medium: ") != NULL, "%s", text);
	cr_expect(strstr(text, "; change 3 of Q298565\r\n; risk high: ") != NULL, "%s", text);
	free(text);
	text = as_text(&undo);
	cr_expect(strstr(text, "risk") == NULL, "%s", text);
	free(text);
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}

Test(emit_reg, writes_what_a_person_can_read)
{
	static const char wrong[] = "/\0o\0=\0C\0/\0o\0u\0=\0S\0002\0\0";
	static const char right[] = "/\0o\0=\0C\0/\0o\0u\0=\0S\0001\0\0";
	struct fixture *fixture = make_fixture();
	add_value(fixture, IMC, "SiteDN", KBM_REG_SZ, wrong, sizeof wrong, right, sizeof right)
	    ->why = (char *)"the site is named S1";
	add(fixture, KBM_MANUAL, NULL, NULL)->text = (char *)"start the service";
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error;
	int code = emit(fixture, false, &fix, &undo, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	char *text = as_text(&fix);
	cr_expect(eq(str, text,
		     (char *)"Windows Registry Editor Version 5.00\r\n"
			     "\r\n"
			     "; kbmend fix for EXCH1\r\n"
			     "; script Q298565 1.0.0\r\n"
			     "; made for ControlSet001 (Current)\r\n"
			     "; compare the values marked 'before', then run on the server:\r\n"
			     ";   regedit /s THIS-FILE\r\n"
			     "\r\n"
			     "; change 1 of Q298565: the site is named S1\r\n"
			     "; before: REG_SZ \"/o=C/ou=S2\"\r\n"
			     "[" IMC_CURRENT "]\r\n"
			     "\"SiteDN\"=\"/o=C/ou=S1\"\r\n"
			     "\r\n"
			     "; by hand, step 2: start the service\r\n"
			     "\r\n"));
	free(text);
	text = as_text(&undo);
	cr_expect(eq(str, text,
		     (char *)"Windows Registry Editor Version 5.00\r\n"
			     "\r\n"
			     "; kbmend undo for EXCH1\r\n"
			     "; script Q298565 1.0.0\r\n"
			     "; made for ControlSet001 (Current)\r\n"
			     "; takes the fix back; run on the server:\r\n"
			     ";   regedit /s THIS-FILE\r\n"
			     "\r\n"
			     "; change 1 of Q298565: the site is named S1\r\n"
			     "; before: REG_SZ \"/o=C/ou=S1\"\r\n"
			     "[" IMC_CURRENT "]\r\n"
			     "\"SiteDN\"=\"/o=C/ou=S2\"\r\n"
			     "\r\n"));
	free(text);
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);

	/* NT 4.0 reads REGEDIT4 only. */
	code = emit(fixture, true, &fix, &undo, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(int, strncmp(kbm_bytes_text(&fix), "REGEDIT4\r\n\r\n; kbmend fix", 24), 0));
	cr_expect(ne(ptr, strstr((char *)fix.data, "\"SiteDN\"=\"/o=C/ou=S1\"\r\n"), NULL));
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}

/* States whose round trip is not plain. `four`: whether REGEDIT4 in 1252 can hold it. */
static const struct {
	const char *name;
	uint32_t type;
	const char *data;
	size_t length;
	bool four;
} STATES[] = {
    {"plain", KBM_REG_SZ, "x\0\0", 4, true},
    {"", KBM_REG_SZ, "x\0\0", 4, true},
    {"empty", KBM_REG_SZ, "\0", 2, true},
    {"nothing", KBM_REG_SZ, "", 0, true},
    {"no NUL", KBM_REG_SZ, "x\0y", 4, true},
    {"two NULs", KBM_REG_SZ, "x\0\0\0\0", 6, true},
    {"NUL inside", KBM_REG_SZ, "x\0\0\0y\0\0", 8, true},
    {"odd", KBM_REG_SZ, "x\0y", 3, false},
    {"quote \" \\ ; ]=", KBM_REG_SZ, "\"\0\\\0;\0]\0\0", 10, true},
    {"lines", KBM_REG_SZ, "x\0\r\0\n\0y\0\0", 10, true},
    {"tab", KBM_REG_SZ, "\t\0\0", 4, true},
    {"\xC3\xA4", KBM_REG_SZ, "\xE4\0\0", 4, true},
    {"euro", KBM_REG_SZ, "\xAC\x20\0", 4, true},
    {"\xD0\x96", KBM_REG_BINARY, "1", 1, false},
    {"cyrillic", KBM_REG_SZ, "\x16\x04\0", 4, false},
    {"emoji", KBM_REG_SZ, "\x3D\xD8\x00\xDE\0", 6, false},
    {"surrogate", KBM_REG_SZ, "\x3D\xD8x\0\0", 6, false},
    {"override", KBM_REG_SZ, "\x2E\x20x\0\0", 6, false},
    {"escape", KBM_REG_SZ, "\x1B\0\0", 4, true},
    {"expand", KBM_REG_EXPAND_SZ, "%\0x\0%\0\0", 8, true},
    {"odd expand", KBM_REG_EXPAND_SZ, "%\0x", 3, false},
    {"multi", KBM_REG_MULTI_SZ, "x\0\0\0y\0\0\0\0", 10, true},
    {"binary", KBM_REG_BINARY, "\x00\x01\xFF", 3, true},
    {"no bytes", KBM_REG_BINARY, "", 0, true},
    {"dword", KBM_REG_DWORD, "\xEF\xBE\xAD\xDE", 4, true},
    {"short dword", KBM_REG_DWORD, "\xEF\xBE", 2, true},
    {"big endian", KBM_REG_DWORD_BIG_ENDIAN, "\0\0\0\1", 4, true},
    {"link", KBM_REG_LINK, "x\0", 2, true},
    {"qword", KBM_REG_QWORD, "12345678", 8, true},
    {"none", KBM_REG_NONE, "x", 1, true},
    {"other", 0xFFFF0012, "x", 1, true},
};

static void apply_file(struct kbm_tree *tree, const struct kbm_bytes *file)
{
	struct kbm_error error = {0};
	int code = kbm_reg_file_read(file->data, file->length, 1252, tree, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

static void expect_state(struct kbm_tree *tree, const struct kbm_change *change,
			 const struct kbm_state *state, const char *when)
{
	struct kbm_value value;
	int code = kbm_tree_get_value(tree, IMC_CURRENT, change->place.name,
				      change->place.name_length, &value, NULL);
	cr_expect(eq(int, code == KBM_OK, state->present), "%s: %s", when, change->place.name);
	if (code != KBM_OK || !state->present)
		return;
	cr_expect(eq(u32, value.type, state->type), "%s: %s", when, change->place.name);
	int same = value.length == state->values[0].length &&
		   memcmp(value.data, state->values[0].data, value.length) == 0;
	cr_expect(eq(int, same, 1), "%s: %s", when, change->place.name);
}

/* Each state as what is set, what is replaced, and what is deleted. */
static void check_round_trip(bool regedit4)
{
	for (int variant = 0; variant < 3; variant++) {
		struct fixture *fixture = make_fixture();
		for (size_t i = 0; i < COUNT(STATES); i++) {
			if (regedit4 && !STATES[i].four)
				continue;
			const void *data = STATES[i].data;
			const void *before = variant == 0 ? NULL : variant == 1 ? "zz" : data;
			const void *after = variant == 2 ? NULL : data;
			add_value(fixture, IMC, STATES[i].name, STATES[i].type, before,
				  variant == 1 ? 2 : STATES[i].length, after, STATES[i].length);
			if (variant == 1)
				fixture->changes[fixture->plan.change_count - 1].before.type =
				    KBM_REG_BINARY;
		}
		struct kbm_bytes fix;
		struct kbm_bytes undo;
		struct kbm_error error;
		int code = emit(fixture, regedit4, &fix, &undo, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		struct kbm_tree *tree;
		kbm_tree_make("root", &tree, NULL);
		apply_file(tree, &fix);
		for (size_t i = 0; i < fixture->plan.change_count; i++)
			expect_state(tree, &fixture->changes[i], &fixture->changes[i].after, "fix");
		apply_file(tree, &undo);
		for (size_t i = 0; i < fixture->plan.change_count; i++)
			expect_state(tree, &fixture->changes[i], &fixture->changes[i].before,
				     "undo");
		kbm_tree_free(tree);
		kbm_bytes_clear(&fix);
		kbm_bytes_clear(&undo);
		free(fixture);
	}
}

Test(emit_reg, reads_back_in_version_5)
{
	check_round_trip(false);
}

Test(emit_reg, reads_back_in_regedit4)
{
	check_round_trip(true);
}

Test(emit_reg, refuses_what_regedit4_cannot_hold)
{
	for (size_t i = 0; i < COUNT(STATES); i++) {
		struct fixture *fixture = make_fixture();
		add_value(fixture, IMC, STATES[i].name, STATES[i].type, NULL, 0, STATES[i].data,
			  STATES[i].length);
		struct kbm_bytes fix;
		struct kbm_bytes undo;
		struct kbm_error error;
		int code = emit(fixture, true, &fix, &undo, &error);
		cr_expect(eq(int, code, STATES[i].four ? KBM_OK : KBM_REFUSED), "row %zu", i);
		if (!STATES[i].four)
			cr_expect(eq(int, strncmp(error.message, "change 1 cannot go", 18), 0),
				  "%s", error.message);
		kbm_bytes_clear(&fix);
		kbm_bytes_clear(&undo);
		free(fixture);
	}
}

Test(emit_reg, folds_long_data_within_80_columns)
{
	uint8_t data[300];
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)i;
	struct fixture *fixture = make_fixture();
	add_value(fixture, IMC, "Long", KBM_REG_BINARY, NULL, 0, data, sizeof data);
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error;
	cr_assert(eq(int, emit(fixture, true, &fix, &undo, &error), KBM_OK));
	const char *line = strstr((char *)fix.data, "\"Long\"=hex:00,01");
	cr_assert(ne(ptr, (void *)line, NULL));
	size_t lines = 0;
	for (; *line != '\0' && *line != '\r'; lines++) {
		size_t length = strcspn(line, "\r");
		cr_expect(le(sz, length, 80), "%.*s", (int)length, line);
		cr_expect(eq(int, strncmp(line, lines == 0 ? "\"L" : "  ", 2), 0));
		line += length + 2;
	}
	cr_expect(ge(sz, lines, 12));
	struct kbm_tree *tree;
	kbm_tree_make("root", &tree, NULL);
	apply_file(tree, &fix);
	expect_state(tree, &fixture->changes[0], &fixture->changes[0].after, "fix");
	kbm_tree_free(tree);
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}

Test(emit_reg, takes_changes_back_in_reverse_order)
{
	struct fixture *fixture = make_fixture();
	add(fixture, KBM_CREATE_KEY, IMC, NULL)->after.present = true;
	add_value(fixture, IMC, "New", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error;
	cr_assert(eq(int, emit(fixture, false, &fix, &undo, &error), KBM_OK));
	struct kbm_tree *tree;
	kbm_tree_make("root", &tree, NULL);
	apply_file(tree, &fix);
	expect_state(tree, &fixture->changes[1], &fixture->changes[1].after, "fix");
	apply_file(tree, &undo);
	cr_expect(eq(int, kbm_tree_has_key(tree, IMC_CURRENT, NULL), KBM_NOT_FOUND));
	kbm_tree_free(tree);
	char *text = as_text(&undo);
	char *deletion = strstr(text, "\"New\"=-");
	char *key = strstr(text, "[-" IMC_CURRENT "]");
	cr_assert(ne(ptr, deletion, NULL));
	cr_assert(ne(ptr, key, NULL));
	cr_expect(lt(ptr, deletion, key));
	free(text);
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}

Test(emit_reg, names_the_current_control_set_only_where_it_is_meant)
{
	static const struct {
		const char *written;
		const char *hive;
		const char *physical;
		const char *source;
		const char *line;
	} cases[] = {
	    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet001\\X", "Current",
	     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\X]"},
	    {"hkey_local_machine\\system\\currentcontrolset\\X", "SYSTEM", "ControlSet001\\X",
	     "Current", "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\X]"},
	    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet001\\X", "Default",
	     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\X]"},
	    {"HKLM\\SYSTEM\\CurrentControlSet\\X", "SYSTEM", "ControlSet002\\X", "Current",
	     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet002\\X]"},
	    {"HKLM\\SYSTEM\\ControlSet001\\X", "SYSTEM", "ControlSet001\\X", "Current",
	     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\X]"},
	    {"HKLM\\SYSTEM\\CurrentControlSet", "SYSTEM", "ControlSet001", "Current",
	     "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet]"},
	    {"HKLM\\SOFTWARE", "SOFTWARE", "", "Current", "[HKEY_LOCAL_MACHINE\\SOFTWARE]"},
	    {"HKU\\.DEFAULT\\X", "HKU\\.DEFAULT", "X", "", "[HKEY_USERS\\.DEFAULT\\X]"},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture *fixture = make_fixture();
		struct kbm_change *change =
		    add_value(fixture, cases[i].physical, "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
		change->place.path = (char *)cases[i].written;
		change->place.hive = (char *)cases[i].hive;
		fixture->plan.target.control_set_source = (char *)cases[i].source;
		struct kbm_bytes fix;
		struct kbm_bytes undo;
		struct kbm_error error;
		int code = emit(fixture, false, &fix, &undo, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		char *text = as_text(&fix);
		char *line = strstr(text, cases[i].line);
		cr_expect(ne(ptr, line, NULL), "row %zu: %s", i, text);
		free(text);
		kbm_bytes_clear(&fix);
		kbm_bytes_clear(&undo);
		free(fixture);
	}
}

Test(emit_reg, lets_no_comment_become_a_line)
{
	struct fixture *fixture = make_fixture();
	static const char evil[] = "x\0\n\0[\0y\0]\0\0";
	add_value(fixture, IMC, "v", KBM_REG_SZ, evil, sizeof evil, "\0", 2)->why =
	    (char *)"why\r\n[HKEY_LOCAL_MACHINE\\EVIL]\r\n\x1B[2J";
	add(fixture, KBM_MANUAL, NULL, NULL)->text = (char *)"do\n\"evil\"=dword:1";
	fixture->plan.target.name = (char *)"A\r[-HKEY_LOCAL_MACHINE\\SYSTEM]";
	for (int four = 0; four < 2; four++) {
		struct kbm_bytes fix;
		struct kbm_bytes undo;
		struct kbm_error error;
		cr_assert(eq(int, emit(fixture, four, &fix, &undo, &error), KBM_OK));
		struct kbm_tree *tree;
		kbm_tree_make("root", &tree, NULL);
		set_state(&fixture->changes[0].after, &fixture->after[0], KBM_REG_SZ, "\0", 2);
		apply_file(tree, &fix);
		apply_file(tree, &undo);
		expect_state(tree, &fixture->changes[0], &fixture->changes[0].before, "undo");
		int evil_key = kbm_tree_has_key(tree, "HKEY_LOCAL_MACHINE\\EVIL", NULL);
		cr_expect(eq(int, evil_key, KBM_NOT_FOUND));
		kbm_tree_free(tree);
		kbm_bytes_clear(&fix);
		kbm_bytes_clear(&undo);
	}
	free(fixture);
}

static void expect_refusal(struct fixture *fixture, const char *part)
{
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error;
	int code = emit(fixture, false, &fix, &undo, &error);
	cr_expect(eq(int, code, KBM_REFUSED), "%s", part);
	char *there = strstr(error.message, part);
	cr_expect(ne(ptr, there, NULL), "%s, not %s", error.message, part);
	cr_expect(eq(sz, fix.length + undo.length, 0));
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}

Test(emit_reg, refuses_with_the_reason)
{
	struct fixture *fixture = make_fixture();
	add(fixture, KBM_MANUAL, NULL, NULL)->text = (char *)"do it";
	expect_refusal(fixture, "nothing in the registry");

	fixture = make_fixture();
	add_value(fixture, IMC, "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	add(fixture, KBM_DELETE_KEY, IMC "\\Sub", NULL)->before.present = true;
	expect_refusal(fixture, "change 2 cannot go to a .reg file: deletes a key");

	fixture = make_fixture();
	add_value(fixture, "Software\\X", "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4)->place.hive =
	    (char *)"NTUSER.DAT";
	expect_refusal(fixture, "NTUSER.DAT is one user's own hive");

	/* A profile's name is not what the hive is called where Windows runs; an export's is. */
	static struct kbm_source_identity profile = {.kind = (char *)"hive",
						     .hive = (char *)"HKU\\alice"};
	fixture = make_fixture();
	fixture->plan.target.sources = &profile;
	fixture->plan.target.source_count = 1;
	struct kbm_change *change =
	    add_value(fixture, "Software\\X", "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	change->place.hive = (char *)"HKU\\alice";
	change->place.path = (char *)"HKU\\alice\\Software\\X";
	expect_refusal(fixture, "HKU\\alice is one user's own hive");

	fixture = make_fixture();
	add_value(fixture, IMC, "a\nb", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	expect_refusal(fixture, "a line break");

	fixture = make_fixture();
	add_value(fixture, "A] ;B", "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	expect_refusal(fixture, "'];'");
}

Test(emit_reg, knows_the_code_pages_that_there_are)
{
	struct fixture *fixture = make_fixture();
	add_value(fixture, IMC, "v", KBM_REG_DWORD, NULL, 0, "\1\0\0", 4);
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error = {0};
	kbm_bytes_init(&fix, 65536);
	kbm_bytes_init(&undo, 65536);
	int code = kbm_emit_reg(&fixture->plan, true, 932, &fix, &undo, &error);
	cr_expect(eq(int, code, KBM_USAGE));
	code = kbm_emit_reg(&fixture->plan, false, 932, &fix, &undo, &error);
	cr_expect(eq(int, code, KBM_OK), "version 5.00 needs none");
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
	free(fixture);
}
