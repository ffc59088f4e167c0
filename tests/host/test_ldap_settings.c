/* source/ldap_settings: copies are whole and share nothing; when certificates are needed. */
#include "source/ldap_settings.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

static struct kbm_ldap_settings make_full(void)
{
	struct kbm_ldap_settings made = {
	    .name = strdup("ldaps://exch1/o=Org"),
	    .uri = {KBM_LDAP_TLS, strdup("exch1"), 636, strdup("o=Org")},
	    .base = strdup("ou=Site,o=Org"),
	    .bind = KBM_LDAP_SIMPLE,
	    .bind_dn = strdup("cn=admin"),
	    .start_tls = KBM_LDAP_START_TLS,
	    .authorities = strdup("ca.pem"),
	    .followed_count = KBM_LDAP_MAX_FOLLOWED,
	    .timeout_ms = 1500,
	};
	for (size_t i = 0; i < KBM_LDAP_MAX_FOLLOWED; i++)
		made.followed[i] = strdup(i % 2 == 0 ? "exch2" : "exch3:390");
	return made;
}

static void check_text(const char *copied, const char *text)
{
	cr_assert(ne(ptr, (void *)copied, NULL), "%s is missing", text);
	cr_expect(eq(int, strcmp(copied, text), 0), "'%s', not '%s'", copied, text);
}

/* The original is gone before the copy is looked at. */
Test(ldap_settings, copies_are_whole)
{
	struct kbm_ldap_settings full = make_full();
	struct kbm_ldap_settings copy = {0};
	bool copied = kbm_ldap_settings_copy(&full, &copy);
	kbm_ldap_settings_clear(&full);
	cr_assert(eq(int, copied, true));
	check_text(copy.name, "ldaps://exch1/o=Org");
	check_text(copy.uri.host, "exch1");
	check_text(copy.uri.base, "o=Org");
	check_text(copy.base, "ou=Site,o=Org");
	check_text(copy.bind_dn, "cn=admin");
	check_text(copy.authorities, "ca.pem");
	cr_expect(eq(int, copy.uri.scheme, KBM_LDAP_TLS));
	cr_expect(eq(int, copy.uri.port, 636));
	cr_expect(eq(int, copy.bind, KBM_LDAP_SIMPLE));
	cr_expect(eq(int, copy.start_tls, KBM_LDAP_START_TLS));
	cr_expect(eq(int, (int)copy.timeout_ms, 1500));
	cr_assert(eq(sz, copy.followed_count, KBM_LDAP_MAX_FOLLOWED));
	check_text(copy.followed[0], "exch2");
	check_text(copy.followed[KBM_LDAP_MAX_FOLLOWED - 1], "exch3:390");
	kbm_ldap_settings_clear(&copy);
	cr_expect(eq(ptr, copy.name, NULL));
	cr_expect(eq(sz, copy.followed_count, 0));
	kbm_ldap_settings_clear(&copy);
}

Test(ldap_settings, copies_leave_out_what_is_not_there)
{
	const struct kbm_ldap_settings empty = {.timeout_ms = 1};
	struct kbm_ldap_settings copy = {0};
	bool copied = kbm_ldap_settings_copy(&empty, &copy);
	cr_assert(eq(int, copied, true));
	bool nothing = copy.name == NULL && copy.uri.host == NULL && copy.uri.base == NULL &&
		       copy.base == NULL && copy.bind_dn == NULL && copy.authorities == NULL;
	cr_expect(eq(int, nothing, true));
	kbm_ldap_settings_clear(&copy);
}

Test(ldap_settings, know_when_certificates_are_needed)
{
	static const struct {
		enum kbm_ldap_scheme scheme;
		enum kbm_ldap_start_tls start_tls;
		bool use_tls;
	} cases[] = {
	    {KBM_LDAP_PLAIN, KBM_LDAP_NO_START_TLS, false},
	    {KBM_LDAP_PLAIN, KBM_LDAP_TRY_START_TLS, true},
	    {KBM_LDAP_PLAIN, KBM_LDAP_START_TLS, true},
	    {KBM_LDAP_TLS, KBM_LDAP_NO_START_TLS, true},
	    {KBM_LDAP_SOCKET, KBM_LDAP_NO_START_TLS, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct kbm_ldap_settings settings = {.uri = {.scheme = cases[i].scheme},
							   .start_tls = cases[i].start_tls};
		bool use_tls = kbm_ldap_settings_use_tls(&settings);
		cr_expect(eq(int, use_tls, cases[i].use_tls), "row %zu", i);
	}
}
