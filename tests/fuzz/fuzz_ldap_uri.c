/* Where a directory server is: any text is taken apart or refused with a reason; what was taken is
 * taken again when it is written anew. */
#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"
#include "source/ldap_uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static bool same_text(const char *left, const char *right)
{
	return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

/* Every byte but letters and digits by its number. */
static void append_encoded(struct kbm_bytes *out, const char *text)
{
	for (; *text != 0; text++)
		kbm_bytes_printf(
		    out,
		    strchr("0123456789abcdefghijklmnopqrstuvwxyz", *text) != NULL ? "%c" : "%%%02X",
		    (unsigned char)*text);
}

static void check_again(const struct kbm_ldap_uri *uri)
{
	static const char *const schemes[] = {"ldap", "ldaps", "ldapi"};
	struct kbm_bytes text;
	struct kbm_error error;
	struct kbm_ldap_uri again = {0};
	bool is_address = uri->scheme != KBM_LDAP_SOCKET && strchr(uri->host, ':') != NULL;
	kbm_bytes_init(&text, 8 * KBM_LDAP_MAX_URI_BYTES);
	kbm_bytes_printf(&text, "%s://%s", schemes[uri->scheme], is_address ? "[" : "");
	append_encoded(&text, uri->host);
	kbm_bytes_append_text(&text, is_address ? "]" : "");
	if (uri->scheme != KBM_LDAP_SOCKET)
		kbm_bytes_printf(&text, ":%u", uri->port);
	if (uri->base != NULL) {
		kbm_bytes_append_text(&text, "/");
		append_encoded(&text, uri->base);
	}
	if (text.length <= KBM_LDAP_MAX_URI_BYTES) {
		demand(kbm_ldap_uri_parse(kbm_bytes_text(&text), &again, &error) == KBM_OK);
		demand(again.scheme == uri->scheme && again.port == uri->port);
		demand(same_text(again.host, uri->host) && same_text(again.base, uri->base));
		kbm_ldap_uri_clear(&again);
	}
	kbm_bytes_clear(&text);
}

static void check_uri(const char *text)
{
	struct kbm_ldap_uri uri = {0};
	struct kbm_ldap_uri copy = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_ldap_uri_parse(text, &uri, &error);
	if (code != KBM_OK) {
		demand(error.message[0] != 0 && uri.host == NULL && uri.base == NULL);
		return;
	}
	demand(kbm_ldap_uri_is(text));
	demand(uri.host[0] != 0 && (uri.scheme != KBM_LDAP_SOCKET || uri.host[0] == '/'));
	demand((uri.port == 0) == (uri.scheme == KBM_LDAP_SOCKET));
	demand(kbm_ldap_uri_copy(&uri, &copy));
	kbm_ldap_uri_clear(&uri);
	check_again(&copy);
	kbm_ldap_uri_clear(&copy);
}

static void check_host(const char *text)
{
	char *host = NULL;
	uint16_t port = 0;
	struct kbm_error error = {0};
	if (kbm_ldap_host_parse(text, &host, &port, &error) == KBM_OK)
		demand(host[0] != 0);
	else
		demand(host == NULL && error.message[0] != 0);
	free(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	check_uri(text);
	check_host(text);
	free(text);
	return 0;
}
