#!/bin/sh
# What is applied to a hive and to slapd, together and each, taken back, and refused.
# usage: apply.sh KBMEND MISBEHAVE [FAULTS-LIBRARY]
set -u
kbmend=$1
misbehave=$2
faults=${3-}
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME
hive=$scratch/SYSTEM
journal=$scratch/state/kbmend/journal

fresh() {
	rm -rf "$scratch/state"
	cp examples/exch1/SYSTEM "$hive"
}
served() {
	command=$1
	shift
	"$kbmend" "$command" "$@" -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password"
}
value_of() {
	served dir get "$1" "$2" -f ldif |
		sed -n "s/^$2: //p" | tr '\n' ' '
}

# Changes the hive, and two entries.
cat >"$scratch/both.lua" <<'END'
local IMC = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return {
  api = 1, id = "both", version = "1.0.0", severity = "low", title = "A hive and two entries",
  needs = { registry = { "SYSTEM" }, directory = true },
  check = function(target)
    local site = target.directory:read("ou=SITE1,o=Contoso")["Admin-Display-Name"]
    local org = target.directory:read("o=Contoso")["Admin-Display-Name"]
    local value = target.registry:get(IMC, "Both")
    if value and site[1] == "new" and org[1] == "new" then return target:pass("all is new") end
    target:fail{ id = "old", message = "something is old", because = "it says so" }
  end,
  fix = function(_, _, _, plan)
    plan:set_value(IMC, "Both", "REG_SZ", "new", { why = "a test" })
    plan:modify_entry("ou=SITE1,o=Contoso", "Admin-Display-Name", { "new" }, { why = "a test" })
    plan:modify_entry("o=Contoso", "Admin-Display-Name", { "new" }, { why = "a test" })
  end,
}
END

slapd_writable=1
{
	cat examples/exch1/directory.ldif
	printf '\ndn: cn=Locked,o=Contoso\nobjectClass: Container\ncn: Locked\nrdn: Locked\n'
} >"$scratch/directory.ldif"
slapd_start example "$scratch/directory.ldif"

# --- the article, end to end --------------------------------------------------------------------------
fresh
before=$(hash_of "$hive")
expect 2 "next: kbmend run Q298565 .* --apply$" served run Q298565 -t "$hive"
expect 2 "wrote" served plan Q298565 -t "$hive" -o "$scratch/plan.json"
expect 3 "asked only if -H names it, too" "$kbmend" apply "$scratch/plan.json" --yes
expect 0 "^fixed" served apply "$scratch/plan.json" --yes
after=$(hash_of "$hive")
expect 0 "1 pass" served run Q298565 -t "$hive"
expect 0 "^applied already" served apply "$scratch/plan.json" --yes
expect 0 "^undone" "$kbmend" undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]
expect 0 "^undone" "$kbmend" undo 2 --yes
check [ "$(hash_of "$hive")" = "$after" ]

# --- a hive and entries -------------------------------------------------------------------------------
fresh
site=$(value_of ou=SITE1,o=Contoso Admin-Display-Name)
org=$(value_of o=Contoso Admin-Display-Name)
expect 0 "^fixed: 3 changes" served run "$scratch/both.lua" -t "$hive" --apply --yes
check [ "$(value_of o=Contoso Admin-Display-Name)" = "new " ]
check grep -q '"step": "done"\|"phase": "done"' "$journal/1/entry.json"
expect 0 "1 pass" served run "$scratch/both.lua" -t "$hive"
expect 3 "asked only if -H names it, too" "$kbmend" undo 1 --yes
expect 0 "^undone" served undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]
check [ "$(value_of ou=SITE1,o=Contoso Admin-Display-Name)" = "$site" ]
check [ "$(value_of o=Contoso Admin-Display-Name)" = "$org" ]
expect 0 "^undone" served undo 2 --yes
check [ "$(value_of o=Contoso Admin-Display-Name)" = "new " ]
expect 0 "^undone" served undo 3 --yes

# Two changes of one entry, whose name is written in two ways.
sed 's/"both"/"twice"/; s/modify_entry("ou=SITE1,o=Contoso"/modify_entry("O=contoso"/; s/"O=contoso", "Admin-Display-Name"/"O=contoso", "description"/; s/local site = .*/local site = target.directory:read("o=Contoso").description or {}/' \
	"$scratch/both.lua" >"$scratch/twice.lua"
fresh
described=$(value_of o=Contoso description)
expect 2 "wrote" served plan "$scratch/twice.lua" -t "$hive" -o "$scratch/whole.json"
sed '/"changes"/,/"prediction"/{/"dn"/{:first n;/"dn"/{s/o=Contoso/O = contoso/;:rest n;b rest};b first}}' \
	"$scratch/whole.json" >"$scratch/twice.json"
check [ "$(grep -c 'O = contoso' "$scratch/twice.json")" -eq 1 ]
expect 0 "^fixed: 3 changes" served apply "$scratch/twice.json" --scripts "$scratch" --yes
check [ "$(value_of o=Contoso description)" = "new " ]
expect 0 "^undone: 3 changes" served undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]
check [ "$(value_of o=Contoso description)" = "$described" ]
check [ "$(value_of o=Contoso Admin-Display-Name)" = "$org" ]

# --- a value that moved ----------------------------------------------------------------------------------
modify() {
	ldapmodify -x -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password" >/dev/null 2>&1
}
move() {
	printf 'dn: %s\nchangetype: modify\nreplace: Admin-Display-Name\nAdmin-Display-Name: %s\n' "$1" "$2" | modify
}
if command -v ldapmodify >/dev/null; then
	fresh
	expect 2 "wrote" served plan "$scratch/both.lua" -t "$hive" -o "$scratch/both.json"
	check move o=Contoso moved
	expect 3 "^refused: the plan is stale" served apply "$scratch/both.json" --scripts "$scratch" --yes
	check grep -q 'Admin-Display-Name   "Contoso Ltd." -> "moved"' "$scratch/out"
	check [ ! -e "$journal" ]
	check move o=Contoso "${org% }"

	# It moves between the last look and the change: the server refuses, all is taken back.
	fresh
	"$kbmend" apply "$scratch/both.json" --scripts "$scratch" --yes -H "$slapd_ldap" \
		-D "$slapd_user" -y "$slapd_password" >"$scratch/out" 2>"$scratch/err" </dev/null &
	applying=$!
	until [ -e "$journal/1/plan.json" ] || ! kill -0 "$applying" 2>/dev/null; do :; done
	kill -STOP "$applying"
	check grep -q '"phase": "planned"\|"step": "planned"' "$journal/1/entry.json"
	check move o=Contoso between
	kill -CONT "$applying"
	wait "$applying"
	check [ $? -eq 4 ]
	check grep -q "^failed, nothing was changed: o=Contoso: " "$scratch/out"
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ "$(value_of o=Contoso Admin-Display-Name)" = "between " ]
	check [ "$(value_of ou=SITE1,o=Contoso Admin-Display-Name)" = "$site" ]
	check move o=Contoso "${org% }"

	# Before an undo: it is told, then and now, and nothing is begun.
	fresh
	expect 0 "^fixed" served apply "$scratch/both.json" --scripts "$scratch" --yes
	check move o=Contoso later
	expect 3 "^refused: what was done has been changed since" served undo 1 --yes
	check grep -q 'Admin-Display-Name   "new" -> "later"' "$scratch/out"
	check [ ! -e "$journal/2" ]
	check move o=Contoso new
	expect 0 "^undone" served undo 1 --yes

	# Whoever may not write: what was done before is taken back.
	fresh
	expect 4 "^failed, nothing was changed" "$kbmend" run "$scratch/both.lua" -t "$hive" -H "$slapd_ldap" \
		--apply --yes
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ "$(value_of ou=SITE1,o=Contoso Admin-Display-Name)" = "$site" ]
	expect 0 "^   1 .*failed apply both" "$kbmend" history
	expect 0 "changed nothing" served undo 1 --yes

	# The second entry cannot be changed: the first one is taken back, too.
	check [ -n "$(value_of cn=Locked,o=Contoso rdn)" ]
	sed 's/"both"/"locked"/; s/modify_entry("o=Contoso"/modify_entry("cn=Locked,o=Contoso"/; s/read("o=Contoso")\["Admin-Display-Name"\]/read("cn=Locked,o=Contoso")["Admin-Display-Name"] or {}/' \
		"$scratch/both.lua" >"$scratch/locked.lua"
	fresh
	expect 4 "^failed, nothing was changed" served run "$scratch/locked.lua" -t "$hive" --apply --yes
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ "$(value_of ou=SITE1,o=Contoso Admin-Display-Name)" = "$site" ]
	check grep -q '"taken back"\|"taken-back"' "$journal/1/entry.json"
fi

# --- a secret --------------------------------------------------------------------------------------------
sed 's/"both"/"secret"/; s/"Admin-Display-Name", { "new" }/"userPassword", { "hunter2 new" }/' \
	"$scratch/both.lua" | sed '/plan:set_value/d; /plan:modify_entry("ou=SITE1/d; s/^    local value = .*/    local value = true/; s/\["Admin-Display-Name"\]/["userPassword"] or {}/; s/== "new"/== "hunter2 new"/g; s/site\[1\] == "hunter2 new" and //' \
	>"$scratch/secret.lua"
sed 's/"secret"/"secret-again"/; s/hunter2/hunter3/g' "$scratch/secret.lua" >"$scratch/secret-again.lua"
fresh
expect 3 "secret" served run "$scratch/secret.lua" -t "$hive" --apply --yes
expect 0 "^fixed" served run "$scratch/secret.lua" -t "$hive" --apply --yes --include-secrets
check [ -e "$journal/1/plan.json" ]
check [ -z "$(grep -rl hunter2 "$scratch/state")" ]
expect 3 "changed a secret, which the journal does not keep" served undo 1 --yes
# Programs are told, too, and of the secret nothing.
expect 3 "changed a secret, which the journal does not keep" served undo 1 --yes -f json
also '"state": "refused"'
expect 2 "wrote" served plan "$scratch/secret-again.lua" -o "$scratch/secret.json" --include-secrets
check grep -q hunter3 "$scratch/secret.json"
expect 3 "secret" served apply "$scratch/secret.json" --scripts "$scratch" --yes -f json
also '"state": "refused"'
check [ -z "$(grep -l 'hunter' "$scratch/out" "$scratch/err")" ]

# --- a server that goes away -----------------------------------------------------------------------------
cat >"$scratch/one.lua" <<'END'
return {
  api = 1, id = "one", version = "1.0.0", severity = "low", title = "One entry",
  needs = { directory = true },
  check = function(target)
    local entry = target.directory:read("o=Contoso")
    if entry.description and entry.description[1] == "new" then return target:pass("it is new") end
    target:fail{ id = "old", message = "it is old", because = "it says so" }
  end,
  fix = function(_, _, _, plan)
    plan:modify_entry("o=Contoso", "description", { "new" }, { why = "a test" })
  end,
}
END
# --- killed on the way -----------------------------------------------------------------------------------
# Killed at each of its calls on the journal's files, before it and after: whether the server was asked or
# not, an undo leads back, or finds that there is nothing to take back; it does not call that stale.
described=$(value_of o=Contoso description)
# killed AT FAULT WHAT...: a run of that, applied.
killed() {
	at=$1
	fault=$2
	shift 2
	LD_PRELOAD=$faults KBM_FAULTS_BELOW=$scratch/state KBM_FAULTS_AT=$at KBM_FAULTS_DO=$fault \
		KBM_FAULTS_LOG=$scratch/log "$kbmend" run "$@" --apply --yes -H "$slapd_ldap" \
		-D "$slapd_user" -y "$slapd_password" >"$scratch/out" 2>"$scratch/err" </dev/null
}
# The journal says that it was sent, and the server does not have it.
is_sent() {
	grep -q '"phase": "sent"' "$journal/1/entry.json" 2>/dev/null && [ "$1" = "$described" ]
}
if [ -n "$faults" ]; then
	rm -rf "$scratch/state"
	: >"$scratch/log"
	mkdir -p "$scratch/state"
	killed 0 EIO "$scratch/one.lua"
	check grep -q "^fixed" "$scratch/out"
	calls=$(wc -l <"$scratch/log")
	check [ "$calls" -gt 20 ]
	expect 0 "^undone" served undo 1 --yes
	never_done=0
	call=1
	while [ "$call" -le "$calls" ]; do
		for fault in kill-before kill-after; do
			rm -rf "$scratch/state"
			mkdir -p "$scratch/state"
			killed "$call" $fault "$scratch/one.lua"
			now=$(value_of o=Contoso description)
			if [ -e "$journal/1/plan.json" ] && [ "$now" != "$described" ]; then
				expect 0 "^undone" served undo 1 --yes
			elif is_sent "$now"; then
				never_done=$((never_done + 1))
				expect 3 "nobody can be asked|asked only if -H names it" "$kbmend" undo 1
				expect 0 "journal entry 1: all is as it was before; there is nothing to take back" \
					served undo 1 --yes
				check grep -q "^kbmend: o=Contoso: description is as it was before" "$scratch/err"
			elif [ -e "$journal/1/entry.json" ]; then
				expect 0 "there is nothing to take back|changed nothing" served undo 1 --yes
			fi
			check [ "$(value_of o=Contoso description)" = "$described" ]
		done
		call=$((call + 1))
	done
	check [ "$never_done" -gt 0 ]
	echo "$calls calls, $never_done times sent and never done"

	# A hive and two entries, killed before the second one was sent: each is taken back as far as it came.
	fresh
	mkdir -p "$scratch/state"
	: >"$scratch/log"
	killed 0 EIO "$scratch/both.lua" -t "$hive"
	check grep -q "^fixed" "$scratch/out"
	expect 0 "^undone" served undo 1 --yes
	last=$(grep -c . "$scratch/log")
	undone=0
	for back in 60 50 45 40 35 30 25 20 15 10 5; do
		[ "$back" -lt "$last" ] || continue
		fresh
		mkdir -p "$scratch/state"
		killed $((last - back)) kill-before "$scratch/both.lua" -t "$hive"
		[ "$(hash_of "$hive")" = "$before" ] || undone=$((undone + 1))
		expect 0 "^undone|there is nothing to take back|changed nothing" served undo 1 --yes
		expect 0 "was taken back by 2|changed nothing|nothing to take back" "$kbmend" undo 1 --yes
		check [ "$(hash_of "$hive")" = "$before" ]
		check [ "$(value_of o=Contoso Admin-Display-Name)" = "$org" ]
		check [ "$(value_of ou=SITE1,o=Contoso Admin-Display-Name)" = "$site" ]
	done
	check [ "$undone" -gt 1 ]
fi
for mode in modify-ends modify-silent; do
	fresh
	misbehave_start $mode
	expect 4 "^failed, nothing was changed: o=Contoso: the server gave no answer; looked" \
		"$kbmend" run "$scratch/one.lua" -H "$misbehave_url" --server-timeout 1 --apply --yes
	expect 0 "failed apply one" "$kbmend" history
done

# One that does not come back: whether it did it is not known, and that is said.
fresh
misbehave_start modify-silent
"$kbmend" run "$scratch/one.lua" -H "$misbehave_url" --server-timeout 20 --apply --yes \
	>"$scratch/out" 2>"$scratch/err" </dev/null &
applying=$!
await modify "$misbehave_log" || fail "no change came"
misbehave_stop "$misbehave_pid"
wait "$applying"
check [ $? -eq 5 ]
check grep -q "^FAILED, AND THE TARGET MAY BE CHANGED: " "$scratch/out"
expect 0 "unknown" "$kbmend" show 1
finish
