#include "source/dn_within.h"

#include <criterion/criterion.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct kbm_dn *parse(const char *text)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error error;
	cr_assert(kbm_dn_parse(text, strlen(text), KBM_DN_LDAP, &dn, &error) == KBM_OK, "%s",
		  error.message);
	return dn;
}

Test(dn_within, knows_what_lies_below_a_base)
{
	static const struct {
		const char *dn;
		const char *base;
		bool within;
	} cases[] = {
	    {"cn=a,ou=b,o=c", "o=c", true},
	    {"cn=a,ou=b,o=c", "cn=a,ou=b,o=c", true},
	    {"cn=a,ou=b,o=c", "", true},
	    {"", "", true},
	    {"CN=A,OU= b ,O=C", "ou=B,o=c", true},
	    {"cn=a,OU=North  America,o=c", "ou=north america,o=c", true},
	    {"cn=a\\2C b,o=c", "cn=a\\, b,o=c", true},
	    {"cn=a+sn=b,o=c", "sn=B+cn=A,o=c", true},
	    {"o=c", "ou=b,o=c", false},
	    {"", "o=c", false},
	    {"cn=a,ou=x,o=c", "ou=b,o=c", false},
	    {"cn=a,ou=b,o=d", "ou=b,o=c", false},
	    {"cn=a\\,o=c", "o=c", false},
	    {"cn=a,o=c\\,o=c", "o=c", false},
	    {"ou=b,o=c,cn=a", "o=c", false},
	    {"cn=a,dc=c", "o=c", false},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kbm_dn *dn = parse(cases[i].dn);
		struct kbm_dn *base = parse(cases[i].base);
		struct kbm_error error;
		bool within = !cases[i].within;
		cr_expect(kbm_dn_is_within(dn, base, &within, &error) == KBM_OK, "row %zu", i);
		cr_expect(within == cases[i].within, "row %zu: %s, %s", i, cases[i].dn,
			  cases[i].base);
		kbm_dn_free(dn);
		kbm_dn_free(base);
	}
}
