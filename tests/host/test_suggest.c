/* base/suggest: near words, ties, and words that are near to nothing. */
#include "base/suggest.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

static const char *const verbs[] = {"run",	"plan",	    "apply",  NULL,
				    "describe", "severity", "version"};
static const struct {
	const char *word;
	const char *nearest;
} cases[] = {
    {"run", "run"},
    {"rnu", "run"},
    {"RUN", "run"},
    {"discribe", "describe"},
    {"sevrity", "severity"},
    {"versoin", "version"},
    {"planx", "plan"},
    {"zzz", NULL},
    {"", NULL},
    {"x", NULL},
    {"aply", "apply"},
    {"severity of it", NULL},
};

Test(suggest, finds_the_nearest_word_or_none)
{
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *nearest =
		    kbm_suggest(cases[i].word, verbs, sizeof verbs / sizeof verbs[0]);
		const char *shown = nearest == NULL ? "(none)" : nearest;
		const char *wanted = cases[i].nearest == NULL ? "(none)" : cases[i].nearest;
		cr_expect(eq(int, strcmp(shown, wanted), 0), "%s: %s, not %s", cases[i].word, shown,
			  wanted);
	}
}

Test(suggest, takes_no_single_character_for_another)
{
	static const char *const forms[] = {"4", "5", "v"};
	for (size_t i = 0; i < 3; i++)
		cr_expect(eq(ptr, (void *)kbm_suggest(forms[i], forms, 3), (void *)forms[i]));
	cr_expect(eq(ptr, (void *)kbm_suggest("V", forms, 3), (void *)forms[2]));
	cr_expect(eq(ptr, (void *)kbm_suggest("6", forms, 3), NULL));
	cr_expect(eq(ptr, (void *)kbm_suggest("44", forms, 3), (void *)forms[0]));
}

Test(suggest, survives_words_of_any_length)
{
	char longest[65];
	char longer[300];
	memset(longest, 'a', 64);
	longest[64] = 0;
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	const char *const words[] = {longer, longest};
	cr_expect(eq(ptr, (void *)kbm_suggest(longer, words, 2), NULL));
	cr_expect(eq(ptr, (void *)kbm_suggest(longest, words, 2), (void *)longest));
	cr_expect(eq(ptr, (void *)kbm_suggest("aaa", words, 0), NULL));
}
