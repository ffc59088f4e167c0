/* Why a server's certificate is not accepted, by GnuTLS, with which Debian's libldap is built too;
 * this file alone includes its headers. */
#include "source/ldap_certificate.h"

#include "base/limits.h"
#include "base/text.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_NAME = 128, MAX_NAMES = 90 };

static void write_time(time_t moment, char text[static 24])
{
	struct tm parts;
	if (gmtime_r(&moment, &parts) == NULL ||
	    strftime(text, 24, "%Y-%m-%d %H:%M UTC", &parts) == 0)
		snprintf(text, 24, "an impossible time");
}

static enum kbm_code check_time(gnutls_x509_crt_t certificate, struct kbm_error *error)
{
	char moment[24];
	time_t now = time(NULL);
	time_t last = gnutls_x509_crt_get_expiration_time(certificate);
	time_t first = gnutls_x509_crt_get_activation_time(certificate);
	if (last != (time_t)-1 && last < now) {
		write_time(last, moment);
		return kbm_fail(error, KBM_UNREADABLE, "its certificate expired on %s", moment);
	}
	if (first != (time_t)-1 && first > now) {
		write_time(first, moment);
		return kbm_fail(error, KBM_UNREADABLE,
				"its certificate is not valid before %s (is this clock right?)",
				moment);
	}
	return KBM_OK;
}

/* The names that it is for: "a.example, b.example"; without any, its subject. */
static void list_names(gnutls_x509_crt_t certificate, char names[static MAX_NAMES])
{
	struct kbm_bytes list;
	kbm_bytes_init(&list, KBM_TEXT_MAX_BYTES);
	for (unsigned i = 0; i < 8; i++) {
		char name[MAX_NAME];
		size_t length = sizeof name - 1;
		int kind =
		    gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &length, NULL);
		if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (kind != GNUTLS_SAN_DNSNAME)
			continue;
		if (list.length > 0)
			kbm_bytes_append_text(&list, ", ");
		kbm_bytes_append(&list, name, length < sizeof name ? length : 0);
	}
	if (list.length == 0) {
		char subject[MAX_NAME] = "";
		size_t length = sizeof subject;
		if (gnutls_x509_crt_get_dn(certificate, subject, &length) == 0)
			kbm_bytes_append_text(&list, subject);
	}
	if (list.length == 0)
		kbm_bytes_append_text(&list, "no name");
	snprintf(names, MAX_NAMES, "%.*s", MAX_NAMES - 1, kbm_bytes_text(&list));
	kbm_text_drop_cut(names);
	kbm_bytes_clear(&list);
}

static enum kbm_code check_all(gnutls_x509_crt_t certificate, const char *host,
			       const char *authorities, struct kbm_error *error)
{
	enum kbm_code code = check_time(certificate, error);
	if (code != KBM_OK)
		return code;
	if (gnutls_x509_crt_check_hostname(certificate, host) == 0) {
		char names[MAX_NAMES];
		list_names(certificate, names);
		return kbm_fail(error, KBM_UNREADABLE, "its certificate is for %s, not for '%.60s'",
				names, host);
	}
	char issuer[MAX_NAME] = "";
	size_t length = sizeof issuer;
	if (gnutls_x509_crt_get_issuer_dn(certificate, issuer, &length) != 0)
		issuer[0] = '\0';
	return kbm_fail(error, KBM_UNREADABLE,
			"its certificate is signed by nobody in %.80s (--ca-file); issuer %.60s",
			authorities, issuer[0] == '\0' ? "unknown" : issuer);
}

enum kbm_code kbm_certificate_explain(const uint8_t *bytes, size_t length, const char *host,
				      const char *authorities, struct kbm_error *error)
{
	gnutls_x509_crt_t certificate = NULL;
	const gnutls_datum_t encoded = {(unsigned char *)bytes, (unsigned)length};
	if (gnutls_x509_crt_init(&certificate) != 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for a certificate");
	enum kbm_code code;
	if (gnutls_x509_crt_import(certificate, &encoded, GNUTLS_X509_FMT_DER) != 0)
		code = kbm_fail(error, KBM_UNREADABLE, "its certificate is no X.509 certificate");
	else
		code = check_all(certificate, host, authorities, error);
	gnutls_x509_crt_deinit(certificate);
	/* Names may be cut in a character, and a certificate's may be no text. */
	if (error != NULL)
		kbm_text_drop_cut(error->message);
	return code;
}

enum kbm_code kbm_certificate_check_authorities(const char *path, struct kbm_error *error)
{
	gnutls_x509_trust_list_t list = NULL;
	if (gnutls_x509_trust_list_init(&list, 0) != 0)
		return kbm_fail(error, KBM_MEMORY, "no memory for certificates");
	int count =
	    gnutls_x509_trust_list_add_trust_file(list, path, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
	gnutls_x509_trust_list_deinit(list, 1);
	return count > 0 ? KBM_OK
			 : kbm_fail(error, KBM_INVALID, "it holds no certificate in PEM form");
}
