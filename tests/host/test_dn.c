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

Test(dn, agrees_with_the_shared_vectors)
{
	const char *path = KBM_SOURCE_DIR "/../shared/data/dn-vectors.tsv";
	if (access(path, R_OK) != 0)
		cr_skip_test("no %s: shared vectors not checked", path);
	size_t checked = check_file(path);
	cr_expect(ge(sz, checked, 236));
}
