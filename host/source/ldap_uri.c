/* Parsing of LDAP URIs. libldap's own parser takes port 99999 and -1, and ends at %00. */
#include "source/ldap_uri.h"

#include "base/limits.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *prefix;
	enum kbm_ldap_scheme scheme;
	uint16_t port; /* RFC 4516 section 2; ldaps by IANA */
} schemes[] = {
    {"ldap://", KBM_LDAP_PLAIN, KBM_LDAP_PORT},
    {"ldaps://", KBM_LDAP_TLS, KBM_LDAP_TLS_PORT},
    {"ldapi://", KBM_LDAP_SOCKET, 0},
};
static const char default_socket[] = "/var/run/slapd/ldapi"; /* OpenLDAP's own, of ldapi:/// */
enum { SCHEME_COUNT = sizeof schemes / sizeof schemes[0] };

/* The scheme's number, or SCHEME_COUNT. */
static size_t find_scheme(const char *text)
{
	size_t i = 0;
	while (i < SCHEME_COUNT &&
	       strncasecmp(schemes[i].prefix, text, strlen(schemes[i].prefix)) != 0)
		i++;
	return i;
}

bool kbm_ldap_uri_is(const char *text)
{
	return find_scheme(text) < SCHEME_COUNT;
}

/* What stands for something else is put in its place; a new text. */
static enum kbm_code decode(const char *text, size_t length, char **decoded,
			    struct kbm_error *error)
{
	char *made = strndup(text, length);
	size_t used = 0;
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a URI");
	for (size_t i = 0; i < length; i++) {
		if (text[i] != '%') {
			made[used++] = text[i];
			continue;
		}
		int high = i + 2 < length ? kbm_text_hex_digit(text[i + 1]) : -1;
		int low = high < 0 ? -1 : kbm_text_hex_digit(text[i + 2]);
		if (low < 0 || (high == 0 && low == 0)) {
			free(made);
			return kbm_fail(
			    error, KBM_USAGE,
			    "a %% stands before two hexadecimal digits that are not 00");
		}
		made[used++] = (char)(high * 16 + low);
		i += 2;
	}
	made[used] = '\0';
	*decoded = made;
	return KBM_OK;
}

static enum kbm_code parse_port(const char *text, size_t length, uint16_t *port,
				struct kbm_error *error)
{
	unsigned long number = 0;
	for (size_t i = 0; i < length && number <= UINT16_MAX; i++) {
		if (!isdigit((unsigned char)text[i]))
			number = UINT16_MAX;
		number = number * 10 + (unsigned long)(text[i] - '0');
	}
	if (length == 0 || number == 0 || number > UINT16_MAX)
		return kbm_fail(error, KBM_USAGE, "'%.*s' is not a port (1 to 65535)",
				length > 20 ? 20 : (int)length, text);
	*port = (uint16_t)number;
	return KBM_OK;
}

/* HOST[:PORT] of `length` bytes. *port stays as it is where none is given. */
static enum kbm_code parse_host(const char *text, size_t length, char **host, uint16_t *port,
				struct kbm_error *error)
{
	const char *end = text + length;
	const char *name = text;
	const char *name_end = NULL;
	if (memchr(text, '@', length) != NULL)
		return kbm_fail(error, KBM_USAGE,
				"no name or password stands in a URI; -D and -W or -y give them");
	if (length > 0 && text[0] == '[') {
		name = text + 1;
		name_end = memchr(name, ']', length - 1);
		if (name_end == NULL)
			return kbm_fail(error, KBM_USAGE, "the address has no ']'");
	} else {
		name_end = memchr(text, ':', length);
		if (name_end == NULL)
			name_end = end;
		else if (memchr(name_end + 1, ':', (size_t)(end - name_end) - 1) != NULL)
			return kbm_fail(error, KBM_USAGE,
					"an IPv6 address stands in brackets: [::1]:389");
	}
	const char *rest = name_end < end && *name_end == ']' ? name_end + 1 : name_end;
	if (name == name_end)
		return kbm_fail(error, KBM_USAGE, "there is no host");
	if (rest < end && *rest != ':')
		return kbm_fail(error, KBM_USAGE, "only a port may follow the address");
	if (rest < end) {
		enum kbm_code code = parse_port(rest + 1, (size_t)(end - rest) - 1, port, error);
		if (code != KBM_OK)
			return code;
	}
	return decode(name, (size_t)(name_end - name), host, error);
}

static bool is_clean(const char *text)
{
	size_t length = strlen(text);
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		if (code_point == ' ' || !kbm_text_is_visible(code_point))
			return false;
	}
	return true;
}

static enum kbm_code parse_base(const char *text, struct kbm_ldap_uri *uri, struct kbm_error *error)
{
	size_t length = strcspn(text, "?");
	if (text[length] == '?' && text[length + strspn(text + length, "?")] != '\0')
		return kbm_fail(error, KBM_USAGE,
				"attributes, scope and filter have options of their own");
	return length == 0 ? KBM_OK : decode(text, length, &uri->base, error);
}

enum kbm_code kbm_ldap_uri_parse(const char *text, struct kbm_ldap_uri *uri,
				 struct kbm_error *error)
{
	size_t scheme = find_scheme(text);
	struct kbm_ldap_uri parsed = {0};
	if (scheme == SCHEME_COUNT)
		return kbm_fail(error, KBM_USAGE, "it begins with ldap://, ldaps:// or ldapi://");
	if (strlen(text) > KBM_LDAP_MAX_URI_BYTES)
		return kbm_fail(error, KBM_USAGE, "it is longer than %lu bytes",
				KBM_LDAP_MAX_URI_BYTES);
	if (!is_clean(text))
		return kbm_fail(error, KBM_USAGE,
				"it holds a blank or a control character; write %%20 for a blank");
	const char *host = text + strlen(schemes[scheme].prefix);
	size_t length = strcspn(host, "/?");
	parsed.scheme = schemes[scheme].scheme;
	parsed.port = schemes[scheme].port;
	enum kbm_code code = KBM_OK;
	if (parsed.scheme != KBM_LDAP_SOCKET)
		code = parse_host(host, length, &parsed.host, &parsed.port, error);
	else if (length == 0)
		code = decode(default_socket, strlen(default_socket), &parsed.host, error);
	else
		code = decode(host, length, &parsed.host, error);
	if (code == KBM_OK && parsed.scheme == KBM_LDAP_SOCKET && parsed.host != NULL &&
	    parsed.host[0] != '/')
		code = kbm_fail(error, KBM_USAGE, "a socket's path begins with / (written %%2F)");
	if (code == KBM_OK && host[length] != '\0')
		code = parse_base(host + length + (host[length] == '/' ? 1 : 0), &parsed, error);
	if (code != KBM_OK) {
		kbm_ldap_uri_clear(&parsed);
		return code;
	}
	*uri = parsed;
	return KBM_OK;
}

enum kbm_code kbm_ldap_host_parse(const char *text, char **host, uint16_t *port,
				  struct kbm_error *error)
{
	uint16_t found = 0;
	if (!is_clean(text) || strpbrk(text, "/?") != NULL)
		return kbm_fail(error, KBM_USAGE, "it is not HOST or HOST:PORT");
	enum kbm_code code = parse_host(text, strlen(text), host, &found, error);
	if (code == KBM_OK)
		*port = found;
	return code;
}

bool kbm_ldap_uri_copy(const struct kbm_ldap_uri *from, struct kbm_ldap_uri *to)
{
	struct kbm_ldap_uri copy = {.scheme = from->scheme, .port = from->port};
	copy.host = from->host == NULL ? NULL : strdup(from->host);
	copy.base = from->base == NULL ? NULL : strdup(from->base);
	if ((from->host != NULL && copy.host == NULL) ||
	    (from->base != NULL && copy.base == NULL)) {
		kbm_ldap_uri_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

void kbm_ldap_uri_clear(struct kbm_ldap_uri *uri)
{
	free(uri->host);
	free(uri->base);
	*uri = (struct kbm_ldap_uri){0};
}
