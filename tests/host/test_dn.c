/* source/dn: the vectors, and the properties that hold for every pair of names. */
#include "source/dn.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COLUMNS = 5, LINE_BYTES = 8192 };

/* One line of a vectors file; %XX in the names are undone. */
struct vector {
	char storage[LINE_BYTES];
	char *left;
	char *right;
	size_t left_length;
	size_t right_length;
	enum kbm_dn_form left_form;
	enum kbm_dn_form right_form;
	const char *expected;
	const char *kinds;
};

static size_t undo_percents(char *text)
{
	size_t length = 0;
	for (size_t at = 0; text[at] != '\0';) {
		unsigned byte = 0;
		if (text[at] == '%' && sscanf(text + at + 1, "%2x", &byte) == 1) {
			text[length++] = (char)byte;
			at += 3;
		} else {
			text[length++] = text[at++];
		}
	}
	text[length] = '\0';
	return length;
}

static bool read_vector(const char *line, struct vector *vector)
{
	char *columns[COLUMNS];
	snprintf(vector->storage, sizeof vector->storage, "%s", line);
	char *rest = vector->storage;
	for (size_t i = 0; i < COLUMNS; i++)
		columns[i] = strsep(&rest, "\t\n");
	if (columns[COLUMNS - 1] == NULL || line[0] == '#')
		return false;
	vector->left = columns[0];
	vector->right = columns[1];
	vector->left_length = undo_percents(vector->left);
	vector->right_length = undo_percents(vector->right);
	vector->left_form = strncmp(columns[2], "x500", 4) == 0 ? KBM_DN_X500 : KBM_DN_LDAP;
	vector->right_form = strstr(columns[2], "|x500") != NULL ? KBM_DN_X500 : KBM_DN_LDAP;
	vector->expected = columns[3];
	vector->kinds = columns[4];
	return true;
}

static unsigned parse_kinds(const char *text)
{
	unsigned kinds = 0;
	for (unsigned kind = KBM_DN_TYPECASE; kind <= KBM_DN_REVERSED; kind <<= 1) {
		const char *name = kbm_dn_kind_name(kind);
		size_t length = strlen(name);
		for (const char *at = text; (at = strstr(at, name)) != NULL; at += length) {
			if ((at == text || at[-1] == '+') &&
			    (at[length] == '+' || at[length] == '\0'))
				kinds |= kind;
		}
	}
	return kinds;
}

static void describe_kinds(unsigned kinds, char *out, size_t size)
{
	out[0] = '\0';
	for (unsigned kind = KBM_DN_TYPECASE; kind <= KBM_DN_REVERSED; kind <<= 1) {
		if ((kinds & kind) != 0)
			snprintf(out + strlen(out), size - strlen(out), "%s%s",
				 out[0] != '\0' ? "+" : "", kbm_dn_kind_name(kind));
	}
}

static struct kbm_dn *parse(const char *text, size_t length, enum kbm_dn_form form)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error error;
	return kbm_dn_parse(text, length, form, &dn, &error) == KBM_OK ? dn : NULL;
}

static struct kbm_comparison_outcome {
	enum kbm_dn_verdict verdict;
	unsigned kinds;
} outcome_of(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	enum kbm_code code = kbm_dn_compare(left, right, &comparison, &error);
	cr_assert(eq(int, code, KBM_OK));
	struct kbm_comparison_outcome outcome = {comparison.verdict, comparison.kinds};
	kbm_dn_comparison_clear(&comparison);
	return outcome;
}

static bool same_key(const struct kbm_dn *left, const struct kbm_dn *right)
{
	struct kbm_bytes a;
	struct kbm_bytes b;
	struct kbm_error error;
	kbm_bytes_init(&a, KBM_DN_MAX_KEY_BYTES);
	kbm_bytes_init(&b, KBM_DN_MAX_KEY_BYTES);
	enum kbm_code left_code = kbm_dn_normalize(left, &a, &error);
	enum kbm_code right_code = kbm_dn_normalize(right, &b, &error);
	cr_assert(eq(int, left_code, KBM_OK));
	cr_assert(eq(int, right_code, KBM_OK));
	bool same =
	    a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
	kbm_bytes_clear(&a);
	kbm_bytes_clear(&b);
	return same;
}

static unsigned mirror(unsigned kinds)
{
	unsigned rest = kinds & ~(unsigned)(KBM_DN_MISSING | KBM_DN_EXTRA);
	return rest | ((kinds & KBM_DN_MISSING) != 0 ? KBM_DN_EXTRA : 0U) |
	       ((kinds & KBM_DN_EXTRA) != 0 ? KBM_DN_MISSING : 0U);
}

/* Written in `form` and read again it is the same name; where the form cannot hold it, it says so.
 */
static void check_rewriting(const struct kbm_dn *dn, enum kbm_dn_form form, size_t row)
{
	struct kbm_bytes written;
	struct kbm_error error;
	kbm_bytes_init(&written, 4 * KBM_DN_MAX_BYTES);
	enum kbm_code code = kbm_dn_write(dn, form, &written, &error);
	if (code == KBM_OK) {
		struct kbm_dn *again = parse(kbm_bytes_text(&written), written.length, form);
		cr_expect(again != NULL, "row %zu: '%s' is not read again", row,
			  kbm_bytes_text(&written));
		if (again != NULL)
			cr_expect(outcome_of(dn, again).verdict == KBM_DN_IDENTICAL,
				  "row %zu: '%s' is another name", row, kbm_bytes_text(&written));
		kbm_dn_free(again);
	} else {
		cr_expect(form == KBM_DN_X500 && code == KBM_INVALID, "row %zu: %s", row,
			  error.message);
	}
	kbm_bytes_clear(&written);
}

static void check_properties(const struct kbm_dn *left, const struct kbm_dn *right, size_t row)
{
	struct kbm_comparison_outcome there = outcome_of(left, right);
	struct kbm_comparison_outcome back = outcome_of(right, left);
	cr_expect(outcome_of(left, left).verdict == KBM_DN_IDENTICAL, "row %zu: not reflexive",
		  row);
	cr_expect(there.verdict == back.verdict && there.kinds == mirror(back.kinds),
		  "row %zu: not symmetric", row);
	cr_expect(same_key(left, right) == (there.verdict != KBM_DN_DIFFERENT),
		  "row %zu: the keys disagree with the verdict", row);
	check_rewriting(left, KBM_DN_LDAP, row);
	check_rewriting(left, KBM_DN_X500, row);
	check_rewriting(right, KBM_DN_LDAP, row);
	check_rewriting(right, KBM_DN_X500, row);
}

static void check_vector(const struct vector *vector, size_t row)
{
	struct kbm_dn *left = parse(vector->left, vector->left_length, vector->left_form);
	struct kbm_dn *right = parse(vector->right, vector->right_length, vector->right_form);
	const char *found = left == NULL && right == NULL ? "invalid-both"
			    : left == NULL		  ? "invalid-left"
			    : right == NULL		  ? "invalid-right"
							  : NULL;
	char kinds[256] = "";
	if (found == NULL) {
		struct kbm_comparison_outcome outcome = outcome_of(left, right);
		found = kbm_dn_verdict_name(outcome.verdict);
		describe_kinds(outcome.kinds, kinds, sizeof kinds);
		cr_expect(outcome.kinds == parse_kinds(vector->kinds), "row %zu: kinds %s, not %s",
			  row, kinds, vector->kinds);
		check_properties(left, right, row);
	}
	cr_expect(strcmp(found, vector->expected) == 0, "row %zu: %s (%s), not %s", row, found,
		  kinds, vector->expected);
	kbm_dn_free(left);
	kbm_dn_free(right);
}

static size_t check_file(const char *path)
{
	static struct vector vector;
	static char line[LINE_BYTES];
	size_t checked = 0;
	FILE *file = fopen(path, "r");
	cr_assert(file != NULL, "cannot read %s", path);
	for (size_t row = 1; fgets(line, sizeof line, file) != NULL; row++) {
		if (!read_vector(line, &vector))
			continue;
		check_vector(&vector, row);
		checked++;
	}
	fclose(file);
	return checked;
}

Test(dn, agrees_with_its_own_vectors)
{
	size_t checked = check_file(KBM_TEST_DATA "/dn-vectors.tsv");
	cr_expect(ge(sz, checked, 130));
}

Test(dn, agrees_with_the_shared_vectors)
{
	const char *path = KBM_SOURCE_DIR "/../shared/data/dn-vectors.tsv";
	if (access(path, R_OK) != 0)
		cr_skip_test("no %s: shared vectors not checked", path);
	size_t checked = check_file(path);
	cr_expect(ge(sz, checked, 236));
}

/* --- hints in errors ---------------------------------------------------------------------------
 */

static const struct {
	const char *text;
	enum kbm_dn_form form;
	const char *position;
	const char *hint;
} failures[] = {
    {"EX:/o=Org/ou=Site", KBM_DN_DETECT, "byte 1:", "address type"},
    {"x500:/o=Org", KBM_DN_X500, "byte 1:", "address type"},
    {"LDAP://server/o=Org/ou=Site", KBM_DN_DETECT, "byte 1:", "URL"},
    {"o=Org/ou=Site", KBM_DN_DETECT, "byte 1:", "begins with '/'"},
    {"O=Org/OU=Site, Inc./CN=x", KBM_DN_DETECT, "byte 16:", "begins with '/'"},
    {"o=Org/ou=Site", KBM_DN_X500, "byte 1:", "begins with '/'"},
    {"\\o=Org\\ou=Site", KBM_DN_DETECT, "byte 1:", "write '/'"},
    {"<cn=x>", KBM_DN_DETECT, "byte 1:", "brackets"},
    {" /o=Org", KBM_DN_DETECT, "byte 2:", "before the '/'"},
    {"/o=Org/ou=Site/", KBM_DN_DETECT, "byte 15:", "ends with"},
    {"/o=Org//ou=Site", KBM_DN_DETECT, "byte 8:", "two '/'"},
    {"/o=Org/../cn=x", KBM_DN_DETECT, "byte 8:", "left out"},
    {"/o=Org/cn=EX/02", KBM_DN_DETECT, "byte 14:", "cannot hold a '/'"},
    {"o=Org,", KBM_DN_DETECT, "byte 7:", "ends"},
    {"cn=Smith, John,o=Org", KBM_DN_DETECT, "byte 11:", "\\,"},
    {"cn=a\"b", KBM_DN_DETECT, "byte 5:", "\\\""},
    {"cn=a,o=b\\", KBM_DN_DETECT, "byte 9:", "hex digits"},
    {"cn=#123", KBM_DN_DETECT, "byte 7:", "\\#"},
};

Test(dn, says_where_and_what_to_write)
{
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		struct kbm_dn *dn = NULL;
		struct kbm_error error = {.message = ""};
		enum kbm_code code = kbm_dn_parse(failures[i].text, strlen(failures[i].text),
						  failures[i].form, &dn, &error);
		cr_expect(code == KBM_INVALID && dn == NULL, "'%s' was read", failures[i].text);
		cr_expect(strncmp(error.message, failures[i].position,
				  strlen(failures[i].position)) == 0 &&
			      strstr(error.message, failures[i].hint) != NULL,
			  "'%s': %s", failures[i].text, error.message);
		kbm_dn_free(dn);
	}
}

Test(dn, detects_the_form)
{
	struct kbm_dn *x500 = parse("/o=Org", 6, KBM_DN_DETECT);
	struct kbm_dn *ldap = parse("o=Org", 5, KBM_DN_DETECT);
	struct kbm_dn *slash_in_value = parse("cn=a/b,o=Org/ou=x", 17, KBM_DN_DETECT);
	struct kbm_dn *told = parse("o=Org/ou=Site", 13, KBM_DN_LDAP);
	cr_assert(ne(ptr, x500, NULL));
	cr_assert(ne(ptr, ldap, NULL));
	cr_assert(ne(ptr, slash_in_value, NULL));
	cr_assert(ne(ptr, told, NULL));
	cr_expect(eq(int, x500->form, KBM_DN_X500));
	cr_expect(eq(int, ldap->form, KBM_DN_LDAP));
	cr_expect(eq(sz, slash_in_value->rdn_count, 2));
	cr_expect(eq(sz, told->rdn_count, 1));
	kbm_dn_free(x500);
	kbm_dn_free(ldap);
	kbm_dn_free(slash_in_value);
	kbm_dn_free(told);
}

/* --- what a comparison tells -------------------------------------------------------------------
 */

Test(dn, names_each_part_that_differs)
{
	struct kbm_dn *left = parse("/o=Org/cn=Servers/cn=ex", 23, KBM_DN_X500);
	struct kbm_dn *right = parse("cn=EX,CN=Servers,ou=Site,o=Org", 30, KBM_DN_LDAP);
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	enum kbm_code code = kbm_dn_compare(left, right, &comparison, &error);
	cr_assert(eq(int, code, KBM_OK));
	cr_assert(eq(sz, comparison.difference_count, 3));
	const struct kbm_dn_difference *lost = &comparison.differences[0];
	const struct kbm_dn_difference *container = &comparison.differences[1];
	const struct kbm_dn_difference *server = &comparison.differences[2];
	cr_expect(eq(sz, lost->position, 2));
	cr_expect(eq(str, lost->type, (char *)"ou"));
	cr_expect(eq(ptr, lost->left, NULL));
	cr_expect(eq(str, lost->right, (char *)"Site"));
	cr_expect(eq(uint, lost->kinds, KBM_DN_MISSING));
	cr_expect(eq(sz, container->position, 3));
	cr_expect(eq(str, container->type, (char *)"cn"));
	cr_expect(eq(str, container->right_type, (char *)"CN"));
	cr_expect(eq(uint, container->kinds, KBM_DN_TYPECASE));
	cr_expect(eq(sz, server->position, 4));
	cr_expect(eq(str, server->left, (char *)"ex"));
	cr_expect(eq(str, server->right, (char *)"EX"));
	cr_expect(eq(uint, server->kinds, KBM_DN_CASE));
	cr_expect(eq(int, comparison.verdict, KBM_DN_DIFFERENT));
	kbm_dn_comparison_clear(&comparison);
	kbm_dn_free(left);
	kbm_dn_free(right);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static const struct {
	const char *text; /* LDAP */
	const char *ldap;
	const char *x500; /* NULL: cannot be written */
} written_forms[] = {
    {"", "", NULL},
    {"CN = a ; O = b", "CN=a,O=b", "/O=b/CN=a"},
    {"cn=\\ \\20a\\20 ", "cn=\\  a\\ ", "/cn=  a "},
    {"cn=\\20", "cn=\\ ", "/cn= "},
    {"cn=\"a,b+c;d<e>f\\\"g\\\\\"", "cn=a\\,b\\+c\\;d\\<e\\>f\\\"g\\\\", "/cn=a,b+c;d<e>f\"g\\"},
    {"cn=\\#a#\\=", "cn=\\#a#=", "/cn=#a#="},
    {"cn=a\\00", "cn=a\\00", NULL},
    {"cn=\\ff\\c3\\bc", "cn=\\FF\xC3\xBC", "/cn=\xFF\xC3\xBC"},
    {"cn=a/b,o=c", "cn=a/b,o=c", NULL},
    {"cn=a+sn=b", "cn=a+sn=b", NULL},
    {"cn=#0c0141", "cn=#0C0141", NULL},
    {"OID.1.2=x", "OID.1.2=x", "/OID.1.2=x"},
};

Test(dn, writes_what_must_be_escaped_and_no_more)
{
	for (size_t i = 0; i < sizeof written_forms / sizeof written_forms[0]; i++) {
		const char *text = written_forms[i].text;
		struct kbm_dn *dn = parse(text, strlen(text), KBM_DN_LDAP);
		struct kbm_bytes out;
		struct kbm_error error;
		cr_assert(dn != NULL, "'%s' is not read", text);
		kbm_bytes_init(&out, 1000);
		enum kbm_code code = kbm_dn_write(dn, KBM_DN_LDAP, &out, &error);
		cr_expect(code == KBM_OK &&
			      strcmp(kbm_bytes_text(&out), written_forms[i].ldap) == 0,
			  "'%s' -> '%s'", text, kbm_bytes_text(&out));
		kbm_bytes_reset(&out);
		code = kbm_dn_write(dn, KBM_DN_X500, &out, &error);
		if (written_forms[i].x500 == NULL)
			cr_expect(code == KBM_INVALID && out.length == 0, "'%s' is written", text);
		else
			cr_expect(code == KBM_OK &&
				      strcmp(kbm_bytes_text(&out), written_forms[i].x500) == 0,
				  "'%s' -> '%s'", text, kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
		kbm_dn_free(dn);
	}
}

Test(dn, refuses_to_write_beyond_the_buffer)
{
	struct kbm_dn *dn = parse("cn=abc", 6, KBM_DN_LDAP);
	struct kbm_bytes out;
	struct kbm_error error;
	kbm_bytes_init(&out, 5);
	enum kbm_code code = kbm_dn_write(dn, KBM_DN_LDAP, &out, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	kbm_bytes_clear(&out);
	kbm_dn_free(dn);
}

/* --- parents -----------------------------------------------------------------------------------
 */

Test(dn, gives_parents_up_to_the_empty_name)
{
	struct kbm_dn *dn = parse("cn=a+sn=b,ou=c,o=d", 18, KBM_DN_LDAP);
	struct kbm_dn *expected = parse("ou=c,o=d", 8, KBM_DN_LDAP);
	struct kbm_error error;
	struct kbm_dn *parent = NULL;
	enum kbm_code code = kbm_dn_parent(dn, &parent, &error);
	cr_assert(eq(int, code, KBM_OK));
	int verdict = (int)outcome_of(parent, expected).verdict;
	cr_expect(eq(int, verdict, KBM_DN_IDENTICAL));
	size_t steps = 0;
	while (parent->rdn_count > 0) {
		struct kbm_dn *next = NULL;
		code = kbm_dn_parent(parent, &next, &error);
		cr_assert(eq(int, code, KBM_OK));
		kbm_dn_free(parent);
		parent = next;
		steps++;
	}
	struct kbm_dn *none = NULL;
	code = kbm_dn_parent(parent, &none, &error);
	cr_expect(eq(int, code, KBM_NOT_FOUND));
	cr_expect(eq(ptr, none, NULL));
	cr_expect(eq(sz, steps, 2));
	kbm_dn_free(parent);
	kbm_dn_free(dn);
	kbm_dn_free(expected);
}

Test(dn, keys_begin_with_the_keys_of_ancestors)
{
	struct kbm_dn *parent = parse("OU=c,o=D", 8, KBM_DN_LDAP);
	struct kbm_dn *child = parse("cn=a,ou=C,o=d", 13, KBM_DN_LDAP);
	struct kbm_dn *stranger = parse("ou=cc,o=d", 9, KBM_DN_LDAP);
	struct kbm_bytes keys[3];
	const struct kbm_dn *names[3] = {parent, child, stranger};
	struct kbm_error error;
	for (size_t i = 0; i < 3; i++) {
		kbm_bytes_init(&keys[i], KBM_DN_MAX_KEY_BYTES);
		enum kbm_code code = kbm_dn_normalize(names[i], &keys[i], &error);
		cr_assert(eq(int, code, KBM_OK));
	}
	cr_assert(gt(sz, keys[1].length, keys[0].length));
	int child_order = memcmp(keys[0].data, keys[1].data, keys[0].length);
	int stranger_order = memcmp(keys[0].data, keys[2].data, keys[0].length);
	cr_expect(eq(int, child_order, 0));
	cr_expect(ne(int, stranger_order, 0));
	for (size_t i = 0; i < 3; i++)
		kbm_bytes_clear(&keys[i]);
	kbm_dn_free(parent);
	kbm_dn_free(child);
	kbm_dn_free(stranger);
}

/* --- properties over generated names -----------------------------------------------------------
 */

/* xorshift: the same names in every run. */
static unsigned next_number(unsigned *state, unsigned below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

static void append_random_name(struct kbm_bytes *out, unsigned *state)
{
	static const char *const types[] = {"o",	  "O",	     "ou",	   "cn",
					    "commonName", "2.5.4.3", "oid.2.5.4.3"};
	static const char *const values[] = {
	    "a",	 "A",	     "\\20a",	     "a\\20\\20b", "a b",     "ab",	 "\xC3\xA9",
	    "e\xCC\x81", "\xC3\x89", "\\FF",	     "\\E9",	   "#0C0161", "#0401E9", "#0500",
	    "",		 "\\,\\+",   "\xE2\x80\x8B", "\xC3\x9F",   "ss",      "\\00",	 "a/b"};
	unsigned count = next_number(state, 5);
	for (unsigned i = 0; i < count; i++) {
		kbm_bytes_append_text(out, i == 0 ? "" : next_number(state, 4) == 0 ? "+" : ",");
		kbm_bytes_append_text(out, types[next_number(state, sizeof types / sizeof *types)]);
		kbm_bytes_append_text(out, "=");
		kbm_bytes_append_text(out,
				      values[next_number(state, sizeof values / sizeof *values)]);
	}
}

Test(dn, keeps_its_properties_for_thousands_of_pairs)
{
	unsigned state = 2140;
	struct kbm_bytes texts[2];
	size_t met[KBM_DN_DIFFERENT + 1] = {0};
	kbm_bytes_init(&texts[0], 1000);
	kbm_bytes_init(&texts[1], 1000);
	for (size_t round = 0; round < 20000; round++) {
		struct kbm_dn *names[2];
		for (size_t i = 0; i < 2; i++) {
			kbm_bytes_reset(&texts[i]);
			append_random_name(&texts[i], &state);
			names[i] = parse(kbm_bytes_text(&texts[i]), texts[i].length, KBM_DN_LDAP);
			cr_assert(names[i] != NULL, "'%s' is not read", kbm_bytes_text(&texts[i]));
		}
		met[outcome_of(names[0], names[1]).verdict]++;
		check_properties(names[0], names[1], round);
		kbm_dn_free(names[0]);
		kbm_dn_free(names[1]);
	}
	cr_expect(gt(sz, met[KBM_DN_IDENTICAL], 100));
	cr_expect(gt(sz, met[KBM_DN_EQUIVALENT], 30));
	cr_expect(gt(sz, met[KBM_DN_DIFFERENT], 10000));
	kbm_bytes_clear(&texts[0]);
	kbm_bytes_clear(&texts[1]);
}

/* --- limits and time ---------------------------------------------------------------------------
 */

Test(dn, keeps_its_limits)
{
	struct kbm_bytes text;
	struct kbm_error error;
	struct kbm_dn *dn = NULL;
	kbm_bytes_init(&text, 2 * KBM_DN_MAX_BYTES);
	for (size_t i = 0; i < KBM_DN_MAX_RDNS; i++)
		kbm_bytes_append_text(&text, "/o=x");
	enum kbm_code most =
	    kbm_dn_parse(kbm_bytes_text(&text), text.length, KBM_DN_X500, &dn, &error);
	cr_expect(eq(int, most, KBM_OK));
	kbm_dn_free(dn);
	kbm_bytes_append_text(&text, "/o=x");
	enum kbm_code over =
	    kbm_dn_parse(kbm_bytes_text(&text), text.length, KBM_DN_X500, &dn, &error);
	cr_expect(eq(int, over, KBM_LIMIT));
	cr_expect(eq(str, error.message, (char *)"byte 258: more than 64 parts"));
	kbm_bytes_reset(&text);
	kbm_bytes_append_text(&text, "o=");
	while (text.length < KBM_DN_MAX_BYTES)
		kbm_bytes_append_byte(&text, 'x');
	enum kbm_code longest =
	    kbm_dn_parse(kbm_bytes_text(&text), text.length, KBM_DN_LDAP, &dn, &error);
	cr_expect(eq(int, longest, KBM_OK));
	kbm_dn_free(dn);
	kbm_bytes_append_byte(&text, 'x');
	enum kbm_code longer =
	    kbm_dn_parse(kbm_bytes_text(&text), text.length, KBM_DN_LDAP, &dn, &error);
	cr_expect(eq(int, longer, KBM_LIMIT));
	cr_expect(eq(str, error.message, (char *)"a name of 65537 bytes, at most 65536"));
	kbm_bytes_clear(&text);
}

static double now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Names that fill the caps, each after a trap of its own. */
static const struct {
	const char *what;
	const char *left; /* repeated up to the cap; # becomes the number of the repetition */
	const char *right;
	size_t at_most; /* repetitions */
} large_names[] = {
    {"many values in one part, backwards", "+cn=#", "+CN=#", KBM_DN_MAX_BYTES},
    {"one value many times", "+cn=a", "+cn=A", KBM_DN_MAX_BYTES},
    {"marks that must be ordered", "\xCC\x81\xCC\xA3", "\xCC\xA3\xCC\x81", KBM_DN_MAX_BYTES},
    {"a character that becomes eighteen", "\xEF\xB7\xBA", "\xEF\xB7\xBB", KBM_DN_MAX_BYTES},
    {"blanks", "\\20", "\\20\\20", KBM_DN_MAX_BYTES},
    {"64 parts of nearly equal text", ",cn=#AAAA", ",cn=#AAAB", KBM_DN_MAX_RDNS - 1},
    {"escapes", "\\ff\\00", "\\00\\ff", KBM_DN_MAX_BYTES},
};

static struct kbm_dn *make_large(const char *pattern, size_t at_most, size_t filler)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_DN_MAX_BYTES);
	kbm_bytes_append_text(&text, "cn=x");
	for (size_t i = 0; i < at_most; i++) {
		size_t before = text.length;
		for (const char *at = pattern; *at != '\0'; at++) {
			if (*at != '#')
				kbm_bytes_append_byte(&text, (uint8_t)*at);
			else
				kbm_bytes_printf(&text, "%0*zu", (int)filler,
						 pattern[2] == 'N' ? i : at_most - i);
		}
		if (text.failed) {
			text.length = before;
			break;
		}
	}
	struct kbm_dn *dn = parse((const char *)text.data, text.length, KBM_DN_LDAP);
	kbm_bytes_clear(&text);
	return dn;
}

Test(dn, is_quick_with_the_largest_names)
{
	for (size_t i = 0; i < sizeof large_names / sizeof large_names[0]; i++) {
		size_t filler = large_names[i].at_most < KBM_DN_MAX_RDNS ? 900 : 5;
		double start = now_ms();
		struct kbm_dn *left =
		    make_large(large_names[i].left, large_names[i].at_most, filler);
		struct kbm_dn *right =
		    make_large(large_names[i].right, large_names[i].at_most, filler);
		cr_assert(left != NULL && right != NULL, "%s: not read", large_names[i].what);
		outcome_of(left, right);
		double took = now_ms() - start;
		/* 50 ms are the aim; sanitizers and busy machines get their share on top. */
		cr_expect(took < 500.0, "%s: %.0f ms", large_names[i].what, took);
		if (getenv("KBM_TEST_TIMES") != NULL)
			cr_log_warn("%s: %.1f ms", large_names[i].what, took);
		kbm_dn_free(left);
		kbm_dn_free(right);
	}
}
