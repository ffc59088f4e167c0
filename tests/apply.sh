#!/bin/sh
# What is applied to hive files, taken back, refused, and said about it: on copies of the example.
# usage: apply.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
kbmend=$build/bin/kbmend
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME
. tests/expect.sh
hive=$scratch/SYSTEM
ldif=examples/exch1/directory.ldif
plan=$scratch/plan.json
journal=$scratch/state/kbmend/journal
value='HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters'

# The hive as it was, without a journal.
fresh() {
	rm -rf "$scratch/state" "$hive" "$plan"
	cp examples/exch1/SYSTEM "$hive"
	chmod 640 "$hive"
	"$kbmend" plan Q298565 -t "$hive" -t $ldif -q -o "$plan" >/dev/null
}
# Sets a value beside kbmend, as somebody might who comes between.
imc='ControlSet001\Services\MSExchangeIMC\Parameters'
meddle() {
	"$build/tests/set_value" "$hive" "$imc" Meddled "$1"
}

# --- plan, apply, again, undo, undo of the undo ----------------------------------------------------
fresh
before=$(hash_of "$hive")
expect 2 "next: kbmend run Q298565 -t $hive -t $ldif --apply" "$kbmend" run Q298565 -t "$hive" -t $ldif
expect 3 "nobody can be asked here: --yes" "$kbmend" apply "$plan"
expect 3 "nobody can be asked here" "$kbmend" apply "$plan" --no-input
expect 2 "^pending: nothing was changed" "$kbmend" apply "$plan" -n
check [ "$(hash_of "$hive")" = "$before" ]
check [ ! -e "$journal" ]
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
check grep -q "^undo     kbmend undo 1$" "$scratch/out"
check grep -q "^fixed: 1 change, written and verified$" "$scratch/out"
check grep -q "^by hand  start the Microsoft Exchange" "$scratch/out"
after=$(hash_of "$hive")
check [ "$after" != "$before" ]
check [ "$(cmp -l "$hive" "$journal/1/backup-1" | wc -l)" -lt 100 ]
check [ "$(stat -c %a "$hive")" = 640 ]
check [ "$(stat -c %a "$journal/1/backup-1")" = 600 ]
check [ "$(hash_of "$journal/1/backup-1")" = "$before" ]
expect 0 "pass" "$kbmend" run Q298565 -t "$hive" -t $ldif
expect 0 "^applied already: .*nothing was changed" "$kbmend" apply "$plan" --yes
check [ "$(hash_of "$hive")" = "$after" ]
expect 0 "^   1  20..-.*Z  fixed apply Q298565$" "$kbmend" history
expect 2 "^pending" "$kbmend" undo 1 -n
expect 0 "^undone" "$kbmend" undo 1 --yes
check grep -q "gets its backup, byte by byte" "$scratch/out"
check [ "$(hash_of "$hive")" = "$before" ]
expect 0 "was taken back by 2; .kbmend undo 2. brings it again" "$kbmend" undo 1 --yes
expect 0 "^undone" "$kbmend" undo 2 --yes
check [ "$(hash_of "$hive")" = "$after" ]
expect 0 "undo of 1, taken back by 3" "$kbmend" history
expect 0 '"undone_by": 3' "$kbmend" history -f json
expect 0 "backup-1" "$kbmend" show 3
expect 0 '"schema": "kbmend.plan/1"' "$kbmend" show 3 -f json
expect 64 "the journal has no entry 9" "$kbmend" undo 9
expect 64 "is no number of a journal entry" "$kbmend" undo x
check [ -z "$(find "$scratch" -name '*.kbmend-*')" ]

# --- the same in one run ------------------------------------------------------------------------------
fresh
expect 3 "nobody can be asked" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply
expect 64 "exclude each other" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply -n
expect 0 "^fixed" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes --verify full
check [ "$(hash_of "$hive")" != "$before" ]
expect 0 "there is nothing to apply" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes
fresh
expect 0 '"state": "fixed"' "$kbmend" apply "$plan" --yes -f json
check grep -q '"journal": 1,' "$scratch/out"

# A document each for what was found and what was done.
fresh
expect 64 "^kbmend: -f digest is of a run that changes nothing: leave --apply out$" "$kbmend" run Q298565 -t "$hive" -t $ldif \
	--apply --yes -f digest
expect 64 "^kbmend: -f csv is of a run" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply -f csv
expect 64 "-f jsonl, a line each" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes -f json
expect 0 '"state":"fixed"|"state": "fixed"' "$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes -f jsonl
check [ "$(wc -l <"$scratch/out")" -gt 1 ]

# Backups may be kept elsewhere, also by a relative path.
fresh
mkdir "$scratch/backups"
expect 0 "^fixed" sh -c "cd '$scratch' && '$kbmend' run Q298565 -t SYSTEM -t '$PWD/$ldif' --apply --yes --backup-dir backups"
check [ "$(hash_of "$scratch/backups/SYSTEM.kbmend-1")" = "$before" ]
check [ ! -e "$journal/1/backup-1" ]
expect 0 "^undone" "$kbmend" undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]

# A folder for backups that cannot be used: refused before anything is locked, asked for or begun.
# usage: unusable FOLDER PATTERN
unusable() {
	for option in --yes --no-input; do
		expect 3 "$2" "$kbmend" apply "$plan" $option --backup-dir "$1"
		check [ "$(hash_of "$hive")" = "$before" ]
		check [ ! -e "$journal" ]
	done
}
fresh
unusable "$scratch/backups/nowhere" "^kbmend: --backup-dir $scratch/backups/nowhere: there is no such folder; make it, or name another$"
unusable nowhere "^kbmend: --backup-dir $PWD/nowhere: there is no such folder"
unusable "$hive" "$hive: is no folder; name one$"
unusable "$hive/below" "$hive/below: Not a directory; name another folder$"
mkdir "$scratch/sealed"
chmod 555 "$scratch/sealed"
if [ "$(id -u)" -ne 0 ]; then
	unusable "$scratch/sealed" "sealed: this user may not write there; name another folder"
elif chmod 777 "$scratch" && chmod 666 "$hive" && chmod 644 "$plan" && can_be_user; then
	expect 3 "sealed: this user may not write there; name another folder" \
		as_user "$kbmend" apply "$plan" --yes --backup-dir "$scratch/sealed"
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ ! -e "$journal" ]
	chmod 700 "$scratch"
fi
expect 64 "--backup-dir: '' is no name; DIR is needed" "$kbmend" apply "$plan" --yes --backup-dir ""

# --- somebody comes between ---------------------------------------------------------------------------
fresh
check meddle before
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
check grep -q "was written to since the plan was made" "$scratch/err"
check meddle after
expect 0 "^undone" "$kbmend" undo 1 --yes
check sh -c "! grep -q 'gets its backup' '$scratch/out'"
expect 0 "SITE2" "$kbmend" reg get "$hive" "$value" SiteDN
expect 0 "after" "$kbmend" reg get "$hive" "$value" Meddled
expect 0 "^undone" "$kbmend" undo 2 --yes
expect 0 "SITE1" "$kbmend" reg get "$hive" "$value" SiteDN

# What the plan rests on changed: it is told, then and now.
fresh
check "$build/tests/set_value" "$hive" "$imc" SiteDN /o=Contoso/ou=SITE3
stale=$(hash_of "$hive")
expect 3 "^refused: the plan is stale" "$kbmend" apply "$plan" --yes
check grep -q "SITE2" "$scratch/out"
check grep -q "SITE3" "$scratch/out"
check [ "$(hash_of "$hive")" = "$stale" ]
check [ ! -e "$journal" ]

# --- a plan that was edited -----------------------------------------------------------------------------
# usage: lies EXIT-STATUS PATTERN SED-SCRIPT
lies() {
	fresh
	sed "$3" "$plan" >"$scratch/edited.json"
	check sh -c "! cmp -s '$plan' '$scratch/edited.json'"
	expect "$1" "$2" "$kbmend" apply "$scratch/edited.json" --yes
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ ! -e "$journal" ]
}
changes='/"changes"/,/"prediction"/'
lies 3 'change 1 shows .*MSExchangeIMC.*, but would change SYSTEM ControlSet001.Services.Other' \
	"$changes"'s/"physical": "ControlSet001.*"/"physical": "ControlSet001\\\\Services\\\\Other"/'
lies 3 'would change SYSTEM ControlSet002' "$changes"'s/ControlSet001/ControlSet002/'
lies 3 'would change SYSTEM CurrentControlSet' "$changes"'s/"ControlSet001/"CurrentControlSet/'
lies 3 'change 1 shows HKLM.SAM' "$changes"'s/HKLM\\\\SYSTEM/HKLM\\\\SAM/'
lies 3 '^refused: the plan is stale' "$changes"'s/SITE2/SITE9/'
check grep -q '= "/o=Contoso/ou=SITE9"' "$scratch/out"
check grep -q '= "/o=Contoso/ou=SITE2"' "$scratch/out"
lies 1 'source 2: its path does not fit its kind' 's|"path": ".*directory.ldif"|"path": "ldap://127.0.0.1:1"|'
# What is shown of the target is what is there.
fresh
sed 's/"name": "EXCH1"/"name": "OTHER"/; s/"control_set": "ControlSet001"/"control_set": "ControlSet007"/' "$plan" >"$scratch/edited.json"
cp "$hive" "$scratch/COPY"
expect 2 "ControlSet001 .Current" "$kbmend" apply "$scratch/edited.json" -n -t "$scratch/COPY" -t $ldif
check grep -q "$scratch/COPY" "$scratch/out"
check grep -q "the plan calls the machine OTHER, its registry EXCH1" "$scratch/err"

# What an undo would take back was changed: it is told, then and now, and nothing is begun.
fresh
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
check "$build/tests/set_value" "$hive" "$imc" SiteDN /o=X
for option in --yes -n; do
	expect 3 "^refused: what was done has been changed since" "$kbmend" undo 1 $option
	check grep -q '= "/o=Contoso/ou=SITE1"' "$scratch/out"
	check grep -q '= "/o=X"' "$scratch/out"
done
check [ ! -e "$journal/2" ]

# Of a backup that is not there any more, or another one, a word; of an entry that is lost, no more.
fresh
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
expect 0 "^ *$hive$" "$kbmend" history
for damage in "rm -f" "truncate -s 1"; do
	check $damage "$journal/1/backup-1"
	expect 2 "warning: the backup of SYSTEM is missing or is not what was written" "$kbmend" undo 1 -n
	check grep -q 'SITE1" -> "/o=Contoso/ou=SITE2"' "$scratch/out"
done
mv "$journal/1/entry.json" "$scratch/entry.json"
expect 1 "damaged .*entry.json is lost" "$kbmend" history
expect 1 '"state": "damaged"' "$kbmend" history -f json
mv "$journal/1/plan.json" "$scratch/kept.json"
mv "$scratch/entry.json" "$journal/1/entry.json"
expect 1 "journal entry 1: plan.json: " "$kbmend" undo 1 --yes
mv "$journal/1/entry.json" "$scratch/entry.json"
mv "$scratch/kept.json" "$journal/1/plan.json"
expect 1 "entry.json is lost; what was applied, and the backups, are beside it" "$kbmend" undo 1 --yes
mv "$scratch/entry.json" "$journal/1/entry.json"
expect 0 "^undone" "$kbmend" undo 1 --yes

# --- what is not written to ----------------------------------------------------------------------------
refused() {
	expect 3 "$1" "$kbmend" apply "$plan" --yes
	check [ ! -e "$journal" ]
}
fresh
chmod 440 "$hive"
refused "is read-only|read-only"
chmod 640 "$hive"
expect 3 "evidence" "$kbmend" apply "$plan" --yes --read-only-target
ln "$hive" "$scratch/second"
refused "hard link"
rm "$scratch/second"
mv "$hive" "$scratch/elsewhere"
ln -s elsewhere "$hive"
refused "symbolic link"
rm "$hive"
mv "$scratch/elsewhere" "$hive"
flock "$hive" sleep 30 &
holder=$!
until [ -n "$(sed -n "s/.*FLOCK.*:$(stat -c %i "$hive") .*/x/p" /proc/locks)" ]; do sleep 0.05; done
refused "process|locked"
kill "$holder" && wait "$holder" 2>/dev/null
# sleep itself holds it until it ends: another file has no lock.
cp "$hive" "$hive.copy" && mv "$hive.copy" "$hive"
patch "$hive" 4 '\002'
expect 1 "unknown: .*: the hive is dirty: the checksum of its base block is wrong" "$kbmend" apply "$plan" --yes
fresh
sed "s#\"kind\": \"ldif\"#\"kind\": \"ldap\", \"base\": null#; s#\"$ldif\"#\"ldap://127.0.0.1:1\"#" "$plan" >"$scratch/served.json"
expect 3 "asked only if -H names it" "$kbmend" apply "$scratch/served.json" --yes
expect 3 "was made with the server ldap://127.0.0.1:1, -H names" "$kbmend" apply "$scratch/served.json" \
	-H ldap://127.0.0.1:2 --yes
expect 64 "without a server, -H names" "$kbmend" apply "$plan" -H ldap://127.0.0.1:1 --yes
expect 64 "numbers from 1 to 2" "$kbmend" apply "$plan" --only 3
expect 64 "numbers from 1 to 2" "$kbmend" apply "$plan" --only 1,,2
expect 64 "done by hand" "$kbmend" apply "$plan" --only 2
expect 1 "not a sound plan" "$kbmend" apply $ldif
expect 3 "is an export, which is not written to" "$kbmend" run Q298565 \
	-t examples/exch1/SYSTEM.reg -t $ldif --apply --yes

# --- what programs are told when nothing is done -----------------------------------------------------------
# told STATUS STATE PATTERN COMMAND...: one document on stdout in each format, and the reason on stderr.
told() {
	status=$1
	state=$2
	pattern=$3
	shift 3
	expect "$status" "$pattern" "$@" -f json
	also '^  "schema": "kbmend.apply/1",$'
	also "^  \"state\": \"$state\",$"
	also "^  \"message\": \".*($pattern)"
	also "^  \"exit_status\": $status$"
	check [ "$(grep -c '^{' "$scratch/out")" -eq 1 ]
	check grep -qE "^kbmend: .*($pattern)" "$scratch/err"
	expect "$status" "$pattern" "$@" -f jsonl
	check [ "$(wc -l <"$scratch/out")" -eq 1 ]
	also "^\{\"schema\":\"kbmend.apply/1\",\"state\":\"$state\",.*\"exit_status\":$status\}$"
}
fresh
told 3 refused "nobody can be asked here" "$kbmend" apply "$plan"
also '"op":"set_value"'
told 3 refused "is evidence and is not written to" "$kbmend" apply "$plan" --yes --read-only-target
told 3 refused "there is no such folder" "$kbmend" apply "$plan" --yes --backup-dir "$scratch/nowhere"
told 1 "could not tell" "No such file" "$kbmend" apply "$scratch/nowhere.json" --yes
told 1 "could not tell" "No such file" "$kbmend" apply "$plan" --yes -t "$scratch/nowhere"
also '"target":(null|\{)'
told 3 refused "asked only if -H names it" "$kbmend" apply "$scratch/served.json" --yes
check [ ! -e "$journal" ]
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
told 3 refused "nobody can be asked here" "$kbmend" undo 1
also '"op":"set_value"'
told 3 refused "is evidence and is not written to" "$kbmend" undo 1 --yes --read-only-target
expect 0 "^undone" "$kbmend" undo 1 --yes
told 0 "nothing to do" "was taken back by 2; .kbmend undo 2. brings it again; nothing was changed" "$kbmend" undo 1 --yes
expect 0 "^undone" "$kbmend" undo 2 --yes
fresh
expect 0 "^fixed" "$kbmend" apply "$plan" --yes
cp "$hive" "$scratch/fixed"
cp examples/exch1/SYSTEM "$hive"
told 0 "nothing to do" "all is as it was before" "$kbmend" undo 1 --yes
# A run has two: what was found, and that nothing was done.
expect 3 "nobody can be asked" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply -f jsonl
check sh -c "tail -n 1 '$scratch/out' | grep -q '^{\"schema\":\"kbmend.apply/1\",\"state\":\"refused\"'"
expect 0 "there is nothing to apply" "$kbmend" run Q298565 -t "$scratch/fixed" -t $ldif --apply --yes -f jsonl
check sh -c "tail -n 1 '$scratch/out' | grep -q '\"state\":\"nothing to do\",.*\"exit_status\":0}$'"
expect 1 "No such file" "$kbmend" run Q298565 -t "$scratch/nowhere" --apply --yes -f jsonl
check grep -q '"state":"could not tell"' "$scratch/out"
# Of a command line that is wrong there is none.
for wrong in "apply $plan --only 9" "undo 9" "undo x"; do
	expect 64 . "$kbmend" $wrong -f json
	check [ ! -s "$scratch/out" ]
done

# --- a part of a plan -----------------------------------------------------------------------------------
cat >"$scratch/two.lua" <<'LUA'
local IMC = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return {
  api = 1, id = "two", version = "1.0.0", severity = "low", title = "Two values",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    for _, name in ipairs { "One", "Two" } do
      if not target.registry:get(IMC, name) then
        target:fail{ id = name, message = name .. " is not there", because = "it says so" }
      end
    end
    target:pass("both are there")
  end,
  fix = function(_, _, finding, plan)
    plan:set_value(IMC, finding.id, "REG_SZ", finding.id, { why = "a test" })
  end,
}
LUA
fresh
expect 2 "wrote" "$kbmend" plan "$scratch/two.lua" -t "$hive" -o "$scratch/two.json"
expect 2 "^applied in part: 1 change" "$kbmend" apply "$scratch/two.json" --only 2 --scripts "$scratch" --yes
check grep -q "STILL FAILS" "$scratch/out"
expect 0 "Two" "$kbmend" reg get "$hive" "$value" Two
expect 1 "One" "$kbmend" reg get "$hive" "$value" One
expect 3 "stale" "$kbmend" apply "$scratch/two.json" --scripts "$scratch" --yes
expect 0 "^undone" "$kbmend" undo 1 --yes
expect 0 "^fixed: 2 changes" "$kbmend" apply "$scratch/two.json" --scripts "$scratch" --yes
expect 0 "^applied already" "$kbmend" apply "$scratch/two.json" --scripts "$scratch" --yes
expect 1 "the plan.s scripts: no script .two.*--scripts DIR names" "$kbmend" apply "$scratch/two.json" --yes

# --- only the word yes ------------------------------------------------------------------------------------
# answer WORD STATUS PATTERN: types it where it is asked for.
answer() {
	fresh
	printf '%s' "$1" >"$scratch/typed"
	"$build/tests/ldap/with_terminal" "Type yes:" "$scratch/typed" sh -c \
		"exec '$kbmend' apply '$plan' --color never </dev/tty" >"$scratch/out" 2>"$scratch/err" </dev/null
	check [ $? -eq "$2" ]
	check grep -q "Apply 1 change? Type yes:" "$scratch/out"
	check grep -q "$3" "$scratch/out"
}
if [ -x "$build/tests/ldap/with_terminal" ]; then
	answer yes 0 "^fixed"
	for word in y Yes "yes!" "" no "yes yes"; do
		answer "$word" 3 "not confirmed; nothing was changed"
		check [ "$(hash_of "$hive")" = "$before" ]
		check [ ! -e "$journal" ]
	done
fi

# --- two at once -------------------------------------------------------------------------------------------
if [ -x "$build/tests/ldap/with_terminal" ]; then
	fresh
	between "'$kbmend' apply '$plan' --yes" "'$kbmend' apply '$plan'"
	check [ "$came" -eq 0 ]
	also "^applied already: another kbmend did it meanwhile; nothing was changed here"
	after=$(hash_of "$hive")
	check [ ! -e "$journal/2" ]
	between "'$kbmend' undo 1 --yes" "'$kbmend' undo 1"
	check [ "$came" -eq 0 ]
	also "^taken back already: another kbmend did it meanwhile; nothing was changed here"
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ ! -e "$journal/3" ]
	between "'$kbmend' apply '$plan' --yes" \
		"'$kbmend' run Q298565 -t '$hive' -t $ldif --apply"
	check [ "$came" -eq 0 ]
	also "^applied already: another kbmend did it meanwhile"
	check [ ! -e "$journal/4" ]
	# What the first one did is something else.
	fresh
	between "'$build/tests/set_value' '$hive' '$imc' Meddled x" "'$kbmend' apply '$plan'"
	check [ "$came" -eq 3 ]
	also "^refused: "
	check [ ! -e "$journal" ]
	fresh
	between "cp '$hive' '$hive.new' && mv '$hive.new' '$hive'" "'$kbmend' apply '$plan'"
	check [ "$came" -eq 3 ]
	check sh -c "tr -s '\\r\\n ' ' ' <'$scratch/out' | grep -q 'refused: $hive: another program, perhaps another kbmend, replaced it since it was read; run again'"
	check [ "$(hash_of "$hive")" = "$before" ]
	check [ ! -e "$journal" ]
fi
# Started together: one does it; the other waits for it, or is told whose lock it is.
for round in 1 2 3 4 5 6; do
	fresh
	"$kbmend" apply "$plan" --yes >"$scratch/one" 2>&1 </dev/null &
	one=$!
	"$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes >"$scratch/two" 2>&1 </dev/null &
	two=$!
	wait "$one"
	first=$?
	wait "$two"
	second=$?
	cat "$scratch/one" "$scratch/two" >"$scratch/out"
	case $first:$second in
	0:0) also "another kbmend did it meanwhile|^applied already|there is nothing to apply" ;;
	0:3 | 3:0) also "locked by process [0-9]+" ;;
	*) fail "two at once: $first and $second" ;;
	esac
	check [ "$(grep -c "^fixed: 1 change" "$scratch/out")" -eq 1 ]
	check [ ! -e "$journal/2" ]
	expect 0 "pass" "$kbmend" run Q298565 -t "$hive" -t $ldif
done

# --- relative paths -----------------------------------------------------------------------------------------
# A plan keeps paths as they were typed: where they lead is shown, and where they lead nowhere that is said.
fresh
mkdir "$scratch/there" "$scratch/elsewhere-too"
cp $ldif "$scratch/directory.ldif"
expect 2 "wrote" sh -c "cd '$scratch' && '$kbmend' plan Q298565 -t SYSTEM -t directory.ldif -o relative.json"
expect 1 "SYSTEM: no such file in $scratch/there, from where the plan.s relative path was taken; name each of its files with -t$" \
	sh -c "cd '$scratch/there' && '$kbmend' apply ../relative.json --yes"
expect 1 '"message": "SYSTEM: no such file in ' sh -c "cd '$scratch/there' && '$kbmend' apply ../relative.json --yes -f json"
expect 2 "^target EXCH1 +$scratch/SYSTEM( |$)" sh -c "cd '$scratch' && '$kbmend' apply relative.json -n"
also "^ +$scratch/directory.ldif$"
expect 2 "\"path\":\"$scratch/SYSTEM\"" sh -c "cd '$scratch' && '$kbmend' apply relative.json -n -f jsonl"
expect 2 "^target EXCH1 +$scratch/SYSTEM( |$)" sh -c "cd '$scratch/there' && '$kbmend' apply ../relative.json -n -t ../SYSTEM -t ../directory.ldif"
# It leads to another file: that one is shown.
cp "$hive" $ldif "$scratch/elsewhere-too"
expect 2 "^target EXCH1 +$scratch/elsewhere-too/SYSTEM( |$)" sh -c "cd '$scratch/elsewhere-too' && '$kbmend' apply ../relative.json -n"
if [ -x "$build/tests/ldap/with_terminal" ]; then
	printf no >"$scratch/typed"
	for command in "apply relative.json" "run Q298565 -t ./SYSTEM -t directory.ldif --apply"; do
		"$build/tests/ldap/with_terminal" "Type yes:" "$scratch/typed" sh -c \
			"cd '$scratch' && exec '$kbmend' $command --color never </dev/tty" >"$scratch/out" 2>"$scratch/err" </dev/null
		check [ $? -eq 3 ]
		also "^Apply 1 change to $scratch/SYSTEM\? Type yes:"
	done
fi
check [ "$(hash_of "$hive")" = "$before" ]

# --- which control set --------------------------------------------------------------------------------------
fresh
"$build/tests/set_value" --dword "$hive" Select Default 2
"$build/tests/set_value" "$hive" 'ControlSet002\Control' Made "by a test"
expect 3 "Current is ControlSet001 and Default is ControlSet002: --control-set" \
	"$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes
expect 0 "^fixed" "$kbmend" run Q298565 -t "$hive" -t $ldif --apply --yes --control-set current

# --- a plan that makes and deletes keys ------------------------------------------------------------------
cat >"$scratch/keys.lua" <<'LUA'
local SERVICES = [[HKLM\SYSTEM\CurrentControlSet\Services]]
return {
  api = 1, id = "keys", version = "1.0.0", severity = "low", title = "Keys",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    if target.registry:get(SERVICES .. [[\Made\Deep]], "Long") then return target:pass("it is there") end
    target:fail{ id = "absent", message = "it is not there", because = "it says so" }
  end,
  fix = function(_, _, _, plan)
    plan:create_key(SERVICES .. [[\Made]], { why = "a test" })
    plan:create_key(SERVICES .. [[\Made\Deep]], { why = "a test" })
    plan:set_value(SERVICES .. [[\Made\Deep]], "Long", "REG_SZ", ("x"):rep(60000), { why = "a test" })
    plan:delete_key(SERVICES .. [[\MSExchangeES]], { why = "a test", risk = "high" })
  end,
}
LUA
fresh
expect 3 "change . is of high risk.*--yes=high" "$kbmend" run "$scratch/keys.lua" -t "$hive" --apply --yes
expect 2 "wrote" "$kbmend" plan "$scratch/keys.lua" -t "$hive" -o "$scratch/keys.json"
told 3 refused "is of high risk, which --yes does not cover" "$kbmend" apply "$scratch/keys.json" \
	--scripts "$scratch" --yes
expect 0 "^fixed" "$kbmend" run "$scratch/keys.lua" -t "$hive" --apply --yes=high
expect 0 "Deep" "$kbmend" reg ls "$hive" 'HKLM\SYSTEM\CurrentControlSet\Services\Made'
expect 1 "MSExchangeES" "$kbmend" reg ls "$hive" 'HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeES'
cp "$hive" "$scratch/with-keys"
expect 0 "^undone" "$kbmend" undo 1 --yes=high
check [ "$(hash_of "$hive")" = "$before" ]
expect 0 "^undone" "$kbmend" undo 2 --yes=high
check cmp "$hive" "$scratch/with-keys"
check meddle later
expect 3 "deleted the key.*backup" "$kbmend" undo 3 --yes=high
# The changes alone are taken back: keys that were made go where they hold what was put there, nothing else.
services='HKLM\SYSTEM\CurrentControlSet\Services'
fresh
sed -i '/delete_key/d' "$scratch/keys.lua"
made() {
	fresh
	expect 0 "^fixed" "$kbmend" run "$1" -t "$hive" --apply --yes
	check meddle later
}
made "$scratch/keys.lua"
expect 2 "^  - key HKLM.*Services.Made and everything below it" "$kbmend" undo 1 -n
expect 0 "^undone: 1 change" "$kbmend" undo 1 --yes
never "by hand"
expect 1 "no key $(echo "$services" | sed 's/\\/./g').Made" "$kbmend" reg ls "$hive" "$services\\Made"
expect 0 "later" "$kbmend" reg get "$hive" "$value" Meddled
expect 0 "sound" "$kbmend" reg check "$hive"
# The undo of that undo knows what was in them.
check meddle "later still"
expect 0 "^undone: 3 changes" "$kbmend" undo 2 --yes
expect 0 "Long +REG_SZ" "$kbmend" reg ls "$hive" "$services\\Made\\Deep"
expect 0 "later still" "$kbmend" reg get "$hive" "$value" Meddled
# Something else is in one of them: a value, a key, other data.
services_at='ControlSet001\Services'
made "$scratch/keys.lua"
check "$build/tests/set_value" "$hive" "$services_at\\Made\\Deep" Theirs x
expect 2 "^taken back in part" "$kbmend" undo 1 --yes
check [ "$(grep -c "^by hand  delete the key .*Made" "$scratch/out")" -eq 2 ]
expect 1 "no value 'Long'" "$kbmend" reg get "$hive" "$services\\Made\\Deep" Long
expect 0 "x" "$kbmend" reg get "$hive" "$services\\Made\\Deep" Theirs
# In the upper one: the lower one goes.
made "$scratch/keys.lua"
check "$build/tests/set_value" "$hive" "$services_at\\Made" Theirs x
expect 2 "^taken back in part" "$kbmend" undo 1 --yes
check grep -q "^  - key HKLM.*Made.Deep and everything below it" "$scratch/out"
expect 1 "no key" "$kbmend" reg ls "$hive" "$services\\Made\\Deep"
expect 0 "x" "$kbmend" reg get "$hive" "$services\\Made" Theirs
made "$scratch/keys.lua"
check "$build/tests/set_value" "$hive" "$services_at\\Made\\Deep" Long theirs
expect 3 "^refused: what was done has been changed since" "$kbmend" undo 1 --yes
expect 0 "theirs" "$kbmend" reg get "$hive" "$services\\Made\\Deep" Long
# A parent that was made along the way, which no change names, is for people to judge; so is what is above.
sed '/plan:create_key(SERVICES .. \[\[.Made\]\],/d' "$scratch/keys.lua" >"$scratch/parents.lua"
check [ "$(grep -c create_key "$scratch/parents.lua")" -eq 1 ]
made "$scratch/parents.lua"
expect 2 "^taken back in part" "$kbmend" undo 1 --yes
check grep -q "^by hand  delete the key .*Made.Deep" "$scratch/out"
expect 0 "Deep" "$kbmend" reg ls "$hive" "$services\\Made"
# Keys alone.
sed '/plan:set_value/d; s/target.registry:get(\(.*\), "Long")/target.registry:key(\1)/' "$scratch/keys.lua" >"$scratch/bare.lua"
made "$scratch/bare.lua"
expect 0 "^undone: 1 change" "$kbmend" undo 1 --yes
expect 1 "no key" "$kbmend" reg ls "$hive" "$services\\Made"
expect 0 "later" "$kbmend" reg get "$hive" "$value" Meddled
finish
