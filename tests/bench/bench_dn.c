/* Pairs of names that fill the caps, each after a trap of its own: what reading both, comparing
 * them and making the keys of both takes. Medians. */
#include "base/limits.h"
#include "source/dn.h"
#include "times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 11 };

#define TEN(text)   text text text text text text text text text text
#define FIFTY(text) TEN(text) TEN(text) TEN(text) TEN(text) TEN(text)

/* A name is a pattern, repeated: % is the number of the repetition, $ the same counted down, ~ as
 * many letters as make the name fill its cap; ! and the letter behind it, and no separator in
 * front, stand for the first repetition only. */
static const struct {
	const char *what;
	const char *before; /* once; both sides */
	const char *left;
	const char *right;
	size_t times; /* 0: as often as both fit */
} cases[] = {
    {"64 parts of 1 KB, the same", "", ",cn=%~", ",cn=%~", 64},
    {"64 parts of 1 KB, other case", "", ",cn=%a~", ",CN=%A~", 64},
    {"64 parts of 1 KB, backwards", "", ",cn=%~", ",cn=$~", 64},
    {"64 parts of 1 KB, all but alike", "", ",cn=~", ",cn=~%", 64},
    {"64 parts of values, backwards", "", ",cn=%" FIFTY("+cn=%\uFDFA"),
     ",CN=%" FIFTY("+cn=$\uFDFB"), 64},
    {"64 parts of U+FDFA", "", ",cn=" FIFTY("\uFDFA") FIFTY("\uFDFA") FIFTY("\uFDFA"),
     ",cn=" FIFTY("\uFDFA") FIFTY("\uFDFA") FIFTY("\uFDFA") "\u00AD", 64},
    {"1 part of 64 KB, other case", "", "cn=a~", "cn=A~", 1},
    {"1 part, thousands of values, backwards", "cn=x", "+cn=%", "+CN=$", 0},
    {"1 part, one value thousands of times", "cn=x", "+cn=a", "+cn=A", 0},
    {"1 part, thousands of types, backwards", "cn=x", "+c%=", "+C$=", 0},
    {"1 part, thousands of U+FDFA", "cn=x", "+cn=%\uFDFA", "+cn=$\uFDFA", 0},
    {"1 part, thousands of U+FDFA, a mark more", "cn=x", "+cn=%\uFDFA", "+cn=$\uFDFA\u200B", 0},
    {"1 part, thousands of BER values", "cn=x", "+c%=#0C0141", "+c$=#1E020061", 0},
    {"all escaped", "cn=", "\\41\\42", "\\61\\62", 0},
    {"all escaped, no text", "cn=", "\\ff\\41", "\\FF\\61", 0},
    {"BER, hexadecimal", "cn=#", "41", "42", 0},
    {"U+FDFA, other case of one letter", "cn=", "!A\uFDFA", "!a\uFDFA", 0},
    {"the same beside another value", "cn=x+cn=", "!A\uFDFA", "!a\uFDFA", 0},
    {"U+FDFA, another letter", "cn=", "!A\uFDFA", "!B\uFDFA", 0},
    {"U+FDFA, and what is ignored", "cn=", "\uFDFA\u00AD", "\u00AD\uFDFA", 0},
    {"fullwidth letters", "cn=", "\uFF21", "\uFF41", 0},
    {"mathematical capitals", "cn=", "\U0001D400", "\U0001D41A", 0},
    {"a letter that folds to three", "cn=", "\u1FB7", "\u1FB7\u00AD", 0},
    {"marks in the wrong order", "cn=", "\u0301\u0323", "\u0323\u0301", 0},
    {"the same mark many times", "cn=", "\u0323", "\u00AD\u0323", 0},
    {"Hangul, composed and not", "cn=", "\uAC01", "\u1100\u1161\u11A8", 0},
    {"blanks", "cn=a", "\\20", "\\20\\20", 0},
    {"wide blanks", "cn=a", "\u3000", "\u2003", 0},
    {"blanks with marks", "cn=a", " \u0301", "\u2003\u0301", 0},
    {"nothing but what is ignored", "cn=", "\u00AD", "\u200B", 0},
};

/* One repetition, with `letters` for ~. */
static void append_one(const char *pattern, size_t number, size_t times, size_t letters,
		       struct kbm_bytes *out)
{
	static char filler[KBM_DN_MAX_BYTES];
	memset(filler, 'q', sizeof filler);
	if (number == 0 && (*pattern == ',' || *pattern == '+') && out->length == 0)
		pattern++;
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '!' && number > 0)
			pattern++;
		else if (*pattern == '!')
			continue;
		else if (*pattern == '~')
			kbm_bytes_append(out, filler, letters);
		else if (*pattern == '%' || *pattern == '$')
			kbm_bytes_printf(out, "%05zu",
					 *pattern == '$' ? times - 1 - number : number);
		else
			kbm_bytes_append_byte(out, (uint8_t)*pattern);
	}
}

static size_t length_of_one(const char *pattern)
{
	struct kbm_bytes one;
	kbm_bytes_init(&one, KBM_DN_MAX_BYTES);
	append_one(pattern, 1, 2, 0, &one);
	size_t length = one.length;
	kbm_bytes_clear(&one);
	return length;
}

/* A name that fills the cap, as far as its pattern lets it. */
static void make(const char *before, const char *pattern, size_t times, struct kbm_bytes *out)
{
	size_t letters = KBM_DN_MAX_BYTES / times - length_of_one(pattern);
	kbm_bytes_init(out, KBM_DN_MAX_BYTES);
	kbm_bytes_append_text(out, before);
	for (size_t i = 0; i < times; i++)
		append_one(pattern, i, times, letters, out);
	if (out->failed) {
		fprintf(stderr, "%.20s: %zu times are too many\n", pattern, times);
		exit(1);
	}
}

static struct kbm_dn *parse(const struct kbm_bytes *text)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error error = {KBM_OK, ""};
	if (kbm_dn_parse(kbm_bytes_text(text), text->length, KBM_DN_LDAP, &dn, &error) != KBM_OK) {
		fprintf(stderr, "%.60s...: %s\n", kbm_bytes_text(text), error.message);
		exit(1);
	}
	return dn;
}

static void make_key(const struct kbm_dn *dn)
{
	struct kbm_bytes key;
	struct kbm_error error;
	kbm_bytes_init(&key, KBM_DN_MAX_KEY_BYTES);
	if (kbm_dn_normalize(dn, &key, &error) != KBM_OK)
		exit(1);
	kbm_bytes_clear(&key);
}

enum { PARSE, COMPARE, NORMALIZE, ALL, STEPS };

/* Returns the verdict. */
static enum kbm_dn_verdict measure(const struct kbm_bytes *left_text,
				   const struct kbm_bytes *right_text, double times[STEPS])
{
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	double start = now_ms();
	struct kbm_dn *left = parse(left_text);
	struct kbm_dn *right = parse(right_text);
	double parsed = now_ms();
	if (kbm_dn_compare(left, right, &comparison, &error) != KBM_OK)
		exit(1);
	enum kbm_dn_verdict verdict = comparison.verdict;
	kbm_dn_comparison_clear(&comparison);
	double compared = now_ms();
	make_key(left);
	make_key(right);
	double end = now_ms();
	times[PARSE] = parsed - start;
	times[COMPARE] = compared - parsed;
	times[NORMALIZE] = end - compared;
	times[ALL] = end - start;
	kbm_dn_free(left);
	kbm_dn_free(right);
	return verdict;
}

/* Prints a row; returns the milliseconds of all steps together. */
static double run(size_t number)
{
	const char *before = cases[number].before;
	size_t left_one = length_of_one(cases[number].left);
	size_t right_one = length_of_one(cases[number].right);
	size_t times = cases[number].times;
	if (times == 0)
		times = (KBM_DN_MAX_BYTES - 1 - strlen(before)) /
			(left_one > right_one ? left_one : right_one);
	struct kbm_bytes left;
	struct kbm_bytes right;
	make(before, cases[number].left, times, &left);
	make(before, cases[number].right, times, &right);
	double columns[STEPS][ROUNDS];
	enum kbm_dn_verdict verdict = KBM_DN_IDENTICAL;
	for (size_t round = 0; round < ROUNDS; round++) {
		double taken[STEPS];
		verdict = measure(&left, &right, taken);
		for (size_t step = 0; step < STEPS; step++)
			columns[step][round] = taken[step];
	}
	for (size_t step = 0; step < STEPS; step++)
		qsort(columns[step], ROUNDS, sizeof(double), compare_times);
	printf("  %-41s %5zu B, %5zu B %-10s read %5.2f  compare %5.2f  keys %5.2f  all %5.2f ms\n",
	       cases[number].what, left.length, right.length, kbm_dn_verdict_name(verdict),
	       columns[PARSE][ROUNDS / 2], columns[COMPARE][ROUNDS / 2],
	       columns[NORMALIZE][ROUNDS / 2], columns[ALL][ROUNDS / 2]);
	kbm_bytes_clear(&left);
	kbm_bytes_clear(&right);
	return columns[ALL][ROUNDS / 2];
}

int main(void)
{
	double worst = 0;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		double taken = run(i);
		worst = taken > worst ? taken : worst;
	}
	printf("  the worst took %.1f ms\n", worst);
	return 0;
}
