#!/bin/sh
# Encrypted connections: what is wrong with a certificate is said in one line, and nothing goes to a server
# that is not the right one.
# usage: tls.sh KBMEND MISBEHAVE
set -u
kbmend=$1
misbehave=$2
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
. tests/ldap/certificates.sh
slapd_find
certificates_make "$scratch/certificates"
authority=$certificates/ca.pem

# refused WORDS ARGUMENT...: one line with these words, of a run and of `dir search`.
refused() {
	words=$1
	shift
	for how in "run Q298565 -t examples/exch1/SYSTEM -f json" "dir search (rdn=*)"; do
		# shellcheck disable=SC2086 # $how is words
		expect 1 . "$kbmend" $how "$@" -D "$slapd_user" -y "$slapd_password"
		said >"$scratch/said"
		check grep -qE "$words" "$scratch/said"
		check [ "$(grep -c . "$scratch/said")" -eq 1 ]
	done
}

# --- certificates ----------------------------------------------------------------------------------
for name in good wrong-name expired future stranger; do
	slapd_certificate=$certificates/$name
	slapd_start $name examples/exch1/directory.ldif
	case $name in
	good) expected="" ;;
	wrong-name) expected="certificate is for mail.contoso.example, not for '127.0.0.1'" ;;
	expired) expected="certificate expired on 2020-01-31 00:00 UTC" ;;
	future) expected="certificate is not valid before 2090-01-01 00:00 UTC" ;;
	stranger) expected="certificate is signed by nobody in $authority .*issuer CN=another test CA" ;;
	esac
	if [ -z "$expected" ]; then
		for how in "-H ldaps://localhost:${slapd_ldaps##*:}" "-H $slapd_ldaps" "-H $slapd_ldap -ZZ" "-H $slapd_ldap -Z"; do
			# shellcheck disable=SC2086 # $how is words
			expect 0 "^dn: cn=EXCH1," "$kbmend" dir search $how --ca-file "$authority" \
				"(rdn=EXCH1)" rdn -f ldif
		done
		refused "signed by nobody in .*--ca-file|no list of certificate authorities; .*--ca-file" \
			-H "$slapd_ldaps"
		refused "signed by nobody in $certificates/other-ca.pem .*issuer CN=kbmend test CA" \
			-H "$slapd_ldaps" --ca-file "$certificates/other-ca.pem"
		refused "$certificates/missing.pem" -H "$slapd_ldaps" --ca-file "$certificates/missing.pem"
		refused "$certificates/good.template" -H "$slapd_ldaps" \
			--ca-file "$certificates/good.template"
		refused "TLS" -H "ldaps://127.0.0.1:$slapd_port" --ca-file "$authority" --server-timeout 2
		# What libldap would read, were it allowed to.
		mkdir "$scratch/folder"
		printf 'TLS_REQCERT never\nURI ldap://127.0.0.1:1\nBASE o=Nowhere\n' >"$scratch/folder/ldaprc"
		cp "$scratch/folder/ldaprc" "$HOME/.ldaprc"
		cp "$scratch/folder/ldaprc" "$HOME/ldaprc"
		absolute=$(realpath "$kbmend")
		for setting in LDAPTLS_REQCERT=never "LDAPCONF=$scratch/folder/ldaprc" LDAPRC=ldaprc \
			"LDAPTLS_CACERT=$authority" LDAPURI=ldap://127.0.0.1:1 LDAPBASE=o=Nowhere; do
			expect 1 "signed by nobody in $certificates/other-ca.pem" env -C "$scratch/folder" \
				"$setting" "$absolute" dir search -H "$slapd_ldaps" \
				--ca-file "$certificates/other-ca.pem" "(rdn=EXCH1)"
			expect 0 "^dn: cn=EXCH1," env -C "$scratch/folder" "$setting" "$absolute" dir search \
				-H "$slapd_ldap" "(rdn=EXCH1)" rdn -f ldif
		done
		rm "$HOME/.ldaprc" "$HOME/ldaprc"
	else
		refused "$slapd_ldaps: .*$expected" -H "$slapd_ldaps" --ca-file "$authority"
		# The certificate counts with -Z too: going on in the clear would help who holds a wrong one.
		for tls in -Z -ZZ; do
			refused "$slapd_ldap: .*$expected" -H "$slapd_ldap" $tls --ca-file "$authority"
		done
	fi
	slapd_stop -TERM "$slapd_pid"
done

# --- servers without TLS ---------------------------------------------------------------------------
slapd_certificate=""
slapd_start plain examples/exch1/directory.ldif
expect 0 "^kbmend: warning: $slapd_ldap: not encrypted" "$kbmend" dir search -H "$slapd_ldap" -Z \
	--ca-file "$authority" "(rdn=EXCH1)"
check [ -s "$scratch/out" ]
refused "$slapd_ldap: .*StartTLS" -H "$slapd_ldap" -ZZ --ca-file "$authority"
misbehave_start starttls-error
refused "$misbehave_url: .*StartTLS" -H "$misbehave_url" -ZZ --ca-file "$authority"
check grep -q '^extended' "$misbehave_log"
check [ "$(grep -cE '^(bind|search)' "$misbehave_log")" -eq 0 ]
: >"$misbehave_log"
expect 0 "not encrypted" "$kbmend" dir search -H "$misbehave_url" -Z --ca-file "$authority" "(rdn=*)"
check grep -q '^search' "$misbehave_log"

# --- options that do not go together -------------------------------------------------------------
expect 64 "-Z" "$kbmend" dir search -H ldaps://127.0.0.1 -ZZ "(rdn=*)"
expect 64 "EXTERNAL" "$kbmend" dir search -H ldap://127.0.0.1 -Y GSSAPI "(rdn=*)"

finish
