/* source/ldap_uri: what is taken, what is refused and why, and bytes of any kind. */
#include "source/ldap_uri.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool same_text(const char *left, const char *right)
{
	return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

static const struct {
	const char *text;
	enum kbm_ldap_scheme scheme;
	const char *host;
	uint16_t port;
	const char *base;
} good[] = {
    {"ldap://exch1", KBM_LDAP_PLAIN, "exch1", 389, NULL},
    {"ldap://exch1/", KBM_LDAP_PLAIN, "exch1", 389, NULL},
    {"LDAP://Exch1.Example/", KBM_LDAP_PLAIN, "Exch1.Example", 389, NULL},
    {"ldaps://exch1", KBM_LDAP_TLS, "exch1", 636, NULL},
    {"ldap://exch1:1", KBM_LDAP_PLAIN, "exch1", 1, NULL},
    {"ldap://exch1:65535/o=Org", KBM_LDAP_PLAIN, "exch1", 65535, "o=Org"},
    {"ldap://exch1:0000390", KBM_LDAP_PLAIN, "exch1", 390, NULL},
    {"ldap://192.0.2.1:390", KBM_LDAP_PLAIN, "192.0.2.1", 390, NULL},
    {"ldap://[::1]", KBM_LDAP_PLAIN, "::1", 389, NULL},
    {"ldaps://[2001:db8::1]:637/o=Org", KBM_LDAP_TLS, "2001:db8::1", 637, "o=Org"},
    {"ldap://[fe80::1%25eth0]", KBM_LDAP_PLAIN, "fe80::1%eth0", 389, NULL},
    {"ldap://a%2Eb", KBM_LDAP_PLAIN, "a.b", 389, NULL},
    {"ldap://a/cn=A%2c%20B,o=%C3%9cber", KBM_LDAP_PLAIN, "a", 389,
     "cn=A, B,o=\xc3\x9c"
     "ber"},
    {"ldap://a/o=A/B", KBM_LDAP_PLAIN, "a", 389, "o=A/B"},
    {"ldap://a/o=A??\?", KBM_LDAP_PLAIN, "a", 389, "o=A"},
    {"ldap://a?", KBM_LDAP_PLAIN, "a", 389, NULL},
    {"ldapi://%2Frun%2Fslapd%2Fldapi", KBM_LDAP_SOCKET, "/run/slapd/ldapi", 0, NULL},
    {"ldapi://%2fa%20b:c/o=Org", KBM_LDAP_SOCKET, "/a b:c", 0, "o=Org"},
    {"ldapi:///", KBM_LDAP_SOCKET, "/var/run/slapd/ldapi", 0, NULL},
    {"ldapi://", KBM_LDAP_SOCKET, "/var/run/slapd/ldapi", 0, NULL},
    {"ldapi:///o=Org", KBM_LDAP_SOCKET, "/var/run/slapd/ldapi", 0, "o=Org"},
};

Test(ldap_uri, takes_its_parts_apart)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct kbm_ldap_uri uri = {0};
		struct kbm_ldap_uri copy = {0};
		struct kbm_error error = {0};
		bool is_uri = kbm_ldap_uri_is(good[i].text);
		cr_expect(eq(int, is_uri, true), "%s", good[i].text);
		enum kbm_code code = kbm_ldap_uri_parse(good[i].text, &uri, &error);
		cr_assert(eq(int, code, KBM_OK), "%s: %s", good[i].text, error.message);
		bool copied = kbm_ldap_uri_copy(&uri, &copy);
		kbm_ldap_uri_clear(&uri);
		bool same = copied && copy.scheme == good[i].scheme && copy.port == good[i].port &&
			    same_text(copy.host, good[i].host) &&
			    same_text(copy.base, good[i].base);
		cr_expect(eq(int, same, true), "%s: host '%s', port %u, base '%s'", good[i].text,
			  copy.host, copy.port, copy.base == NULL ? "(none)" : copy.base);
		kbm_ldap_uri_clear(&copy);
	}
}

static const struct {
	const char *text;
	const char *why;
} bad[] = {
    {"", "it begins with ldap://"},
    {"exch1", "it begins with ldap://"},
    {"ldap:/exch1", "it begins with ldap://"},
    {"ldapx://exch1", "it begins with ldap://"},
    {" ldap://exch1", "it begins with ldap://"},
    {"http://exch1", "it begins with ldap://"},
    {"cldap://exch1", "it begins with ldap://"},
    {"ldap://", "there is no host"},
    {"ldap:///o=Org", "there is no host"},
    {"ldap://:389", "there is no host"},
    {"ldap://[]", "there is no host"},
    {"ldap://?", "there is no host"},
    {"ldap://a:", "'' is not a port"},
    {"ldap://a:0", "'0' is not a port"},
    {"ldap://a:65536", "'65536' is not a port"},
    {"ldap://a:99999", "'99999' is not a port"},
    {"ldap://a:-1", "'-1' is not a port"},
    {"ldap://a:+1", "'+1' is not a port"},
    {"ldap://a:0x10", "'0x10' is not a port"},
    {"ldap://a:389x", "'389x' is not a port"},
    {"ldap://a:18446744073709551617", "'18446744073709551617' is not a port"},
    {"ldap://a:%33", "'%33' is not a port"},
    {"ldap://a:\xc3\xa9", "is not a port"},
    {"ldap://::1", "an IPv6 address stands in brackets"},
    {"ldap://2001:db8::1:389", "an IPv6 address stands in brackets"},
    {"ldap://[::1", "the address has no ']'"},
    {"ldap://[::1]389", "only a port may follow"},
    {"ldap://[::1]:", "'' is not a port"},
    {"ldap://a b", "a blank or a control character"},
    {"ldap://a/o=My Org", "write %20 for a blank"},
    {"ldap://a\n", "a control character"},
    {"ldap://a\x1b[31m", "a control character"},
    {"ldap://a\x7f", "a control character"},
    {"ldap://a\xff", "a control character"},
    {"ldap://\xc3", "a control character"},
    {"ldap://a/\xe2\x80\xae", "a control character"},
    {"ldap://a%00b", "two hexadecimal digits that are not 00"},
    {"ldap://a/o=A%00", "two hexadecimal digits that are not 00"},
    {"ldap://a%zz", "two hexadecimal digits"},
    {"ldap://a%4", "two hexadecimal digits"},
    {"ldap://a%", "two hexadecimal digits"},
    {"ldap://a%/4", "two hexadecimal digits"},
    {"ldap://a/o=A%4", "two hexadecimal digits"},
    {"ldap://a/o=A%g0", "two hexadecimal digits"},
    {"ldap://a/o=A?cn", "have options of their own"},
    {"ldap://a/o=A??sub", "have options of their own"},
    {"ldap://a/o=A??\?(cn=*)", "have options of their own"},
    {"ldap://a?cn", "have options of their own"},
    {"ldapi://run", "begins with / (written %2F)"},
    {"ldapi://.%2Frun", "begins with / (written %2F)"},
    {"ldapi://%2Frun%00", "two hexadecimal digits"},
};

Test(ldap_uri, says_what_is_wrong)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct kbm_ldap_uri uri = {.port = 7};
		struct kbm_error error = {0};
		enum kbm_code code = kbm_ldap_uri_parse(bad[i].text, &uri, &error);
		bool says = strstr(error.message, bad[i].why) != NULL;
		cr_expect(eq(int, code, KBM_USAGE), "%s", bad[i].text);
		cr_expect(eq(int, says, true), "%s: '%s', not '%s'", bad[i].text, error.message,
			  bad[i].why);
		bool untouched = uri.host == NULL && uri.base == NULL && uri.port == 7;
		cr_expect(eq(int, untouched, true), "%s: something was left", bad[i].text);
	}
}

Test(ldap_uri, takes_the_longest_and_no_longer)
{
	char text[KBM_LDAP_MAX_URI_BYTES + 2];
	struct kbm_ldap_uri uri = {0};
	struct kbm_error error = {0};
	memset(text, 'a', sizeof text);
	memcpy(text, "ldap://", 7);
	text[KBM_LDAP_MAX_URI_BYTES] = 0;
	enum kbm_code code = kbm_ldap_uri_parse(text, &uri, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(sz, strlen(uri.host), KBM_LDAP_MAX_URI_BYTES - 7));
	kbm_ldap_uri_clear(&uri);
	text[KBM_LDAP_MAX_URI_BYTES] = 'a';
	text[KBM_LDAP_MAX_URI_BYTES + 1] = 0;
	code = kbm_ldap_uri_parse(text, &uri, &error);
	cr_expect(eq(int, code, KBM_USAGE));
	bool says = strstr(error.message, "longer than 2048 bytes") != NULL;
	cr_expect(eq(int, says, true), "%s", error.message);
}

Test(ldap_uri, copies_share_nothing)
{
	struct kbm_ldap_uri uri = {0};
	struct kbm_ldap_uri copy = {0};
	struct kbm_error error;
	enum kbm_code code = kbm_ldap_uri_parse("ldap://a/o=B", &uri, &error);
	cr_assert(eq(int, code, KBM_OK));
	bool copied = kbm_ldap_uri_copy(&uri, &copy);
	cr_assert(eq(int, copied, true));
	cr_expect(ne(ptr, copy.host, uri.host));
	cr_expect(ne(ptr, copy.base, uri.base));
	kbm_ldap_uri_clear(&copy);
	kbm_ldap_uri_clear(&copy); /* as often as one likes */
	kbm_ldap_uri_clear(&uri);
}

static const struct {
	const char *text;
	const char *host; /* NULL: it is refused */
	uint16_t port;
} hosts[] = {
    {"exch2", "exch2", 0},
    {"exch2:390", "exch2", 390},
    {"192.0.2.1", "192.0.2.1", 0},
    {"[::1]", "::1", 0},
    {"[::1]:65535", "::1", 65535},
    {"", NULL, 0},
    {":389", NULL, 0},
    {"exch2:", NULL, 0},
    {"exch2:0", NULL, 0},
    {"exch2:65536", NULL, 0},
    {"exch2:-1", NULL, 0},
    {"::1", NULL, 0},
    {"[::1", NULL, 0},
    {"[::1]x", NULL, 0},
    {"a b", NULL, 0},
    {"a/", NULL, 0},
    {"a?", NULL, 0},
    {"ldap://a", NULL, 0},
    {"a%00", NULL, 0},
    {"a\xff", NULL, 0},
};

Test(ldap_uri, takes_hosts_with_and_without_a_port)
{
	for (size_t i = 0; i < COUNT(hosts); i++) {
		char *host = NULL;
		uint16_t port = 7;
		struct kbm_error error = {0};
		enum kbm_code code = kbm_ldap_host_parse(hosts[i].text, &host, &port, &error);
		enum kbm_code wanted = hosts[i].host == NULL ? KBM_USAGE : KBM_OK;
		cr_expect(eq(int, code, wanted), "%s: %s", hosts[i].text, error.message);
		bool same = same_text(host, hosts[i].host);
		cr_expect(eq(int, same, true), "%s: '%s'", hosts[i].text,
			  host == NULL ? "(none)" : host);
		cr_expect(eq(int, port, wanted == KBM_OK ? hosts[i].port : 7), "%s", hosts[i].text);
		free(host);
	}
}

/* The same on every run. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* What is taken has a host without NUL, a port, and is taken again as a copy. */
static bool is_sound(const char *text)
{
	struct kbm_ldap_uri uri = {0};
	struct kbm_error error = {0};
	if (kbm_ldap_uri_parse(text, &uri, &error) != KBM_OK)
		return uri.host == NULL && error.message[0] != 0;
	bool sound = uri.host != NULL && uri.host[0] != 0 &&
		     (uri.port == 0) == (uri.scheme == KBM_LDAP_SOCKET);
	kbm_ldap_uri_clear(&uri);
	return sound;
}

Test(ldap_uri, survives_any_bytes)
{
	static const char *const pieces[] = {"ldap://", "ldaps://", "ldapi://", "%2F", "%", "%0",
					     "[",	"]",	    ":",	"/",   "?", "389",
					     "::1",	"\xc3\xa9", "\xff",	"o=A"};
	uint32_t state = 20261125;
	for (size_t i = 0; i < 20000; i++) {
		/* On the heap, so that a byte too far is seen. */
		size_t count = next_random(&state) % 6;
		char text[80] = "";
		strcpy(text, pieces[next_random(&state) % 3]);
		for (size_t j = 0; j < count; j++)
			if (next_random(&state) % 3 != 0)
				strcat(text, pieces[next_random(&state) % COUNT(pieces)]);
			else
				strcat(text, (char[2]){(char)(1 + next_random(&state) % 255), 0});
		char *copy = strdup(text);
		bool sound = is_sound(copy);
		cr_assert(eq(int, sound, true), "round %zu", i);
		char *host = NULL;
		uint16_t port = 0;
		kbm_ldap_host_parse(copy + 7, &host, &port, NULL);
		free(host);
		free(copy);
	}
}
