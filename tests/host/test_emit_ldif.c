/* apply/emit_ldif: the texts, and that what is read back from them line by line is what the plan
 * says. tests/ldap/emit.sh gives them to a server. */
#include "plan_fixture.h"

#include "apply/emit_ldif.h"
#include "base/arena.h"
#include "source/ldif_lines.h"

#define COUNT(items) (sizeof(items) / sizeof *(items))

struct emitted {
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	enum kbm_code code;
	struct kbm_error error;
};

static struct emitted emit_within(const struct kbm_plan *plan, size_t maximum)
{
	struct emitted emitted = {.code = KBM_OK};
	kbm_bytes_init(&emitted.fix, maximum);
	kbm_bytes_init(&emitted.undo, maximum);
	emitted.code = kbm_emit_ldif(plan, &emitted.fix, &emitted.undo, &emitted.error);
	return emitted;
}

/* Of what one script's fix put into a plan; the result is released. */
static struct emitted emit_result(struct kbm_result *result)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	add_to_plan(&plan, "Q1", result, KBM_OK, &error);
	plan.target.name = strdup("EXCH1");
	struct emitted emitted = emit_within(&plan, KBM_PLAN_MAX_FILE_BYTES);
	kbm_plan_clear(&plan);
	kbm_result_clear(result);
	return emitted;
}

static void emitted_clear(struct emitted *emitted)
{
	kbm_bytes_clear(&emitted->fix);
	kbm_bytes_clear(&emitted->undo);
}

Test(emit_ldif, writes_one_record_an_entry_and_names_what_is_not_in_it)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_modify(&result, "Q1", "ou=SITE1,o=Contoso", "description", "old", "new");
	add_modify(&result, "Q1", "o=Contoso", "description", NULL, "first");
	add_set(&result, "Q1", "SiteDN", "/ou=A", "/ou=B", KBM_RISK_LOW);
	/* another spelling of the same name */
	add_modify(&result, "Q1", "OU=site1, O=contoso", "street", "Mill Lane", NULL);
	add_manual(&result, "Q1", "start the service\n-\ndn: o=Evil");
	result.changes[0].risk = KBM_RISK_HIGH;
	result.changes[1].risk = KBM_RISK_MEDIUM;
	struct emitted emitted = emit_result(&result);
	cr_assert(emitted.code == KBM_OK, "%s", emitted.error.message);
	EXPECT_TEXT(
	    kbm_bytes_text(&emitted.fix),
	    "version: 1\n\n# kbmend fix for EXCH1\n# script Q1 1.0.0\n"
	    "# makes the changes, entry by entry; the server refuses an entry whose old values "
	    "moved:\n"
	    "#   ldapmodify -H URI -D WHO -W -f THIS-FILE\n"
	    "\ndn: ou=SITE1,o=Contoso\nchangetype: modify\n"
	    "# change 1 of Q1: the directory says so\n"
	    "# risk high: ldapmodify does not ask; take this change out unless you are sure of "
	    "it\n"
	    "delete: description\ndescription: old\n-\n"
	    "add: description\ndescription: new\n-\n"
	    "# change 4 of Q1: the directory says so\n"
	    "delete: street\nstreet: Mill Lane\n-\n"
	    "\ndn: o=Contoso\nchangetype: modify\n"
	    "# change 2 of Q1: the directory says so\n"
	    "# risk medium: make sure of it first\n"
	    "add: description\ndescription: first\n-\n"
	    "\n# not in this file: change 3, in the registry, of " IMC_PATH "\n"
	    "\n# by hand, step 5: start the service\\n-\\ndn: o=Evil\n");
	EXPECT_TEXT(kbm_bytes_text(&emitted.undo),
		    "version: 1\n\n# kbmend undo for EXCH1\n# script Q1 1.0.0\n"
		    "# takes the fix back, entry by entry; the server refuses an entry whose old "
		    "values moved:\n"
		    "#   ldapmodify -H URI -D WHO -W -f THIS-FILE\n"
		    "\ndn: ou=SITE1,o=Contoso\nchangetype: modify\n"
		    "# change 4 of Q1: the directory says so\n"
		    "add: street\nstreet: Mill Lane\n-\n"
		    "# change 1 of Q1: the directory says so\n"
		    "delete: description\ndescription: new\n-\n"
		    "add: description\ndescription: old\n-\n"
		    "\ndn: o=Contoso\nchangetype: modify\n"
		    "# change 2 of Q1: the directory says so\n"
		    "delete: description\ndescription: first\n-\n");
	emitted_clear(&emitted);
}

/* What a plan may hold and a line may not, or not as it is. */
static const struct {
	const char *data;
	size_t length;
} VALUES[] = {
    {"plain", 5},	{"", 0},	{" blank", 6},
    {"blank ", 6},	{":x", 2},	{"<file:///etc/passwd", 19},
    {"-", 1},		{"a\n-\nb", 5}, {"a\r\nadd: x", 9},
    {"\0", 1},		{"a\0b", 3},	{"\xC3\xBC", 2},
    {"\xC3", 1},	{"\x1B[2J", 4}, {"\xE2\x80\xAE", 3},
    {"add: x", 6},	{"#x", 2},	{"\x7F\x80\xFF", 3},
    {"dn: o=Evil", 10},
};

static int base64_digit(char letter)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = letter == '\0' ? NULL : strchr(digits, letter);
	return at == NULL ? -1 : (int)(at - digits);
}

static size_t decode(const char *text, size_t length, char *out)
{
	size_t made = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < length && text[i] != '='; i++) {
		int digit = base64_digit(text[i]);
		cr_assert(digit >= 0, "no base64: %.*s", (int)length, text);
		bits = bits << 6 | (unsigned)digit;
		if (i % 4 != 0)
			out[made++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xFFU);
	}
	return made;
}

/* The lines behind "OPERATION: description", up to "-", are these values. */
static void expect_values(const struct kbm_bytes *file, const char *operation)
{
	struct kbm_ldif_lines lines = {0};
	struct kbm_ldif_line line = {0};
	struct kbm_arena arena = {0};
	struct kbm_error error = {0};
	char sought[64];
	snprintf(sought, sizeof sought, "%s: description", operation);
	cr_assert(kbm_ldif_lines_open(file->data, file->length, &lines, &error) == KBM_OK);
	do {
		enum kbm_code code = kbm_ldif_lines_next(&lines, &arena, &line, &error);
		cr_assert(code == KBM_OK, "no %s: %s", sought, error.message);
	} while (line.length != strlen(sought) || memcmp(line.text, sought, line.length) != 0);
	for (size_t i = 0; i < COUNT(VALUES); i++) {
		char value[64];
		size_t length = 0;
		cr_assert(kbm_ldif_lines_next(&lines, &arena, &line, &error) == KBM_OK);
		cr_assert(line.length >= 12 && memcmp(line.text, "description:", 12) == 0);
		if (line.length > 12 && line.text[12] == ':') {
			length = decode(line.text + 14, line.length - 14, value);
		} else if (line.length > 12) {
			length = line.length - 13;
			memcpy(value, line.text + 13, length);
		}
		cr_expect(length == VALUES[i].length && memcmp(value, VALUES[i].data, length) == 0,
			  "row %zu of %s: %.*s", i, operation, (int)line.length, line.text);
	}
	cr_assert(kbm_ldif_lines_next(&lines, &arena, &line, &error) == KBM_OK);
	cr_expect(line.length == 1 && line.text[0] == '-');
	kbm_ldif_lines_clear(&lines);
	kbm_arena_clear(&arena);
}

Test(emit_ldif, holds_any_value)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_modify(&result, "Q1", "o=A", "description", NULL, NULL);
	struct kbm_change *change = &result.changes[0];
	for (size_t i = 0; i < COUNT(VALUES); i++)
		kbm_state_add_value(&change->after, VALUES[i].data, VALUES[i].length);
	change->after.present = true;
	struct emitted emitted = emit_result(&result);
	cr_assert(emitted.code == KBM_OK, "%s", emitted.error.message);
	expect_values(&emitted.fix, "add");
	expect_values(&emitted.undo, "delete");
	for (size_t i = 0; i < emitted.fix.length; i++)
		cr_assert(emitted.fix.data[i] == '\n' || emitted.fix.data[i] >= ' ', "byte %zu", i);
	/* Text in base64 is readable beside it; nothing ends its comment. */
	EXPECT_HAS((char *)emitted.fix.data,
		   "\n# description: a\\n-\\nb\ndescription:: YQotCmI=\n");
	EXPECT_HAS((char *)emitted.fix.data, "\n# description: \xC3\xBC\ndescription:: w7w=\n");
	emitted_clear(&emitted);
}

Test(emit_ldif, encodes_names_and_lets_no_comment_become_a_line)
{
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_modify(&result, "Q1", "o=M\xC3\xBCller", "cn;lang-de", NULL, "x");
	free(result.changes[0].why);
	result.changes[0].why = strdup("why\n\ndn: o=Evil\nchangetype: delete\r\n\x1B[2J");
	struct emitted emitted = emit_result(&result);
	cr_assert(emitted.code == KBM_OK, "%s", emitted.error.message);
	EXPECT_HAS((char *)emitted.fix.data, "\n# dn: o=M\xC3\xBCller\ndn:: bz1Nw7xsbGVy\n");
	EXPECT_HAS((char *)emitted.fix.data, "\nadd: cn;lang-de\ncn;lang-de: x\n-\n");
	EXPECT_HAS((char *)emitted.fix.data,
		   "# change 1 of Q1: why\\n\\ndn: o=Evil\\nchangetype: ");
	cr_expect(strstr((char *)emitted.fix.data, "\ndn: ") == NULL);
	emitted_clear(&emitted);
}

Test(emit_ldif, gives_the_same_bytes_for_the_same_plan)
{
	struct emitted emitted[2];
	for (size_t i = 0; i < 2; i++) {
		struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
		for (char name[] = "cn=a,o=A"; name[3] <= 'z'; name[3]++)
			add_modify(&result, "Q1", name, "description", "1", "2");
		emitted[i] = emit_result(&result);
	}
	cr_expect(emitted[0].fix.length == emitted[1].fix.length && emitted[0].fix.length > 1000);
	cr_expect(memcmp(emitted[0].fix.data, emitted[1].fix.data, emitted[0].fix.length) == 0);
	cr_expect(memcmp(emitted[0].undo.data, emitted[1].undo.data, emitted[0].undo.length) == 0);
	emitted_clear(&emitted[0]);
	emitted_clear(&emitted[1]);
}

static void expect_refusal(struct kbm_result *result, const char *part)
{
	struct emitted emitted = emit_result(result);
	cr_expect(emitted.code == KBM_REFUSED, "%s", part);
	EXPECT_HAS(emitted.error.message, part);
	cr_expect(eq(sz, emitted.fix.length + emitted.undo.length, 0));
	emitted_clear(&emitted);
}

Test(emit_ldif, refuses_with_the_reason)
{
	static const char *const words[] = {"dn",  "changeType", "control",
					    "add", "Delete",	 "replace"};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_set(&result, "Q1", "SiteDN", "/ou=A", "/ou=B", KBM_RISK_LOW);
	expect_refusal(&result, "nothing in the directory: there is no LDIF file to write; --emit "
				"reg:FILE writes");
	result = result_of("Q1", KBM_VERDICT_FAIL);
	add_manual(&result, "Q1", "do it");
	expect_refusal(&result, "nothing in the directory: there is no LDIF file to write");
	for (size_t i = 0; i < COUNT(words); i++) {
		result = result_of("Q1", KBM_VERDICT_FAIL);
		add_set(&result, "Q1", "SiteDN", "/ou=A", "/ou=B", KBM_RISK_LOW);
		add_modify(&result, "Q1", "o=A", words[i], NULL, "x");
		expect_refusal(&result,
			       "change 2 cannot go to an LDIF file: its attribute is called");
	}
	result = result_of("Q1", KBM_VERDICT_FAIL);
	add_modify(&result, "Q1", "o=A", "_x", NULL, "x");
	expect_refusal(&result, "change 1 cannot go to an LDIF file: its attribute's name is none");
}

Test(emit_ldif, leaves_nothing_where_there_is_no_room)
{
	struct kbm_plan plan = {0};
	struct kbm_error error = {0};
	struct kbm_result result = result_of("Q1", KBM_VERDICT_FAIL);
	add_modify(&result, "Q1", "o=A", "description", "a", "b");
	add_to_plan(&plan, "Q1", &result, KBM_OK, &error);
	struct emitted whole = emit_within(&plan, KBM_PLAN_MAX_FILE_BYTES);
	cr_assert(whole.code == KBM_OK);
	for (size_t maximum = 0; maximum < whole.fix.length; maximum++) {
		struct emitted emitted = emit_within(&plan, maximum);
		cr_assert(emitted.code == KBM_LIMIT, "%zu bytes", maximum);
		cr_assert(eq(sz, emitted.fix.length + emitted.undo.length, 0));
		emitted_clear(&emitted);
	}
	emitted_clear(&whole);
	kbm_plan_clear(&plan);
	kbm_result_clear(&result);
}
