#!/bin/sh
# Stock scripts whose plans modify entries: each failing case's directory on a private slapd, its plan applied
# there; then the script passes, and an undo brings back what was there.
# usage: stock_plans.sh KBMEND REG2HIVE
set -u
kbmend=$1
reg2hive=$2
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME
slapd_writable=1

# served COMMAND...: on the case's hive, with its parameters, and the server; who binds may write.
served() {
	command=$1
	shift
	if [ -f "$case/params" ] && [ "$command" = run ]; then
		while IFS= read -r line; do
			set -- "$@" -p "$line"
		done <"$case/params"
	fi
	[ "$command" != run ] || set -- "$@" -t "$scratch/SYSTEM"
	"$kbmend" "$command" "$@" -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password"
}
# What is in the directory, a line an attribute's value, with its entry's name, in order.
content() {
	served dir search "(objectClass=*)" -f ldif | sed -e :a -e '$!N; s/\n //; ta' -e 'P; D' |
		awk '/^dn:/ { name = $0 } { print name ": " $0 }' | sort
}

count=0
for expected in tests/scripts/*/*/expected.txt; do
	grep -q "^change modify_entry" "$expected" || continue
	case=$(dirname "$expected")
	[ ! -f "$case/no-hive" ] || continue
	id=$(basename "$(dirname "$case")")
	count=$((count + 1))
	ldif=$case/directory.ldif
	[ -f "$ldif" ] || ldif=tests/scripts/$id/directory.ldif
	rm -rf "$scratch/state" "$scratch/SYSTEM"
	"$reg2hive" --minor 3 --hive SYSTEM "$case/target.reg" "$scratch/SYSTEM" || fail "$case"
	slapd_start "case$count" "$ldif"
	content >"$scratch/before"
	changes=$(grep -c "^change " "$expected")
	expect 2 "plan +$changes change" served run "$id"
	expect 0 "^fixed: $changes change" served run "$id" --apply --yes=high
	after=0
	grep -q "^afterwards pass" "$expected" || after=2
	expect $after "" served run "$id"
	content >"$scratch/after"
	check [ "$(diff "$scratch/before" "$scratch/after" | grep -c '^> ')" -eq \
		"$(grep -c "^change modify_entry" "$expected")" ]
	expect 0 "^undone: $changes change" served undo 1 --yes
	content >"$scratch/after"
	check cmp -s "$scratch/before" "$scratch/after"
	slapd_stop -TERM "$slapd_pid"
done
echo "$count plans that modify entries"
check [ "$count" -gt 0 ]

# Who may not see the configuration is told so, and not that something is missing there.
slapd_writable=""
slapd_strict=1
slapd_start strict tests/scripts/Q236582/directory.ldif
expect 1 "-D 'cn=USER,cn=NTDOMAIN'" "$kbmend" run Q236582 -p server=EXCH1 -H "$slapd_ldap"
expect 2 "the System Attendant has no Home-MDB" "$kbmend" run Q236582 -p server=EXCH1 -H "$slapd_ldap" \
	-D "$slapd_user" -y "$slapd_password"
slapd_strict=""

# A number is not planned on a part of a count.
slapd_limit=3
slapd_start limited tests/scripts/Q200259/directory.ldif
"$reg2hive" --minor 3 --hive SYSTEM tests/scripts/Q200259/few/target.reg "$scratch/SYSTEM"
expect 1 "connectors the server has is not known: .*limit" "$kbmend" run Q200259 -t "$scratch/SYSTEM" \
	-H "$slapd_ldap" --format json
"$reg2hive" --minor 3 --hive SYSTEM tests/scripts/Q200259/least/target.reg "$scratch/SYSTEM"
expect 2 "plan +3 manual steps" "$kbmend" run Q200259 -t "$scratch/SYSTEM" -H "$slapd_ldap"
slapd_limit=""

finish
