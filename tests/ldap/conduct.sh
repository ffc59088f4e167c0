#!/bin/sh
# Servers that go away and come back, limits, referrals, lists in parts.
# usage: conduct.sh KBMEND MISBEHAVE
set -u
kbmend=$1
misbehave=$2
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
hive=examples/exch1/SYSTEM

# --- a connection that was lost is made again, once a search --------------------------------------
misbehave_start ends-once
expect 0 '"dn":"cn=E3,o=Contoso"|"dn": "cn=E3,o=Contoso"' "$kbmend" dir search -H "$misbehave_url" \
	-f jsonl "(rdn=*)"
check [ "$(wc -l <"$scratch/out")" -eq 3 ]
check [ "$(grep -c '^connection' "$misbehave_log")" -eq 2 ]
misbehave_start ends-in-search
expect 1 "^kbmend: $misbehave_url: .*closes the connection" "$kbmend" dir search \
	-H "$misbehave_url" "(rdn=*)"
check [ "$(grep -c '^connection' "$misbehave_log")" -eq 2 ]

# A script that asks, computes for a while, and asks again.
cat >"$scratch/patient.lua" <<'LUA'
return {
  api = 1, id = "patient", version = "1.0.0", severity = "low", title = "Asks twice",
  needs = { registry = { "SYSTEM" }, directory = true },
  check = function(target)
    local function ask(name)
      local found = target.directory:search{ base = "o=Contoso", filter = "(rdn=%s)", args = { name },
        attributes = { "rdn" } }
      return #found
    end
    local first = ask("EXCH1")
    for _ = 1, 100000000 do end
    target:pass(("found %d and %d"):format(first, ask("EXCH2")))
  end,
}
LUA
patient() {
	"$kbmend" run "$scratch/patient.lua" --timeout 30 --server-timeout 2 -t $hive -H "$slapd_ldap" \
		-D "$slapd_user" -y "$slapd_password" \
		-v >"$scratch/out" 2>"$scratch/err" </dev/null &
	patient=$!
	await "filter=\"\\(rdn=exch1\\)\"" "$slapd_folder/log" || fail "no question came"
	asked=$(sed -n 's/.*\(conn=[0-9]* op=[0-9]*\) SRCH .*filter="(rdn=exch1)".*/\1/p' "$slapd_folder/log")
	await "$asked SEARCH RESULT" "$slapd_folder/log" || fail "no answer was given"
	kill -STOP "$patient"
	slapd_stop -KILL "$slapd_pid"
}
# However long a new server takes to start, the second question comes after it.
patience_ends() {
	kill -CONT "$patient"
	wait "$patient"
}
slapd_debug=256
slapd_start back examples/exch1/directory.ldif
patient
check slapd_again
patience_ends
check [ $? -eq 0 ]
check grep -q "found 1 and 1" "$scratch/out"
slapd_start gone examples/exch1/directory.ldif
patient
patience_ends
check [ $? -eq 1 ]
check grep -q "unknown: $slapd_ldap: " "$scratch/out"
slapd_debug=""
expect 1 "^kbmend: $slapd_ldap: .*Connection refused" "$kbmend" dir search -H "$slapd_ldap" "(rdn=*)"
expect 1 "^kbmend: ldap://nobody.invalid: .*looked up" "$kbmend" dir search \
	-H ldap://nobody.invalid "(rdn=*)"
expect 1 "No such file" "$kbmend" dir search -H "ldapi://%2Fnowhere%2Fldapi" "(rdn=*)"

# --- limits ----------------------------------------------------------------------------------------
{
	cat examples/exch1/directory.ldif
	for i in $(seq 250); do
		printf '\ndn: cn=u%s,cn=Recipients,ou=SITE1,o=Contoso\n' "$i"
		printf 'objectClass: organizationalPerson\ncn: u%s\nrdn: u%s\nsn: u\n' "$i" "$i"
	done
} >"$scratch/many.ldif"
slapd_limit=100
slapd_start limited "$scratch/many.ldif"
slapd_limit=""
expect 1 "^kbmend: $slapd_ldap: .*size limit.*higher limit" "$kbmend" dir search -H "$slapd_ldap" "(sn=u)"
check [ "$(wc -l <"$scratch/err")" -eq 1 ]
expect 0 "^dn: cn=u250," "$kbmend" dir search -H "$slapd_ldap" "(rdn=u250)" -f ldif
expect 1 "size limit" "$kbmend" dir export -H "$slapd_ldap" -o "$scratch/short.ldif"
check [ ! -e "$scratch/short.ldif" ]
cat >"$scratch/limited.lua" <<'LUA'
return {
  api = 1, id = "limited", version = "1.0.0", severity = "low", title = "Counts recipients",
  needs = { directory = true },
  check = function(target)
    local found = target.directory:search{ base = "o=Contoso", filter = "(sn=u)" }
    target:pass(("found %d"):format(#found))
  end,
}
LUA
expect 1 '"verdict": "unknown"' "$kbmend" run "$scratch/limited.lua" -H "$slapd_ldap" -f json
said >"$scratch/said"
check grep -q "$slapd_ldap: .*size limit.*higher limit" "$scratch/said"
slapd_start unlimited "$scratch/many.ldif"
expect 0 . "$kbmend" dir search -H "$slapd_ldap" "(sn=u)" -f jsonl 1.1
check [ "$(wc -l <"$scratch/out")" -eq 250 ]

# --- referrals ---------------------------------------------------------------------------------------
misbehave_start sound
elsewhere=$misbehave_url
elsewhere_log=$misbehave_log
{
	cat examples/exch1/directory.ldif
	printf '\ndn: ou=AWAY,o=Contoso\nobjectClass: referral\nobjectClass: extensibleObject\nou: AWAY\n'
	printf 'ref: %s/ou=AWAY,o=Contoso\n' "$elsewhere"
} >"$scratch/referring.ldif"
slapd_start referring "$scratch/referring.ldif"
follow=${elsewhere#ldap://}
for question in "-s sub (rdn=EXCH1)" "-s base -b ou=AWAY,o=Contoso (objectClass=*)"; do
	# shellcheck disable=SC2086 # $question is words
	expect 1 "^kbmend: $slapd_ldap: .*refer.*$follow" "$kbmend" dir search -H "$slapd_ldap" $question
	check [ ! -s "$elsewhere_log" ]
	# shellcheck disable=SC2086 # $question is words
	expect 1 "refer" "$kbmend" dir search -H "$slapd_ldap" $question --follow-referrals 127.0.0.1:1
	check [ ! -s "$elsewhere_log" ]
	# shellcheck disable=SC2086 # $question is words
	expect 0 "AWAY,o=Contoso" "$kbmend" dir search -H "$slapd_ldap" $question \
		--follow-referrals 127.0.0.1:1 --follow-referrals "$follow"
	check grep -q '^search base=<ou=AWAY,o=Contoso>' "$elsewhere_log"
	: >"$elsewhere_log"
done
expect 1 '"verdict": "unknown"' "$kbmend" run Q298565 -t $hive -H "$slapd_ldap" -f json
check [ ! -s "$elsewhere_log" ]

# --- a list of values in parts -----------------------------------------------------------------------
misbehave_start ranges
expect 0 . "$kbmend" dir search -H "$misbehave_url" -s base -b cn=Group,o=Contoso "(objectClass=*)" member \
	-f ldif
check [ "$(grep -c '^member: value' "$scratch/out")" -eq 12 ]
check [ "$(grep -c '^search .*first=<member;range=5-\*>' "$misbehave_log")" -eq 1 ]
check [ "$(grep -c '^search .*first=<member;range=10-\*>' "$misbehave_log")" -eq 1 ]

finish
