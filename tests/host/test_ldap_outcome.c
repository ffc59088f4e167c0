/* source/ldap_outcome: each result gives one sentence, whole, whatever the server says. */
#include "source/ldap_outcome.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static enum kbm_code explain(int result, enum kbm_ldap_step step, enum kbm_ldap_bind bind,
			     const char *words, struct kbm_error *error)
{
	const struct kbm_ldap_settings settings = {.bind = bind};
	struct kbm_ldap_outcome outcome = {.code = result};
	strncpy(outcome.words, words, sizeof outcome.words - 1);
	return kbm_ldap_explain(&outcome, step, &settings, error);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);
	return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* With words as long as they can be: nothing is lost of what stands around them. */
static void check_longest(int result, enum kbm_ldap_step step, enum kbm_ldap_bind bind,
			  const char *words)
{
	struct kbm_error bare = {0};
	struct kbm_error full = {0};
	enum kbm_code code = explain(result, step, bind, "", &bare);
	enum kbm_code same = explain(result, step, bind, words, &full);
	cr_expect(eq(int, code, same), "result %d", result);
	bool is_refusal = step == KBM_LDAP_STEP_MODIFY && result > 0;
	bool wanted =
	    is_refusal ? code == KBM_REFUSED : code == KBM_UNREADABLE || code == KBM_LIMIT;
	cr_expect(eq(int, wanted, true), "result %d: code %d", result, code);
	const char *advice = strstr(bare.message, "; ");
	size_t head = advice == NULL ? strlen(bare.message) : (size_t)(advice - bare.message);
	cr_expect(ne(sz, head, 0), "result %d", result);
	bool kept = strncmp(bare.message, full.message, head) == 0 &&
		    ends_with(full.message, advice == NULL ? "" : advice);
	cr_expect(eq(int, kept, true), "result %d, step %d: '%s'", result, step, full.message);
	bool has_room = strlen(full.message) + 1 < sizeof full.message;
	cr_expect(eq(int, has_room, true), "result %d, step %d: '%s'", result, step, full.message);
	bool is_text = kbm_text_is_utf8(full.message, strlen(full.message));
	cr_expect(eq(int, is_text, true), "result %d, step %d: cut in a character", result, step);
	/* Our own trouble needs no words of a library's. */
	bool quoted =
	    strchr(full.message, '(') != NULL && strncmp(full.message + head, " (", 2) == 0;
	cr_expect(eq(int, quoted, result > 0), "result %d: '%s'", result, full.message);
}

Test(ldap_outcome, never_loses_its_advice)
{
	static const enum kbm_ldap_bind binds[] = {KBM_LDAP_ANONYMOUS, KBM_LDAP_SIMPLE,
						   KBM_LDAP_EXTERNAL};
	char plain[160];
	char wide[160] = "x"; /* so that a limit falls into the middle of a character */
	memset(plain, 'W', sizeof plain - 1);
	plain[sizeof plain - 1] = 0;
	while (strlen(wide) + 3 < sizeof wide)
		strcat(wide, "\xe2\x82\xac");
	for (int result = -5; result <= 200; result++) {
		if (result == 0)
			continue;
		for (int step = KBM_LDAP_STEP_START_TLS; step <= KBM_LDAP_STEP_MODIFY; step++)
			for (size_t i = 0; i < COUNT(binds); i++) {
				check_longest(result, (enum kbm_ldap_step)step, binds[i], plain);
				check_longest(result, (enum kbm_ldap_step)step, binds[i], wide);
			}
	}
}

static const struct {
	int result;
	enum kbm_ldap_step step;
	enum kbm_ldap_bind bind;
	const char *words;
	enum kbm_code code;
	const char *message;
} cases[] = {
    {KBM_LDAP_GONE, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "Can't contact LDAP server",
     KBM_UNREADABLE, "the server closed the connection"},
    {KBM_LDAP_TOO_LARGE, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "x", KBM_LIMIT,
     "the server sent a message larger than 17 MiB, or no LDAP; ask for fewer attributes"},
    {2, KBM_LDAP_STEP_START_TLS, KBM_LDAP_SIMPLE, "unsupported extended operation", KBM_UNREADABLE,
     "the server does not have StartTLS (unsupported extended operation); use ldaps:// if it has "
     "that"},
    {49, KBM_LDAP_STEP_BIND, KBM_LDAP_SIMPLE, "", KBM_UNREADABLE,
     "name or password is wrong; Exchange 5.5: -D 'cn=USER,cn=NTDOMAIN'"},
    {50, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "", KBM_UNREADABLE,
     "the server permits it to others only; bind as one who may read it"},
    {50, KBM_LDAP_STEP_SEARCH, KBM_LDAP_ANONYMOUS, "", KBM_UNREADABLE,
     "the server permits it to others only; bind with -D and -W (Exchange 5.5: -D "
     "'cn=USER,cn=NTDOMAIN')"},
    {80, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "internal error", KBM_UNREADABLE,
     "the server has a trouble of its own (internal error)"},
    {71, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "several servers", KBM_UNREADABLE,
     "the search ended with LDAP result 71 (several servers)"},
    {49, KBM_LDAP_STEP_START_TLS, KBM_LDAP_SIMPLE, "", KBM_UNREADABLE,
     "StartTLS ended with LDAP result 49"},
};

Test(ldap_outcome, says_what_it_means)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_error error = {0};
		enum kbm_code code =
		    explain(cases[i].result, cases[i].step, cases[i].bind, cases[i].words, &error);
		cr_expect(eq(int, code, cases[i].code), "row %zu", i);
		cr_expect(eq(int, strcmp(error.message, cases[i].message), 0), "row %zu: '%s'", i,
			  error.message);
	}
}

/* A result is no partial success: the words of a limit say that the answer is not whole. */
Test(ldap_outcome, says_of_limits_that_the_answer_is_cut)
{
	static const int limits[] = {3, 4, 11};
	for (size_t i = 0; i < COUNT(limits); i++) {
		struct kbm_error error = {0};
		explain(limits[i], KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, "", &error);
		bool says = strstr(error.message, "the answer is not whole") != NULL;
		cr_expect(eq(int, says, true), "%s", error.message);
	}
}

/* They are escaped where they are shown; here nothing of the sentence may be lost to them. */
Test(ldap_outcome, keeps_its_words_apart_from_hostile_ones)
{
	static const char *const words[] = {"\x1b]0;owned\x07\x1b[2J", "%s%n%s%n",
					    "a\nkbmend: all is well",  ") ; do this; ((((",
					    "\xe2\x80\xae txt",	       "\x7f\x01\x02"};
	for (size_t i = 0; i < COUNT(words); i++) {
		struct kbm_error error = {0};
		explain(51, KBM_LDAP_STEP_SEARCH, KBM_LDAP_SIMPLE, words[i], &error);
		bool begins = strncmp(error.message, "the server is busy (", 20) == 0;
		bool ends = ends_with(error.message, "); try again later");
		cr_expect(eq(int, begins &&ends, true), "row %zu: %s", i, error.message);
		bool quoted = strncmp(error.message + 20, words[i], strlen(words[i])) == 0;
		cr_expect(eq(int, quoted, true), "row %zu: %s", i, error.message);
	}
}

Test(ldap_outcome, advises_who_is_anonymous_to_bind)
{
	bool binds = strstr(kbm_ldap_bind_advice(KBM_LDAP_ANONYMOUS), "-D and -W") != NULL;
	cr_expect(eq(int, binds, true));
	binds = strstr(kbm_ldap_bind_advice(KBM_LDAP_SIMPLE), "-D") != NULL;
	cr_expect(eq(int, binds, false));
}
