/* The standard object classes and their superclasses. A class that a product defines for itself is
 * not here: Exchange 5.5's Computer is no user, as Active Directory's is, and Active Directory
 * lists all of an entry's classes. */
#include "source/object_class.h"

#include "source/syntax.h"

#include <string.h>

enum id {
	NONE,
	COUNTRY,
	ORGANIZATION,
	ORGANIZATIONAL_UNIT,
	PERSON,
	ORGANIZATIONAL_PERSON,
	APPLICATION_ENTITY,
	DSA,
	CERTIFICATION_AUTHORITY,
	DOMAIN,
	OTHERS
};

enum { MOST_NAMES = 3, MOST_SUPERIORS = 2 };

struct kbm_object_class {
	const char *names[MOST_NAMES];
	enum id superiors[MOST_SUPERIORS]; /* but for top */
};

/* RFC 4519, RFC 4524; RFC 2256, RFC 1274 where those left a class out; RFC 2798. */
static const struct kbm_object_class classes[] = {
    [COUNTRY] = {{"country", "2.5.6.2"}, {NONE}},
    [ORGANIZATION] = {{"organization", "2.5.6.4"}, {NONE}},
    [ORGANIZATIONAL_UNIT] = {{"organizationalUnit", "2.5.6.5"}, {NONE}},
    [PERSON] = {{"person", "2.5.6.6"}, {NONE}},
    [ORGANIZATIONAL_PERSON] = {{"organizationalPerson", "2.5.6.7"}, {PERSON}},
    [APPLICATION_ENTITY] = {{"applicationEntity", "2.5.6.12"}, {NONE}},
    [DSA] = {{"dSA", "2.5.6.13"}, {APPLICATION_ENTITY}},
    [CERTIFICATION_AUTHORITY] = {{"certificationAuthority", "2.5.6.16"}, {NONE}},
    [DOMAIN] = {{"domain", "0.9.2342.19200300.100.4.13"}, {NONE}},
    [OTHERS] = {{"inetOrgPerson", "2.16.840.1.113730.3.2.2"}, {ORGANIZATIONAL_PERSON}},
    {{"residentialPerson", "2.5.6.10"}, {PERSON}},
    {{"pilotPerson", "newPilotPerson", "0.9.2342.19200300.100.4.4"}, {PERSON}},
    {{"pilotDSA", "0.9.2342.19200300.100.4.21"}, {DSA}},
    {{"certificationAuthority-V2", "2.5.6.16.2"}, {CERTIFICATION_AUTHORITY}},
    {{"RFC822localPart", "0.9.2342.19200300.100.4.14"}, {DOMAIN}},
    {{"dNSDomain", "0.9.2342.19200300.100.4.15"}, {DOMAIN}},
    {{"friendlyCountry", "0.9.2342.19200300.100.4.18"}, {COUNTRY}},
    {{"pilotOrganization", "0.9.2342.19200300.100.4.20"}, {ORGANIZATION, ORGANIZATIONAL_UNIT}},
    /* Those that stand alone, for the sake of their OID. */
    {{"alias", "2.5.6.1"}, {NONE}},
    {{"locality", "2.5.6.3"}, {NONE}},
    {{"organizationalRole", "2.5.6.8"}, {NONE}},
    {{"groupOfNames", "2.5.6.9"}, {NONE}},
    {{"applicationProcess", "2.5.6.11"}, {NONE}},
    {{"device", "2.5.6.14"}, {NONE}},
    {{"groupOfUniqueNames", "2.5.6.17"}, {NONE}},
    {{"account", "0.9.2342.19200300.100.4.5"}, {NONE}},
    {{"document", "0.9.2342.19200300.100.4.6"}, {NONE}},
    {{"room", "0.9.2342.19200300.100.4.7"}, {NONE}},
    {{"documentSeries", "0.9.2342.19200300.100.4.9"}, {NONE}},
    {{"domainRelatedObject", "0.9.2342.19200300.100.4.17"}, {NONE}},
    {{"simpleSecurityObject", "0.9.2342.19200300.100.4.19"}, {NONE}},
    {{"dcObject", "1.3.6.1.4.1.1466.344"}, {NONE}},
    {{"uidObject", "1.3.6.1.1.3.1"}, {NONE}},
};

static bool is_called(const struct kbm_object_class *object_class, const char *name, size_t length)
{
	for (size_t i = 0; i < MOST_NAMES && object_class->names[i] != NULL; i++)
		if (kbm_attribute_names_equal(object_class->names[i],
					      strlen(object_class->names[i]), name, length))
			return true;
	return false;
}

const struct kbm_object_class *kbm_object_class_find(const char *name, size_t length)
{
	for (size_t i = NONE + 1; i < sizeof classes / sizeof classes[0]; i++)
		if (is_called(&classes[i], name, length))
			return &classes[i];
	return NULL;
}

/* A superclass stands in front of its subclasses in `id`, so that this ends. */
static bool is_below(const struct kbm_object_class *object_class,
		     const struct kbm_object_class *superior)
{
	if (object_class == superior)
		return true;
	for (size_t i = 0; i < MOST_SUPERIORS && object_class->superiors[i] != NONE; i++)
		if (is_below(&classes[object_class->superiors[i]], superior))
			return true;
	return false;
}

bool kbm_object_class_includes(const struct kbm_object_class *superior, const char *name,
			       size_t length)
{
	for (size_t i = NONE + 1; i < sizeof classes / sizeof classes[0]; i++)
		if (is_below(&classes[i], superior) && is_called(&classes[i], name, length))
			return true;
	return false;
}
