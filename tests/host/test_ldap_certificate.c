/* source/ldap_certificate: why a certificate is refused, of certificates made here; and of bytes
 * that are none. */
#include "source/ldap_certificate.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY = 24 * 3600, MAX_NAMES = 12 };
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

struct wish {
	const char *subject; /* a DN, or NULL: empty */
	const char *issuer;  /* NULL: the subject */
	const char *names[MAX_NAMES];
	time_t from;
	time_t to;
};

static void demand(int result, const char *what)
{
	cr_assert(eq(int, result < 0, 0), "%s: %s", what, gnutls_strerror(result));
}

static gnutls_x509_privkey_t make_key(void)
{
	gnutls_x509_privkey_t key;
	demand(gnutls_x509_privkey_init(&key), "key");
	demand(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
	       "key");
	return key;
}

static gnutls_x509_crt_t begin(const struct wish *wish, const char *subject,
			       gnutls_x509_privkey_t key)
{
	gnutls_x509_crt_t made;
	demand(gnutls_x509_crt_init(&made), "certificate");
	demand(gnutls_x509_crt_set_version(made, 3), "version");
	demand(gnutls_x509_crt_set_serial(made, "\x01", 1), "serial");
	demand(gnutls_x509_crt_set_key(made, key), "key");
	demand(gnutls_x509_crt_set_activation_time(made, wish->from), "time");
	demand(gnutls_x509_crt_set_expiration_time(made, wish->to), "time");
	if (subject != NULL)
		demand(gnutls_x509_crt_set_dn(made, subject, NULL), "subject");
	return made;
}

/* A certificate as wished, DER; released with gnutls_free(). */
static gnutls_datum_t make(const struct wish *wish)
{
	gnutls_x509_privkey_t key = make_key();
	gnutls_x509_crt_t made = begin(wish, wish->subject, key);
	gnutls_x509_crt_t issuer =
	    begin(wish, wish->issuer == NULL ? wish->subject : wish->issuer, key);
	gnutls_datum_t bytes = {NULL, 0};
	for (size_t i = 0; i < MAX_NAMES && wish->names[i] != NULL; i++)
		demand(gnutls_x509_crt_set_subject_alt_name(
			   made, GNUTLS_SAN_DNSNAME, wish->names[i],
			   (unsigned)strlen(wish->names[i]), GNUTLS_FSAN_APPEND),
		       "name");
	demand(gnutls_x509_crt_sign2(issuer, issuer, key, GNUTLS_DIG_SHA256, 0), "signature");
	demand(gnutls_x509_crt_sign2(made, issuer, key, GNUTLS_DIG_SHA256, 0), "signature");
	demand(gnutls_x509_crt_export2(made, GNUTLS_X509_FMT_DER, &bytes), "DER");
	gnutls_x509_crt_deinit(made);
	gnutls_x509_crt_deinit(issuer);
	gnutls_x509_privkey_deinit(key);
	return bytes;
}

static void explain(const struct wish *wish, const char *host, struct kbm_error *error)
{
	gnutls_datum_t bytes = make(wish);
	*error = (struct kbm_error){0};
	enum kbm_code code =
	    kbm_certificate_explain(bytes.data, bytes.size, host, "/etc/ssl/ca.pem", error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	bool is_text = kbm_text_is_utf8(error->message, strlen(error->message));
	cr_expect(eq(int, is_text, true), "%s", error->message);
	gnutls_free(bytes.data);
}

static void check(const struct wish *wish, const char *host, const char *wanted)
{
	struct kbm_error error;
	explain(wish, host, &error);
	cr_expect(eq(int, strcmp(error.message, wanted), 0), "'%s', not '%s'", error.message,
		  wanted);
}

Test(ldap_certificate, knows_its_time)
{
	time_t now = time(NULL);
	struct wish wish = {.subject = "CN=exch1", .names = {"exch1"}, .from = 900000000};
	wish.to = 1000000000;
	check(&wish, "exch1", "its certificate expired on 2001-09-09 01:46 UTC");
	wish.to = now - 1;
	struct kbm_error error;
	explain(&wish, "exch1", &error);
	bool says = strstr(error.message, "expired on ") != NULL;
	cr_expect(eq(int, says, true), "%s", error.message);
	wish.from = 4000000000;
	wish.to = 4000000000 + DAY;
	check(&wish, "exch1",
	      "its certificate is not valid before 2096-10-02 07:06 UTC (is this clock right?)");
}

/* Out of its time is said first, whatever else is wrong. */
Test(ldap_certificate, says_the_first_reason)
{
	const struct wish wish = {
	    .subject = "CN=other", .names = {"other"}, .from = 900000000, .to = 1000000000};
	check(&wish, "exch1", "its certificate expired on 2001-09-09 01:46 UTC");
}

static struct wish valid(const char *subject)
{
	time_t now = time(NULL);
	return (struct wish){.subject = subject, .from = now - DAY, .to = now + DAY};
}

Test(ldap_certificate, says_what_names_it_is_for)
{
	struct wish wish = valid("CN=old");
	wish.names[0] = "exch1.example";
	wish.names[1] = "*.mail.example";
	check(&wish, "exch1",
	      "its certificate is for exch1.example, *.mail.example, not for 'exch1'");
	check(&wish, "192.0.2.1",
	      "its certificate is for exch1.example, *.mail.example, not for '192.0.2.1'");
	wish = valid("CN=old,O=Org");
	check(&wish, "exch1", "its certificate is for O=Org,CN=old, not for 'exch1'");
}

Test(ldap_certificate, may_have_no_name_at_all)
{
	struct wish wish = valid(NULL);
	wish.issuer = "CN=An Authority";
	check(&wish, "exch1", "its certificate is for no name, not for 'exch1'");
}

Test(ldap_certificate, names_who_signed_it)
{
	struct wish wish = valid("CN=exch1");
	wish.names[0] = "exch1";
	wish.issuer = "CN=An Authority,O=Org";
	check(&wish, "EXCH1",
	      "its certificate is signed by nobody in /etc/ssl/ca.pem (--ca-file); issuer "
	      "O=Org,CN=An Authority");
}

Test(ldap_certificate, keeps_to_whole_characters)
{
	struct kbm_error error;
	struct wish wish = valid("CN=exch1");
	char issuer[160] = "CN=x";
	wish.names[0] = "exch1";
	while (strlen(issuer) < 64)
		strcat(issuer, "\xc3\x9c");
	wish.issuer = issuer;
	for (size_t shift = 0; shift < 3; shift++) {
		explain(&wish, "exch1", &error);
		bool says = strstr(error.message, "; issuer CN=x") != NULL;
		cr_expect(eq(int, says, true), "%s", error.message);
		memmove(issuer + 4, issuer + 3, strlen(issuer) - 2);
	}
	char host[80] = "x";
	while (strlen(host) < 70)
		strcat(host, "\xc3\x9c");
	explain(&wish, host, &error);
}

/* More and longer names than there is room for, and such as a terminal would obey. */
Test(ldap_certificate, bears_hostile_names)
{
	static char names[MAX_NAMES][120];
	struct kbm_error error;
	struct wish wish = valid("CN=x");
	for (size_t i = 0; i < MAX_NAMES; i++) {
		memset(names[i], 'a' + (int)i, sizeof names[i] - 1);
		wish.names[i] = names[i];
	}
	explain(&wish, "exch1", &error);
	bool ends = strstr(error.message, ", not for 'exch1'") != NULL;
	cr_expect(eq(int, ends, true), "%s", error.message);
	wish = valid("CN=x");
	wish.names[0] = "\x1b[31m%s%n";
	explain(&wish, "exch1", &error);
	ends = strstr(error.message, ", not for 'exch1'") != NULL;
	cr_expect(eq(int, ends, true), "%s", error.message);
}

static bool is_explained(const uint8_t *bytes, size_t length)
{
	/* On the heap, so that a byte too far is seen. */
	uint8_t *copy = malloc(length == 0 ? 1 : length);
	struct kbm_error error = {0};
	memcpy(copy, bytes, length);
	enum kbm_code code = kbm_certificate_explain(copy, length, "exch1", "ca.pem", &error);
	free(copy);
	return code == KBM_UNREADABLE && error.message[0] != 0 &&
	       kbm_text_is_utf8(error.message, strlen(error.message));
}

Test(ldap_certificate, is_told_from_other_bytes)
{
	static const char *const others[] = {"", "x", "\x30\x80", "\x30\x84\xff\xff\xff\xff",
					     "-----BEGIN CERTIFICATE-----\n"};
	for (size_t i = 0; i < COUNT(others); i++) {
		struct kbm_error error = {0};
		enum kbm_code code = kbm_certificate_explain(
		    (const uint8_t *)others[i], strlen(others[i]), "exch1", "ca.pem", &error);
		cr_expect(eq(int, code, KBM_UNREADABLE), "row %zu", i);
		cr_expect(
		    eq(int, strcmp(error.message, "its certificate is no X.509 certificate"), 0),
		    "row %zu: %s", i, error.message);
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

Test(ldap_certificate, survives_broken_ones, .timeout = 100)
{
	struct wish wish = valid("CN=exch1,O=\xc3\x9c"
				 "ber");
	wish.names[0] = "exch1";
	wish.names[1] = "exch1.example";
	gnutls_datum_t bytes = make(&wish);
	uint32_t state = 20261125;
	for (unsigned length = 0; length < bytes.size; length++) {
		bool explained = is_explained(bytes.data, length);
		cr_assert(eq(int, explained, true), "%u bytes of it", length);
	}
	for (size_t i = 0; i < 4000; i++) {
		uint8_t broken[2048];
		cr_assert(le(sz, bytes.size, sizeof broken));
		memcpy(broken, bytes.data, bytes.size);
		for (size_t j = next_random(&state) % 4 + 1; j > 0; j--)
			broken[next_random(&state) % bytes.size] = (uint8_t)next_random(&state);
		bool explained = is_explained(broken, bytes.size);
		cr_assert(eq(int, explained, true), "round %zu", i);
	}
	gnutls_free(bytes.data);
}
