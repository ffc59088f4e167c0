/* Attribute types: their grammar and the names that mean the same. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_NAME = 32 };

struct alias {
	const char *name; /* lower case */
	const char *oid;
};

/* RFC 4519, RFC 4524, PKCS #9 (e, email, emailAddress); sorted by name. */
static const struct alias aliases[] = {
    {"businesscategory", "2.5.4.15"},
    {"c", "2.5.4.6"},
    {"cn", "2.5.4.3"},
    {"commonname", "2.5.4.3"},
    {"countryname", "2.5.4.6"},
    {"dc", "0.9.2342.19200300.100.1.25"},
    {"description", "2.5.4.13"},
    {"distinguishedname", "2.5.4.49"},
    {"dnqualifier", "2.5.4.46"},
    {"domaincomponent", "0.9.2342.19200300.100.1.25"},
    {"e", "1.2.840.113549.1.9.1"},
    {"email", "1.2.840.113549.1.9.1"},
    {"emailaddress", "1.2.840.113549.1.9.1"},
    {"generationqualifier", "2.5.4.44"},
    {"givenname", "2.5.4.42"},
    {"gn", "2.5.4.42"},
    {"houseidentifier", "2.5.4.51"},
    {"initials", "2.5.4.43"},
    {"l", "2.5.4.7"},
    {"localityname", "2.5.4.7"},
    {"mail", "0.9.2342.19200300.100.1.3"},
    {"name", "2.5.4.41"},
    {"o", "2.5.4.10"},
    {"organizationalunitname", "2.5.4.11"},
    {"organizationname", "2.5.4.10"},
    {"ou", "2.5.4.11"},
    {"physicaldeliveryofficename", "2.5.4.19"},
    {"postaladdress", "2.5.4.16"},
    {"postalcode", "2.5.4.17"},
    {"postofficebox", "2.5.4.18"},
    {"rfc822mailbox", "0.9.2342.19200300.100.1.3"},
    {"serialnumber", "2.5.4.5"},
    {"sn", "2.5.4.4"},
    {"st", "2.5.4.8"},
    {"stateorprovincename", "2.5.4.8"},
    {"street", "2.5.4.9"},
    {"streetaddress", "2.5.4.9"},
    {"surname", "2.5.4.4"},
    {"telephonenumber", "2.5.4.20"},
    {"title", "2.5.4.12"},
    {"uid", "0.9.2342.19200300.100.1.1"},
    {"uniqueidentifier", "0.9.2342.19200300.100.1.44"},
    {"userid", "0.9.2342.19200300.100.1.1"},
    {"x500uniqueidentifier", "2.5.4.45"},
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static bool has_oid_prefix(const char *type, size_t length)
{
	return length > 4 && strncasecmp(type, "oid.", 4) == 0;
}

/* number 1*( DOT number ), no leading zeros. */
static bool is_numeric_oid(const char *text, size_t length)
{
	size_t at = 0;
	size_t numbers = 0;
	for (;;) {
		size_t start = at;
		while (at < length && is_digit(text[at]))
			at++;
		if (at == start || (at - start > 1 && text[start] == '0'))
			return false;
		numbers++;
		if (at == length)
			return numbers > 1;
		if (text[at] != '.')
			return false;
		at++;
	}
}

bool kbm_dn_is_type(const char *type, size_t length)
{
	if (length == 0)
		return false;
	if (is_digit(type[0]))
		return is_numeric_oid(type, length);
	if (has_oid_prefix(type, length))
		return is_numeric_oid(type + 4, length - 4);
	if (!is_letter(type[0]))
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_letter(type[i]) && !is_digit(type[i]) && type[i] != '-')
			return false;
	}
	return true;
}

static int compare_alias(const void *name, const void *entry)
{
	const struct alias *alias = entry;
	return strcmp(name, alias->name);
}

bool kbm_dn_append_canonical_type(const char *type, struct kbm_bytes *out)
{
	size_t length = strlen(type);
	if (has_oid_prefix(type, length))
		return kbm_bytes_append(out, type + 4, length - 4);
	if (length < LONGEST_NAME) {
		char name[LONGEST_NAME];
		for (size_t i = 0; i <= length; i++)
			name[i] = lower(type[i]);
		const struct alias *found =
		    bsearch(name, aliases, sizeof aliases / sizeof aliases[0], sizeof aliases[0],
			    compare_alias);
		return kbm_bytes_append_text(out, found != NULL ? found->oid : name);
	}
	for (size_t i = 0; i < length; i++)
		kbm_bytes_append_byte(out, (uint8_t)lower(type[i]));
	return !out->failed;
}

unsigned kbm_dn_type_kinds(const char *left, const char *right)
{
	if (strcmp(left, right) == 0)
		return 0;
	return strcasecmp(left, right) == 0 ? KBM_DN_TYPECASE : KBM_DN_TYPEALIAS;
}
