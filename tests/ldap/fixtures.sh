#!/bin/sh
# The private slapd itself: every LDIF file of the tests loads, and it behaves as tests/ldap/slapd.sh says.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
. tests/ldap/certificates.sh
slapd_find
certificates_make "$scratch/certificates"
export LDAPNOINIT=1

names() { ldapsearch -x -LLL -o ldif-wrap=no -b "$slapd_base" "$@" 1.1; }
# With the tests' own authority.
secure() { env -u LDAPNOINIT LDAPTLS_CACERT="$certificates/ca.pem" LDAPCONF=/dev/null "$@"; }

for ldif in examples/exch1/directory.ldif tests/data/exchange55.ldif \
	tests/scripts/Q298565/directory.ldif tests/scripts/Q298565/*/directory.ldif; do
	slapd_start "$(echo "$ldif" | tr / _)" "$ldif"
	expect 0 "^$(grep -c '^dn:' "$ldif")\$" sh -c "LDAPNOINIT=1 ldapsearch -x -LLL \
		-H $slapd_ldap -b '$slapd_base' 1.1 | grep -c '^dn:'"
	slapd_stop -TERM "$slapd_pid"
done

slapd_strict=1
slapd_limit=5
slapd_certificate=$certificates/good
slapd_start strict examples/exch1/directory.ldif
expect 0 "^namingContexts: o=Contoso$" ldapsearch -x -LLL -H "$slapd_ldap" -s base -b "" namingContexts
check [ "$(grep -c ^naming "$scratch/out")" -eq 1 ]
expect 32 "" names -H "$slapd_ldap" -b "cn=Configuration,ou=SITE1,o=Contoso" -s base
expect 4 "^dn: ou=SITE1,o=Contoso$" names -H "$slapd_ldap" "(rdn=*)"
expect 0 "^dn: cn=EXCH1,cn=Servers" names -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password" \
	"(rdn=EXCH1)"
expect 49 "" names -H "$slapd_ldap" -D "$slapd_user" -w wrong
expect 0 "^dn:cn=exadmin,cn=ntdomain$" ldapwhoami -Q -H "$slapd_ldapi" -Y EXTERNAL
expect 0 "^dn: *$" secure ldapsearch -x -LLL -H "$slapd_ldaps" -s base -b "" 1.1
expect 0 "^dn: *$" secure ldapsearch -x -LLL -ZZ -H "$slapd_ldap" -s base -b "" 1.1
slapd_stop -KILL "$slapd_pid"
expect 255 "Can't contact" names -H "$slapd_ldap"
check slapd_again
expect 32 "" names -H "$slapd_ldap" -b "cn=Configuration,ou=SITE1,o=Contoso" -s base
slapd_strict=""
slapd_limit=""

for wrong in stranger wrong-name expired future; do
	slapd_certificate=$certificates/$wrong
	slapd_start $wrong examples/exch1/directory.ldif
	expect 255 "Can't contact" secure ldapsearch -x -LLL -H "$slapd_ldaps" -s base -b "" 1.1
done

# Nothing stays behind, and no server but ours was touched.
slapd_stop_all
check [ -z "$(pgrep -f "^$scratch/slapd ")" ]

finish
