/* What anybody would write who needs entries: a loop over libldap, which asks and waits. Prints the
 * milliseconds from the start to the last value, and those of the reads alone; medians.
 *   ldap_loop URL COUNT PATTERN      %06zu in PATTERN becomes 0 to COUNT - 1 */
#include "times.h"

#include <ldap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 9 };

static void must(int code, const char *what)
{
	if (code == LDAP_SUCCESS)
		return;
	fprintf(stderr, "ldap_loop: %s: %s\n", what, ldap_err2string(code));
	exit(1);
}

static LDAP *connect_to(const char *url)
{
	LDAP *ldap = NULL;
	int version = LDAP_VERSION3;
	struct berval none = {0, (char *)""};
	must(ldap_initialize(&ldap, url), url);
	must(ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version), "version 3");
	must(ldap_sasl_bind_s(ldap, NULL, LDAP_SASL_SIMPLE, &none, NULL, NULL, NULL), "bind");
	return ldap;
}

/* The number of values of one entry, all of them looked at. */
static size_t read_entry(LDAP *ldap, const char *dn)
{
	LDAPMessage *answer = NULL;
	BerElement *ber = NULL;
	size_t values = 0;
	must(ldap_search_ext_s(ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)", NULL, 0, NULL, NULL,
			       NULL, 0, &answer),
	     dn);
	LDAPMessage *entry = ldap_first_entry(ldap, answer);
	if (entry == NULL)
		must(LDAP_NO_SUCH_OBJECT, dn);
	for (char *name = ldap_first_attribute(ldap, entry, &ber); name != NULL;
	     name = ldap_next_attribute(ldap, entry, ber)) {
		struct berval **list = ldap_get_values_len(ldap, entry, name);
		values += (size_t)ldap_count_values_len(list);
		ldap_value_free_len(list);
		ldap_memfree(name);
	}
	ber_free(ber, 0);
	ldap_msgfree(answer);
	return values;
}

int main(int argc, char **argv)
{
	const char *number = argc == 4 ? strstr(argv[3], "%06zu") : NULL;
	if (number == NULL) {
		fputs("usage: ldap_loop URL COUNT PATTERN\n", stderr);
		return 64;
	}
	size_t count = strtoul(argv[2], NULL, 10);
	double whole[REPEATS];
	double reads[REPEATS];
	size_t values = 0;
	for (size_t repeat = 0; repeat < REPEATS; repeat++) {
		double start = now_ms();
		LDAP *ldap = connect_to(argv[1]);
		double connected = now_ms();
		values = 0;
		for (size_t i = 0; i < count; i++) {
			char dn[512];
			snprintf(dn, sizeof dn, "%.*s%06zu%s", (int)(number - argv[3]), argv[3], i,
				 number + strlen("%06zu"));
			values += read_entry(ldap, dn);
		}
		reads[repeat] = now_ms() - connected;
		whole[repeat] = now_ms() - start;
		ldap_unbind_ext_s(ldap, NULL, NULL);
	}
	qsort(whole, REPEATS, sizeof *whole, compare_times);
	qsort(reads, REPEATS, sizeof *reads, compare_times);
	printf("%.2f %.2f %zu\n", whole[REPEATS / 2], reads[REPEATS / 2], values);
	return 0;
}
