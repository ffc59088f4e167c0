#!/bin/sh
# Q298565 on a hive and a server says what it says on the hive and an LDIF file of the same content, over
# every kind of connection and bind; and where the server hides something, that it cannot tell.
# usage: parity.sh KBMEND REG2HIVE LUA
set -u
kbmend=$1
reg2hive=$2
lua=$3
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
. tests/ldap/certificates.sh
slapd_find
certificates_make "$scratch/certificates"
cases=tests/scripts/Q298565
slapd_certificate=$certificates/good

# run NAME ARGUMENT...: the run as JSON in $scratch/NAME, its status in $scratch/NAME.status.
run() {
	name=$1
	shift
	"$kbmend" run Q298565 "$@" -f json >"$scratch/$name" 2>"$scratch/err" </dev/null
	echo "$?" >"$scratch/$name.status"
}

# same WORDS ARGUMENT...: the run with these arguments says what $scratch/ldif says.
same() {
	what=$1
	shift
	run server "$@"
	if cmp -s "$scratch/ldif.status" "$scratch/server.status" &&
		"$lua" tests/ldap/compare_runs.lua "$scratch/ldif" "$scratch/server" >"$scratch/out" 2>&1; then
		passed=$((passed + 1))
	else
		fail "$what: status $(cat "$scratch/server.status"), of the LDIF $(cat "$scratch/ldif.status")"
	fi
}

# --- the example, over every kind of connection and bind ------------------------------------------
hive=examples/exch1/SYSTEM
bound="-D $slapd_user -y $slapd_password"
slapd_start example examples/exch1/directory.ldif
run ldif -t $hive -t examples/exch1/directory.ldif
check [ "$(cat "$scratch/ldif.status")" -eq 2 ]
# shellcheck disable=SC2086 # $bound and $how are words
for how in "" "$bound"; do
	same "ldap ${how:-anonymous}" -t $hive -H "$slapd_ldap" $how
	same "ldap -b ${how:-anonymous}" -t $hive -H "$slapd_ldap" -b "$slapd_base" $how
	same "ldap as -t ${how:-anonymous}" -t $hive -t "$slapd_ldap" $how
	same "ldapi ${how:-anonymous}" -t $hive -H "$slapd_ldapi" $how
	same "ldaps ${how:-anonymous}" -t $hive -H "$slapd_ldaps" --ca-file "$certificates/ca.pem" $how
	same "-ZZ ${how:-anonymous}" -t $hive -H "$slapd_ldap" -ZZ --ca-file "$certificates/ca.pem" $how
	same "-Z ${how:-anonymous}" -t $hive -H "$slapd_ldap" -Z --ca-file "$certificates/ca.pem" $how
done
same "-Y EXTERNAL" -t $hive -H "$slapd_ldapi" -Y EXTERNAL
same ".reg export" -t $hive.reg -H "$slapd_ldap"

# --- other users see less --------------------------------------------------------------------------
slapd_strict=1
slapd_start strict examples/exch1/directory.ldif
slapd_strict=""
advice="-D 'cn=USER,cn=NTDOMAIN'"
run server -t $hive -H "$slapd_ldap"
expect 0 "\"verdict\": \"unknown\"" cat "$scratch/server"
expect 0 "\"reason\": \".*$advice" cat "$scratch/server"
check [ "$(cat "$scratch/server.status")" -eq 1 ]
expect 1 "anonymous|$advice" "$kbmend" run Q298565 -t $hive -H "$slapd_ldap"
run ldif -t $hive -t examples/exch1/directory.ldif
# shellcheck disable=SC2086 # $bound is words
same "strict, bound" -t $hive -H "$slapd_ldap" $bound
same "strict, -Y EXTERNAL" -t $hive -H "$slapd_ldapi" -Y EXTERNAL
expect 1 "$slapd_ldap.*name or password is wrong" "$kbmend" run Q298565 -t $hive -H "$slapd_ldap" \
	-D "$slapd_user" -y "$certificates/ca.template"

# --- the same, shown --------------------------------------------------------------------------------
"$kbmend" dir tree -t examples/exch1/directory.ldif >"$scratch/tree"
check [ "$(wc -l <"$scratch/tree")" -gt 30 ]
# shellcheck disable=SC2086 # $bound is words
"$kbmend" dir tree -H "$slapd_ldap" $bound >"$scratch/out" 2>"$scratch/err"
check cmp "$scratch/tree" "$scratch/out"
server="cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso"
# shellcheck disable=SC2086 # $bound is words
expect 0 "Network-Address: +ncacn_ip_tcp:exch1.contoso.example" "$kbmend" dir get -H "$slapd_ldap" $bound \
	"$server"
# shellcheck disable=SC2086 # $bound is words
expect 2 "no entry 'cn=none,$server'" "$kbmend" dir get -H "$slapd_ldap" $bound "cn=none,$server"
expect 1 "$advice" "$kbmend" dir get -H "$slapd_ldap" "$server"

# --- what the export is worked on offline with -----------------------------------------------------
# shellcheck disable=SC2086 # $bound is words
expect 0 "export.ldif: 33 entries" "$kbmend" dir export -H "$slapd_ldap" $bound -o "$scratch/export.ldif"
same "dir export" -t $hive -t "$scratch/export.ldif"
# shellcheck disable=SC2086 # $bound is words
expect 0 "part.ldif: 12 entries" "$kbmend" dir export -H "$slapd_ldap" $bound -o "$scratch/part.ldif" \
	"cn=Configuration,ou=SITE1,o=Contoso"
check [ "$(grep -c '^dn:' "$scratch/part.ldif")" -eq 12 ]
slapd_stop_all

# --- the script's own cases: of whole directories, for no server holds a part of one ---------------
count=0
loaded=""
for case in wrong-site wrong-org wrong-server wrong-all pass-site pass-server absent server-not-found \
	server-param case-only trap-display-name-is-computer trap-display-names several-sites several-sites-param \
	non-ascii non-ascii-pass non-ascii-decomposed punctuation punctuation-pass blanks-doubled \
	case-and-blanks export-without-rdn; do
	count=$((count + 1))
	ldif=$cases/$case/directory.ldif
	[ -f "$ldif" ] || ldif=$cases/directory.ldif
	if ! cmp -s "$ldif" "$scratch/loaded.ldif"; then
		[ -z "$loaded" ] || slapd_stop -TERM "$slapd_pid"
		slapd_start "case$count" "$ldif"
		cp "$ldif" "$scratch/loaded.ldif"
		loaded=1
	fi
	"$reg2hive" --minor 3 --hive SYSTEM "$cases/$case/target.reg" "$scratch/hive" || fail "$case"
	set -- -t "$scratch/hive"
	: >"$scratch/params"
	[ ! -f "$cases/$case/params" ] || cp "$cases/$case/params" "$scratch/params"
	while IFS= read -r line; do
		set -- "$@" -p "$line"
	done <"$scratch/params"
	run ldif "$@" -t "$ldif"
	same "$case" "$@" -H "$slapd_ldap"
done

finish
