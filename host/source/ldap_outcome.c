/* What a server's refusal means to a person: a table by result code (RFC 4511 appendix A). */
#include "source/ldap_outcome.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define BIT(step) (1U << KBM_LDAP_STEP_##step)
#define ANY	  (BIT(START_TLS) | BIT(BIND) | BIT(SEARCH) | BIT(MODIFY))

enum { QUOTED = 60, QUOTE_BYTES = QUOTED + 4 };

/* `advice`: what to do; NULL where nothing but the server's own words helps. `anonymous`: instead,
 * for who has not bound. */
struct meaning {
	int code;
	unsigned steps;
	const char *text;
	const char *advice;
	const char *anonymous;
};

#define BIND_ADVICE "bind with -D and -W (Exchange 5.5: -D 'cn=USER,cn=NTDOMAIN')"
#define LIMIT_ADVICE                                                                        \
	"the answer is not whole; use a narrower base or filter, or ask for a higher limit" \
	" for this account"

#define LOOK_AGAIN "look again"

/* The first that fits counts. */
static const struct meaning meanings[] = {
    {KBM_LDAP_GONE, ANY, "the server closed the connection", NULL, NULL},
    {KBM_LDAP_GARBLED, ANY, "what the server sent is no LDAP", NULL, NULL},
    {KBM_LDAP_TOO_LARGE, ANY, "the server sent a message larger than 17 MiB, or no LDAP",
     "ask for fewer attributes", NULL},
    {KBM_LDAP_OWN_FAULT, ANY, "the request could not be made", NULL, NULL},
    {1, BIT(SEARCH) | BIT(MODIFY), "the server says operationsError", NULL, BIND_ADVICE},
    {2, BIT(BIND), "the server refuses LDAP version 3",
     "Exchange 5.0 has version 2 only: work on an LDIF export", NULL},
    {2, BIT(START_TLS), "the server does not have StartTLS", "use ldaps:// if it has that", NULL},
    {3, BIT(MODIFY), "the server's time limit was met", "try again later", NULL},
    {3, BIT(SEARCH), "the server's time limit was met", LIMIT_ADVICE, NULL},
    {4, BIT(SEARCH), "the server's size limit was met", LIMIT_ADVICE, NULL},
    {7, BIT(BIND), "the server does not have this way to bind", NULL, NULL},
    {8, ANY, "the server wants a stronger or encrypted bind", "use -ZZ or ldaps://", BIND_ADVICE},
    {11, BIT(SEARCH), "the server's administrative limit was met", LIMIT_ADVICE, NULL},
    {12, ANY, "the server refuses a control", NULL, NULL},
    {13, ANY, "the server wants an encrypted connection", "use -ZZ or ldaps://", NULL},
    {16, BIT(MODIFY), "a value is not what it was: what is to go is not there", LOOK_AGAIN, NULL},
    {16, BIT(SEARCH), "the server does not have such an attribute", NULL, NULL},
    {17, BIT(MODIFY), "the server does not have such an attribute", NULL, NULL},
    {18, BIT(MODIFY), "the server cannot compare this attribute's values (no equality rule)",
     "what is to go cannot be named; change it by the server's own tools", NULL},
    {18, BIT(SEARCH), "the server does not compare this attribute so", "use another filter", NULL},
    {19, BIT(MODIFY), "a value is outside of what the server permits", NULL, NULL},
    {20, BIT(MODIFY), "a value is not what it was: what is to be added is there", LOOK_AGAIN, NULL},
    {21, BIT(MODIFY), "a value is none of its attribute", NULL, NULL},
    {21, BIT(SEARCH), "a value in the filter is none of its attribute", NULL, NULL},
    {32, BIT(MODIFY), "the entry is not there, or not for this bind", LOOK_AGAIN, BIND_ADVICE},
    {33, BIT(SEARCH), "an alias leads nowhere", NULL, NULL},
    {34, BIT(SEARCH), "the server takes the base for no DN", "is every attribute's type right?",
     NULL},
    {34, BIT(MODIFY), "the server takes the entry's name for no DN", NULL, NULL},
    {36, BIT(SEARCH), "an alias may not be followed", NULL, NULL},
    {48, BIT(BIND), "the server does not let this name bind so", NULL, BIND_ADVICE},
    {49, BIT(BIND), "name or password is wrong", "Exchange 5.5: -D 'cn=USER,cn=NTDOMAIN'", NULL},
    {50, BIT(MODIFY), "the server does not let this bind change it", "bind as one who may",
     BIND_ADVICE},
    {50, ANY, "the server permits it to others only", "bind as one who may read it", BIND_ADVICE},
    {51, ANY, "the server is busy", "try again later", NULL},
    {52, ANY, "the server is unavailable", "try again later", NULL},
    {53, ANY, "the server is unwilling", NULL, BIND_ADVICE},
    {64, BIT(MODIFY), "the attribute names its entry, and kbmend renames nothing", NULL, NULL},
    {65, BIT(MODIFY), "the server's schema forbids it", NULL, NULL},
    {67, BIT(MODIFY), "the attribute names its entry, and kbmend renames nothing", NULL, NULL},
    {69, BIT(MODIFY), "the server does not let an entry's class be changed", NULL, NULL},
    {71, BIT(MODIFY), "more than one server would have to do it", NULL, NULL},
    {122, BIT(MODIFY), "the entry is not what it was", LOOK_AGAIN, NULL},
    {80, ANY, "the server has a trouble of its own", NULL, NULL},
};

static const struct meaning *find(int code, enum kbm_ldap_step step)
{
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (meanings[i].code == code && (meanings[i].steps & (1U << step)) != 0)
			return &meanings[i];
	return NULL;
}

const char *kbm_ldap_bind_advice(enum kbm_ldap_bind bind)
{
	return bind == KBM_LDAP_ANONYMOUS ? BIND_ADVICE : "bind as one who may read it";
}

/* The server's words, as far as they add something: " (...)". */
static void quote(const struct kbm_ldap_outcome *outcome, char text[static QUOTE_BYTES])
{
	size_t length = strlen(outcome->words);
	text[0] = '\0';
	if (length == 0 || outcome->code < 0)
		return;
	length = kbm_text_whole_characters(outcome->words, length, QUOTED);
	snprintf(text, QUOTE_BYTES, " (%.*s)", (int)length, outcome->words);
}

enum kbm_code kbm_ldap_explain(const struct kbm_ldap_outcome *outcome, enum kbm_ldap_step step,
			       const struct kbm_ldap_settings *settings, struct kbm_error *error)
{
	static const char *const steps[] = {[KBM_LDAP_STEP_START_TLS] = "StartTLS",
					    [KBM_LDAP_STEP_BIND] = "the bind",
					    [KBM_LDAP_STEP_SEARCH] = "the search",
					    [KBM_LDAP_STEP_MODIFY] = "the change"};
	const struct meaning *meaning = find(outcome->code, step);
	enum kbm_code code = step == KBM_LDAP_STEP_MODIFY && outcome->code > 0 ? KBM_REFUSED
			     : outcome->code == KBM_LDAP_TOO_LARGE	       ? KBM_LIMIT
									       : KBM_UNREADABLE;
	char words[QUOTE_BYTES];
	quote(outcome, words);
	if (meaning == NULL)
		return kbm_fail(error, code, "%s ended with LDAP result %d%s", steps[step],
				outcome->code, words);
	const char *advice = meaning->advice;
	if (settings->bind == KBM_LDAP_ANONYMOUS && meaning->anonymous != NULL)
		advice = meaning->anonymous;
	return kbm_fail(error, code, "%s%s%s%s", meaning->text, words, advice == NULL ? "" : "; ",
			advice == NULL ? "" : advice);
}
