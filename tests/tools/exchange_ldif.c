/* An LDIF that looks like an export of an Exchange 5.5 directory. */
#include "exchange_ldif.h"

#include <stdarg.h>

enum { DN_BYTES = 1024 };

struct place {
	const struct exchange_ldif *wanted;
	FILE *out;
	char site[DN_BYTES];
	char servers[DN_BYTES];
	char server[DN_BYTES];
};

/* dn, rdn and the naming attribute; the caller adds the rest and the blank line. */
static void begin(const struct place *place, const char *type, const char *name, const char *parent,
		  const char *object_class)
{
	fprintf(place->out, "dn: %s=%s%s%s\n", type, name, parent[0] == 0 ? "" : ",", parent);
	fprintf(place->out, "objectClass: %s\nobjectClass: e55Top\n", object_class);
	fprintf(place->out, "%s: %s\nrdn: %s\nAdmin-Display-Name: %s\n", type, name, name, name);
}

static void whole(const struct place *place, const char *type, const char *name, const char *parent,
		  const char *object_class)
{
	begin(place, type, name, parent, object_class);
	fputc('\n', place->out);
}

static void write_server(const struct place *place)
{
	begin(place, "cn", place->wanted->server, place->servers, "Computer");
	fprintf(place->out, "Network-Address: ncacn_np:%s\nVersion-Number: 2653\n",
		place->wanted->server);
	fprintf(place->out, "serialNumber: Version 5.5 (Build 2653.23: Service Pack 4)\n");
	fprintf(place->out, "USN-Created: 1001\nUSN-Changed: 1742\n\n");
	whole(place, "cn", "Microsoft MTA", place->server, "MTA");
	whole(place, "cn", "Microsoft DSA", place->server, "dSA");
	whole(place, "cn", "Microsoft Private MDB", place->server, "MHS-Message-Store");
}

static void write_recipient(const struct place *place, size_t number)
{
	static const char *const first[] = {"Anna", "Bert", "Carla", "Dieter", "Eva", "Franz"};
	static const char *const last[] = {"Miller", "Jones", "Smith", "Weber", "Novak"};
	const char *given = first[number % 6];
	const char *family = last[number % 5];
	FILE *out = place->out;
	fprintf(out, "dn: cn=User%06zu,cn=Recipients,%s\n", number, place->site);
	fprintf(out, "objectClass: organizationalPerson\nobjectClass: e55Top\n"
		     "objectClass: e55Mailbox\n");
	fprintf(out, "cn: %s %s %zu\nrdn: User%06zu\nsn: %s\ngivenName: %s\nuid: User%06zu\n",
		given, family, number, number, family, given, number);
	fprintf(out, "mail: user%06zu@example.com\ntelephoneNumber: +1 555 %07zu\n", number,
		number);
	fprintf(out, "Admin-Display-Name: %s %s %zu\nMAPI-Recipient: TRUE\n", given, family,
		number);
	fprintf(out, "Home-MTA: cn=Microsoft MTA,%s\n", place->server);
	fprintf(out, "Home-MDB: cn=Microsoft Private MDB,%s\n", place->server);
	fprintf(out, "Assoc-NT-Account:: AQUAAAAAAAUVAAAAoGXPfnhLm1/nfIdwr/1IAQ==\n");
	fprintf(out, "proxyAddresses: SMTP:user%06zu@example.com\n", number);
	/* Folded, as every exporter writes long lines. */
	fprintf(out, "proxyAddresses: X400:c=US;a= ;p=%s;o=%s;s=%s;\n g=%s;i=%zu;\n\n",
		place->wanted->organization, place->wanted->site, family, given, number);
}

void exchange_ldif_write(const struct exchange_ldif *wanted, FILE *out)
{
	struct place place = {.wanted = wanted, .out = out};
	char organization[DN_BYTES];
	char configuration[DN_BYTES];
	snprintf(organization, sizeof organization, "o=%.200s", wanted->organization);
	snprintf(place.site, sizeof place.site, "ou=%.200s,%.300s", wanted->site, organization);
	snprintf(configuration, sizeof configuration, "cn=Configuration,%.600s", place.site);
	snprintf(place.servers, sizeof place.servers, "cn=Servers,%.700s", configuration);
	snprintf(place.server, sizeof place.server, "cn=%.200s,%.800s", wanted->server,
		 place.servers);
	fprintf(out, "version: 1\n\n");
	whole(&place, "o", wanted->organization, "", "organization");
	whole(&place, "ou", wanted->site, organization, "organizationalUnit");
	whole(&place, "cn", "Configuration", place.site, "Container");
	whole(&place, "cn", "Servers", configuration, "Container");
	write_server(&place);
	whole(&place, "cn", "Connections", configuration, "Container");
	whole(&place, "cn", "Recipients", place.site, "Container");
	for (size_t i = 0; i < wanted->recipients; i++)
		write_recipient(&place, i);
}
