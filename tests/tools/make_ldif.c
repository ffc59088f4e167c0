/* make_ldif RECIPIENTS [ORGANIZATION SITE SERVER]: prints an Exchange 5.5-like LDIF. */
#include "exchange_ldif.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 2 && argc != 5) {
		fprintf(stderr, "usage: make_ldif RECIPIENTS [ORGANIZATION SITE SERVER]\n");
		return 64;
	}
	struct exchange_ldif wanted = {"Contoso", "SITE1", "EXCH1", strtoul(argv[1], NULL, 10)};
	if (argc == 5) {
		wanted.organization = argv[2];
		wanted.site = argv[3];
		wanted.server = argv[4];
	}
	exchange_ldif_write(&wanted, stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
