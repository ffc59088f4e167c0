/* source/pattern: plain texts and regular expressions, as names are compared. */
#include "source/pattern.h"

#include "base/bytes.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLAIN, EXACT, REGEX, EXACT_REGEX };

static struct kbm_pattern *make(const char *text, int how)
{
	struct kbm_pattern *pattern = NULL;
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_pattern_make(text, strlen(text), how >= REGEX, (how & 1) != 0, &pattern, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s: %s", text, error.message);
	return pattern;
}

static bool matches_units(struct kbm_pattern *pattern, const uint8_t *units, size_t count,
			  bool compressed)
{
	struct kbm_error error = {0};
	bool found = false;
	enum kbm_code code = kbm_pattern_matches(pattern, units, count, compressed, &found, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	return found;
}

static bool matches(struct kbm_pattern *pattern, const char *text, size_t length)
{
	struct kbm_bytes utf16;
	kbm_bytes_init(&utf16, 1 << 24);
	kbm_text_to_utf16(text, length, &utf16);
	const uint8_t *units = utf16.data == NULL ? (const uint8_t *)"" : utf16.data;
	bool found = matches_units(pattern, units, utf16.length / 2, false);
	kbm_bytes_clear(&utf16);
	return found;
}

static const struct {
	const char *pattern;
	int how;
	const char *yes[3];
	const char *no[3];
} cases[] = {
    {"sited", PLAIN, {"SiteDN", "xSITED", "sitesited"}, {"Site", "", "site d"}},
    {"aab", PLAIN, {"aaab", "aabaa", "xaab"}, {"aaaa", "abab", "aa b"}},
    {"", PLAIN, {"", "a", NULL}, {NULL}},
    {"", EXACT, {"", NULL}, {"a", NULL}},
    {"SiteDN", EXACT, {"sitedn", "SITEDN", NULL}, {"SiteDNs", "aSiteDN", ""}},
    {"a.c", PLAIN, {"xA.Cx", NULL}, {"abc", NULL}},
    {"a.c", REGEX, {"abc", "xA/Cx", "a\nc"}, {"ac", "a", NULL}},
    {"^a|b$", REGEX, {"ax", "xb", "ab"}, {"xa", "bx", ""}},
    {"a|bc", EXACT_REGEX, {"a", "bc", NULL}, {"ac", "abc", "b"}},
    {"", REGEX, {"", "x", NULL}, {NULL}},
    {"^$", REGEX, {"", NULL}, {"a", NULL}},
    {"()", EXACT_REGEX, {"", NULL}, {"a", NULL}},
    {"^(ab)*$", REGEX, {"", "ab", "ABab"}, {"a", "aba", "abx"}},
    {"^a+b?c$", REGEX, {"ac", "aabc", NULL}, {"bc", "abbc", "a"}},
    {"^a{2}$", REGEX, {"aa", NULL}, {"a", "aaa", NULL}},
    {"^a{2,}$", REGEX, {"aa", "aaaa", NULL}, {"a", "", NULL}},
    {"^a{1,3}$", REGEX, {"a", "aa", "aaa"}, {"", "aaaa", NULL}},
    {"^(a{2}){2}$", REGEX, {"aaaa", NULL}, {"aaa", "aaaaa", NULL}},
    {"^(a*)*$", REGEX, {"", "aaa", NULL}, {"b", NULL}},
    {"^(a|b*)+c$", REGEX, {"c", "abbac", NULL}, {"abd", NULL}},
    {"a{0}b", EXACT_REGEX, {"b", NULL}, {"ab", NULL}},
    {"{4D36E96C-.*}", EXACT_REGEX, {"{4d36e96c-E325}", NULL}, {"4D36E96C", NULL}},
    {"a{x", REGEX, {"a{x", NULL}, {"ax", NULL}},
    {"[a-c]x", EXACT_REGEX, {"ax", "BX", "cX"}, {"dx", "x", NULL}},
    {"[^a-c]", EXACT_REGEX, {"d", "\xC3\x84", "/"}, {"a", "B", "dd"}},
    {"[]x]", EXACT_REGEX, {"]", "X", NULL}, {"[", NULL}},
    {"[^]x]", EXACT_REGEX, {"a", NULL}, {"]", "x", NULL}},
    {"[a-]", EXACT_REGEX, {"-", "a", NULL}, {"b", NULL}},
    {"[\\\\]", EXACT_REGEX, {"\\", NULL}, {"x", NULL}},
    {"[[:digit:][:space:]]+", EXACT_REGEX, {"12 3", "\t", NULL}, {"1a", "", NULL}},
    {"[[:upper:]]", EXACT_REGEX, {"Z", "\xC3\x84", NULL}, {"1", NULL}},
    {"[[:punct:]]", EXACT_REGEX, {"~", "/", NULL}, {"a", " ", NULL}},
    {"C:\\\\Win\\.", REGEX, {"c:\\win.", NULL}, {"C:Win.", NULL}},
    {"\\u0041\\u00e4", EXACT_REGEX, {"a\xC3\x84", NULL}, {"u0041", NULL}},
    /* case pairs beyond ASCII; the sharp s has none */
    {"\xC3\xA4\xCE\xB1\xD0\xB6", PLAIN, {"\xC3\x84\xCE\x91\xD0\x96", NULL}, {"\xC3\x84", NULL}},
    {"[\xC3\xA4-\xC3\xB6]", EXACT_REGEX, {"\xC3\x84", "\xC3\xB6", NULL}, {"\xC3\xBC", NULL}},
    {"\xC3\x9F", PLAIN, {"\xC3\x9F", NULL}, {"SS", "ss", NULL}},
    {"\xCE\xB1\xD0\xB6", EXACT_REGEX, {"\xCE\x91\xD0\x96", NULL}, {"\xCE\x91", NULL}},
    {"^\\w+\\d$", REGEX, {"\xC3\xA4\x31", NULL}, {"-1", "1", NULL}},
    {"\\bab\\b", REGEX, {"x ab y", "AB", NULL}, {"xab", "aby", NULL}},
    {"(a)\\1", REGEX, {"aA", NULL}, {"ab", NULL}},
    {"a(?=b)", REGEX, {"ab", NULL}, {"ac", NULL}},
    {"\\x41\\(\\*", EXACT_REGEX, {"a(*", NULL}, {"x41", NULL}},
    {"[(*]+", EXACT_REGEX, {"(*", NULL}, {"a", NULL}},
    /* beyond U+FFFF: two units, whole and cut in two */
    {"^.$", REGEX, {"\xED\xA0\xBD", "x", NULL}, {"", "xy", "\xF0\x9F\x98\x80"}},
    {"^..$", REGEX, {"\xF0\x9F\x98\x80", NULL}, {"a", NULL}},
    {"(\xF0\x9F\x98\x80){2}", EXACT_REGEX, {"\xF0\x9F\x98\x80\xF0\x9F\x98\x80", NULL}, {NULL}},
    {"\\ud83d", REGEX, {"x\xED\xA0\xBDy", NULL}, {"x", NULL}},
    {"\xED\xA0\xBD", PLAIN, {"x\xED\xA0\xBDy", NULL}, {"x", NULL}},
};

Test(pattern, finds_what_it_should_and_nothing_else)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct kbm_pattern *pattern = make(cases[i].pattern, cases[i].how);
		for (size_t j = 0; j < 3 && cases[i].yes[j] != NULL; j++)
			cr_expect(matches(pattern, cases[i].yes[j], strlen(cases[i].yes[j])),
				  "row %zu: %s in %s", i, cases[i].pattern, cases[i].yes[j]);
		for (size_t j = 0; j < 3 && cases[i].no[j] != NULL; j++)
			cr_expect(not(matches(pattern, cases[i].no[j], strlen(cases[i].no[j]))),
				  "row %zu: %s not in %s", i, cases[i].pattern, cases[i].no[j]);
		kbm_pattern_free(pattern);
	}
}

Test(pattern, takes_compressed_names_and_nul)
{
	struct kbm_pattern *pattern = make("\xC3\xA4.\\u0000", REGEX);
	cr_expect(matches_units(pattern, (const uint8_t *)"x\xC4x\0", 4, true));
	cr_expect(not(matches_units(pattern, (const uint8_t *)"x\xC4x", 3, true)));
	bool found = matches(pattern, "\xC3\x84y\0z", 5);
	cr_expect(found);
	kbm_pattern_free(pattern);
}

static const struct {
	const char *pattern;
	const char *message;
} mistakes[] = {
    {"a(b", "character 4: missing closing parenthesis"},
    {"ab)", "character 3: unmatched closing parenthesis"},
    {"\xF0\x9F\x98\x80)", "character 2: unmatched"},
    {"*a", "quantifier does not follow a repeatable item"},
    {"(*LIMIT_MATCH=1)a", "character 2: (* has no meaning here"},
    {"(*UTF)a", "character 2: (* has no meaning here"},
    {"a(?C1)b", "character 2: (?C) means nothing here"},
    {"[a", "missing terminating ]"},
    {"[]", "missing terminating ]"},
    {"[[:foo:]]", "unknown POSIX class name"},
    {"[[.a.]]", "collating"},
    {"[z-a]", "range out of order"},
    {"C:\\Windows", "character 3: a backslash in front of a word"},
    {"c:\\services", "character 3: a backslash in front of a word"},
    {"C:\\Program", "character 3: a backslash in front of a letter"},
    {"a\\Cb", "character 2: a backslash in front of a letter"},
    {"a\\", "at end of pattern"},
    {"\\u12", "backslash in front of a letter"},
    {"\\x1", "backslash in front of a letter"},
    {"a{3,2}", "out of order"},
    {"a{99999999999999999999}", "number too big"},
    {"((a{255}){255}){255}", "too large"},
    {"\xFF", "not UTF-8"},
};

Test(pattern, says_what_is_wrong_and_where)
{
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		struct kbm_pattern *pattern = NULL;
		struct kbm_error error = {0};
		enum kbm_code code =
		    kbm_pattern_make(mistakes[i].pattern, strlen(mistakes[i].pattern), true, false,
				     &pattern, &error);
		cr_expect(eq(int, (int)code, KBM_USAGE), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, mistakes[i].message), NULL), "row %zu: %s",
			  i, error.message);
	}
}

static enum kbm_code try_repeated(const char *part, size_t count)
{
	struct kbm_pattern *pattern = NULL;
	struct kbm_error error = {0};
	struct kbm_bytes text;
	kbm_bytes_init(&text, 1 << 20);
	for (size_t i = 0; i < count; i++)
		kbm_bytes_append_text(&text, part);
	enum kbm_code code =
	    kbm_pattern_make(kbm_bytes_text(&text), text.length, true, false, &pattern, &error);
	kbm_pattern_free(pattern);
	kbm_bytes_clear(&text);
	return code;
}

Test(pattern, has_bounds)
{
	cr_expect(eq(int, (int)try_repeated("(", 65), KBM_USAGE));
	cr_expect(eq(int, (int)try_repeated("a*", 2048), KBM_OK));
	cr_expect(eq(int, (int)try_repeated("a*", 2049), KBM_LIMIT));
	cr_expect(eq(int, (int)try_repeated(".", 1600), KBM_OK));
}

enum { LENGTH = 1 << 20 };

static enum kbm_code search_a(const char *expression, size_t count, bool *found)
{
	struct kbm_pattern *pattern = make(expression, REGEX);
	struct kbm_error error = {0};
	uint8_t *text = malloc(LENGTH);
	memset(text, 'a', LENGTH);
	text[count - 1] = 'c';
	clock_t began = clock();
	enum kbm_code code = kbm_pattern_matches(pattern, text, count, true, found, &error);
	double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
	cr_expect(seconds < 20, "%s took %.1f s", expression, seconds);
	if (code != KBM_OK)
		cr_expect(ne(ptr, strstr(error.message, "make it simpler"), NULL), "%s",
			  error.message);
	kbm_pattern_free(pattern);
	free(text);
	return code;
}

/* Where it cannot be told, "nothing was found" would be a lie. */
Test(pattern, says_when_it_cannot_tell, .timeout = 120)
{
	static const char *const hostile[] = {"(a+)+$", "(a|aa)+$", "(a|aa)+b?$"};
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		bool found = false;
		cr_expect(eq(int, (int)search_a(hostile[i], 255, &found), KBM_LIMIT), "%s",
			  hostile[i]);
		cr_expect(eq(int, (int)search_a(hostile[i], LENGTH, &found), KBM_LIMIT), "%s",
			  hostile[i]);
	}
	bool found = false;
	cr_expect(eq(int, (int)search_a("a[ab]*[b-]|a[ab]*x", LENGTH, &found), KBM_LIMIT));
}

/* Such texts are searched in steps: where one begins, no match as a whole does. */
Test(pattern, matches_long_texts_as_a_whole)
{
	static const struct {
		const char *expression;
		bool all;
		bool first; /* 256 of them */
	} rows[] = {{"", false, false},	      {"a", false, false}, {"a{44}", false, false},
		    {"^a{44}", false, false}, {"a+", true, true},  {"a{300}", true, false}};
	uint8_t text[300]; /* 256 and 44 */
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_pattern *pattern = make(rows[i].expression, EXACT_REGEX);
		bool found = matches_units(pattern, text, sizeof text, true);
		cr_expect(eq(int, found, rows[i].all), "'%s'", rows[i].expression);
		found = matches_units(pattern, text, 256, true);
		cr_expect(eq(int, found, rows[i].first), "'%s' of 256", rows[i].expression);
		kbm_pattern_free(pattern);
	}
}

Test(pattern, finds_at_the_end_of_long_texts)
{
	bool found = false;
	cr_expect(eq(int, (int)search_a("ac", LENGTH, &found), KBM_OK));
	cr_expect(found);
	cr_expect(eq(int, (int)search_a("c$", 257, &found), KBM_OK));
	cr_expect(found);
	cr_expect(eq(int, (int)search_a("$", 512, &found), KBM_OK));
	cr_expect(found);
	cr_expect(eq(int, (int)search_a("b", LENGTH, &found), KBM_OK));
	cr_expect(not(found));
}
