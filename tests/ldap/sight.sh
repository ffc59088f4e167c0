#!/bin/sh
# What who has not bound is not shown is not taken for what is not there: entries, lists, attributes.
# usage: sight.sh KBMEND
set -u
kbmend=$1
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
hive=examples/exch1/SYSTEM
recipient="cn=annab,cn=Recipients,ou=SITE1,o=Contoso"
note="who has not bound may not be shown everything"

# script NAME QUESTION: a script that passes with what came.
script() {
	cat >"$scratch/$1.lua" <<LUA
return {
  api = 1, id = "$1", version = "1.0.0", severity = "low", title = "Asks",
  needs = { registry = { "SYSTEM" }, directory = true },
  check = function(target)
    local found = target.directory:$2
    return target:pass(found and "found " .. (#(found.dn or found)) or "absent")
  end,
}
LUA
}
script list-all 'search{ base = "", filter = "(objectClass=*)", attributes = { "1.1" } }'
script list-one 'search{ base = "cn=Recipients,ou=SITE1,o=Contoso", scope = "one" }'
script read-all "read(\"$recipient\")"
script read-some "read(\"$recipient\", { \"rdn\" })"
script read-lacking "read(\"$recipient\", { \"rdn\", \"facsimileTelephoneNumber\" })"
script read-absent 'read("cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso")'
run() {
	name=$1
	shift
	"$kbmend" run "$scratch/$name.lua" -t $hive -H "$slapd_ldap" "$@"
}

slapd_strict=1
slapd_start strict examples/exch1/directory.ldif
for name in list-all list-one; do
	expect 1 "unknown: $slapd_ldap: the list may not be whole" run $name -q
done
expect 0 "found" run read-all -v
expect 0 "found" run read-some -v
expect 1 "an attribute is not there, or not shown" run read-lacking -q
expect 1 "nothing was found, which tells nothing" run read-absent -q
for name in list-all list-one read-all read-some read-lacking read-absent; do
	expect 0 "found" run $name -v -D "$slapd_user" -y "$slapd_password"
done

# A person is shown what there is, and told.
expect 0 "$note" "$kbmend" dir search -H "$slapd_ldap" "(objectClass=*)" 1.1
expect 0 "$note" "$kbmend" dir tree -H "$slapd_ldap"
expect 0 "$note" "$kbmend" dir export -H "$slapd_ldap" -o "$scratch/anonymous.ldif"
check grep -q "^# anonymous bind: may lack" "$scratch/anonymous.ldif"
expect 0 . "$kbmend" dir get -H "$slapd_ldap" "$recipient"
check [ ! -s "$scratch/err" ]
expect 0 "entries$" "$kbmend" dir tree -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password"
check [ ! -s "$scratch/err" ]

# Who sees the servers sees all: then nothing is in doubt.
slapd_strict=""
slapd_start open examples/exch1/directory.ldif
for name in list-all list-one read-all read-some read-lacking read-absent; do
	expect 0 "found" run $name -v
done
expect 0 . "$kbmend" dir search -H "$slapd_ldap" "(objectClass=*)" 1.1
check [ ! -s "$scratch/err" ]
expect 2 "no entry 'o=Nobody'" "$kbmend" dir get -H "$slapd_ldap" o=Nobody

finish
