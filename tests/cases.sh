#!/bin/sh
# kbmend test: cases that pass, differ, are new or broken; accepting, JUnit, JSON, side by side, and what is left behind.
# usage: cases.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
export XDG_CONFIG_HOME="$scratch/configuration"
here=$scratch/here
mkdir "$here"

# A script whose verdict the registry says, and a parameter.
cat >"$here/says.lua" <<'LUA'
return {
  api = 1, id = "says", version = "1.0.0", severity = "low", title = "What the registry says",
  needs = { registry = { "SYSTEM" }, directory = true },
  params = { wanted = { type = "string", default = "good", help = "what is right" } },
  applies = function(target) return target.registry:get("HKLM\\SYSTEM\\Site", "Says") ~= nil, "nothing is said" end,
  check = function(target, params)
    local says = target.registry:get("HKLM\\SYSTEM\\Site", "Says").data
    if says == "directory" then says = target.directory:one{ base = "o=Site", scope = "base", filter = "(objectClass=*)",
      attributes = { "description" } }.description[1] end
    if says == "loop" then while true do end end
    if says == params.wanted then return target:pass("it says " .. says) end
    target:fail{ id = "says", message = "it says otherwise", where = { key = "HKLM\\SYSTEM\\Site", value = "Says" },
      found = says, expected = params.wanted, because = "the site wants it so" }
  end,
  fix = function(_, _, finding, plan)
    plan:set_value("HKLM\\SYSTEM\\Site", "Says", "REG_SZ", finding.expected, { why = "it is wanted" })
  end,
}
LUA
# new_case NAME WORD
new_case() {
	mkdir -p "$here/says.tests/$1"
	printf 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM]\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Site]\n"Says"="%s"\n' "$2" \
		>"$here/says.tests/$1/target.reg"
}
new_case good good
cd "$here" || exit 1
kb_test() { "$kbmend" test "$@"; }

# --- new, accepted, passed ------------------------------------------------------------------------
expect 2 "^✗ says  1 case: 1 without expected.txt$" kb_test ./says.lua
also "^  ✗ good  has no expected.txt; --accept would write$"
also "^    \+verdict pass$"
also "^if what was found is right: kbmend test ./says.lua --accept$"
check [ ! -e says.tests/good/expected.txt ]
expect 0 "^  ✓ good  accepted: expected.txt is written$" kb_test ./says.lua --accept
never "^if what"
cat >"$scratch/wanted" <<'TEXT'
exit 0
verdict pass
reason it says good
TEXT
check cmp "$scratch/wanted" says.tests/good/expected.txt
# A run of the same files says the same; of several scripts it says whose it is.
expect 0 "^reason it says good$" "$kbmend" run ./says.lua -t says.tests/good/target.reg -f digest
check cmp "$scratch/wanted" "$scratch/out"
expect 0 "^reads HKLM.SYSTEM.Site \[Says\]$" "$kbmend" run ./says.lua -t says.tests/good/target.reg -f digest -v
sed 's/"says", ver/"twin", ver/' says.lua >twin.lua
expect 0 "^script twin$" "$kbmend" run ./says.lua ./twin.lua -t says.tests/good/target.reg -f digest
check [ "$(sed -n 2p "$scratch/out")" = "script says" ]
rm twin.lua
expect 0 "^✓ says  1 case: 1 passed$" kb_test ./says.lua
also "^  no case fails, has a plan, is not applicable, is unknown, is a trap \(trap-...\)$"
also "^1 script, 1 case: 1 passed.$"
expect 0 "^$" kb_test ./says.lua -v
also "^  cases ./says.tests$"
also "^  ✓ good$"
"$kbmend" test ./says.lua -q >"$scratch/out" 2>&1
check [ ! -s "$scratch/out" ]
# What is as expected is not written, and what is written keeps its permissions.
chmod 600 says.tests/good/expected.txt
touch -d 2001-02-03 says.tests/good/expected.txt
expect 0 "1 passed" kb_test ./says.lua --accept
check [ "$(stat -c %Y,%a says.tests/good/expected.txt)" = "$(date -d 2001-02-03 +%s),600" ]

# --- a difference ---------------------------------------------------------------------------------
new_case bad worse
expect 0 "1 accepted" kb_test ./says.lua --accept
sed -i 's/worse/bad/;/read twice/d;s/^afterwards pass$/afterwards pass /' says.tests/bad/expected.txt
expect 2 "^✗ says  2 cases: 1 passed, 1 different$" kb_test ./says.lua
cat >"$scratch/wanted" <<'TEXT'
✗ says  2 cases: 1 passed, 1 different
  ✗ bad  differs (- expected, + found)
    @@ -4,9 +4,10 @@
     finding says: it says otherwise
       where    HKLM\SYSTEM\Site [Says]
    -  found    <bad>
    +  found    <worse>
       expected <good>
       because  the site wants it so
     change set_value HKLM\SYSTEM\Site [Says], risk low
    -  before   REG_SZ <bad>
    +  before   REG_SZ <worse>
       after    REG_SZ <good>
    -afterwards pass\x20
    +afterwards pass
    +read twice true
  no case is not applicable, is unknown, is a trap (trap-...)

1 script, 2 cases: 1 passed, 1 different.
if what was found is right: kbmend test ./says.lua --accept
TEXT
check diff "$scratch/wanted" "$scratch/out"
expect 2 "says  2 cases" kb_test ./says.lua --color always
check grep -q "$(printf '\033')\[32m  found    <worse>" "$scratch/out"
expect 2 "^✗ says  1 case: 1 different$" kb_test ./says.lua --case bad -q
expect 0 "^✓ says  1 case: 1 passed$" kb_test ./says.lua --case good
never "no case"
expect 64 "says has no case 'god'; did you mean good" kb_test ./says.lua --case god
expect 64 "\-\-case is given twice" kb_test ./says.lua --case good --case bad
# A line that is longer than the terminal is continued, and escaped.
printf 'reason %s\033[31m\n' "$(printf 'word %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)" >>says.tests/bad/expected.txt
expect 2 '^    -reason word' kb_test ./says.lua
also 'x1B\[31m$'
check [ "$(grep -v '^if what' "$scratch/out" | awk 'length > 80' | wc -l)" -eq 0 ]
check [ "$(tr -d '[:print:][:space:]✗✓' <"$scratch/out" | wc -c)" -eq 0 ]
expect 0 "^  ✓ bad  accepted" kb_test ./says.lua --accept
never "good"
expect 0 "2 passed" kb_test ./says.lua

# --- parameters, directories, not here ------------------------------------------------------------
new_case params fine
printf 'wanted=fine\r\n' >says.tests/params/params
new_case codepage "$(printf '\350')"
printf 'codepage=1250\n' >says.tests/codepage/options
printf 'wanted=\304\215\n' >says.tests/codepage/params
new_case directory directory
printf 'dn: o=Site\nobjectClass: organization\no: Site\ndescription: good\n' >says.tests/directory.ldif
new_case own-directory directory
sed 's/good/fine/' says.tests/directory.ldif >says.tests/own-directory/directory.ldif
new_case trap-no-directory directory
: >says.tests/trap-no-directory/no-directory
mkdir says.tests/nothing says.tests/.hidden
sed '/Says/d' says.tests/good/target.reg >says.tests/nothing/target.reg
new_case dirty good
: >says.tests/dirty/dirty
expect 0 "^✓ says  9 cases: 2 passed, 6 accepted, 1 not run here$" kb_test ./says.lua --accept
never "no case"
verdict() { check grep -qx "verdict $2" "says.tests/$1/expected.txt"; }
verdict params pass
verdict codepage pass
rm -r says.tests/codepage
verdict directory pass
verdict own-directory fail
verdict trap-no-directory unknown
verdict nothing notapplicable
check [ ! -e says.tests/dirty/expected.txt ]
expect 0 "^  ~ dirty  not run here: it needs a hive" kb_test ./says.lua -v --complete
expect 0 "^1 script, 8 cases: 7 passed, 1 not run here.$" kb_test ./says.lua --complete
mv says.tests/trap-no-directory says.tests/no-trap
expect 2 "^  no case is a trap" kb_test ./says.lua --complete
also "^✗ says  8 cases: 7 passed, 1 not run here$"
also " 1 incomplete.$"
mv says.tests/no-trap says.tests/trap-no-directory

# --- what could not be run ------------------------------------------------------------------------
# broken TEXT: the case `broken` cannot be run, for that reason; others go on.
broken() {
	expect 1 "^  ! broken  could not be run: $1" kb_test ./says.lua
	also "^1 script, 9 cases: 7 passed, 1 could not be run, 1 not run here.$"
}
new_case broken good
echo wanted >says.tests/broken/params
broken "params, line 1: 'wanted' is not NAME=VALUE$"
printf 'wanted=good\nwanted=fine\n' >says.tests/broken/params
broken "params, line 2: -p wanted is given twice$"
echo wnated=good >says.tests/broken/params
broken "-p wnated: says has no such"
rm says.tests/broken/params
echo control-set >says.tests/broken/options
broken "options, line 1: 'control-set' is not NAME=VALUE$"
printf 'logs=ignore\nlogs=auto\n' >says.tests/broken/options
broken "options, line 2: logs is given twice$"
echo apply=yes >says.tests/broken/options
broken "options, line 1: 'apply' is no option that a case$"
also "^    may give: control-set, codepage, logs$"
printf 'codepage=1250\ncontrolset=1\n' >says.tests/broken/options
broken "options, line 2: 'controlset' is no option that a$"
also "^    case may give: control-set, codepage, logs; did you mean control-set\?$"
echo control-set=newest >says.tests/broken/options
broken "options, line 1: --control-set: 'newest' is not$"
echo codepage=932 >says.tests/broken/options
broken "options, line 1: --codepage: 932 is an East Asian$"
echo logs=never >says.tests/broken/options
broken "options, line 1: --logs: 'never' is not$"
also "^    auto.require.ignore$"
mv says.tests/broken/options says.tests/broken/option
broken "option: is nothing that a case has; did you mean$"
rm says.tests/broken/option
echo x=y >says.tests/broken/params
mv says.tests/broken/params says.tests/broken/parms
broken "parms: is nothing that a case has; did you mean$"
mv says.tests/broken/parms says.tests/broken/parms~
echo '[HKEY_LOCAL_MACHINE\SYSTEM' >>says.tests/broken/target.reg
broken "target.reg: line 7"
expect 1 "^  ! broken  could not be run" kb_test ./says.lua --accept
check [ ! -e says.tests/broken/expected.txt ]
# That is what a case may be about.
printf 'exit 1\nverdict none\nkbmend: target.reg: line 7: %s\n' x >says.tests/broken/expected.txt
broken "target.reg: line 7"
"$kbmend" test ./says.lua -f json --case broken | sed -n 's/.*"found": "exit 1.nverdict none.nkbmend: \(.*\).n"$/\1/p' \
	>"$scratch/message"
printf 'exit 1\nverdict none\nkbmend: %s\n' "$(cat "$scratch/message")" >says.tests/broken/expected.txt
expect 0 "8 passed, 1 not run here" kb_test ./says.lua
rm says.tests/broken/expected.txt says.tests/broken/target.reg
broken "there is no target.reg$"
new_case broken good
cp says.tests/directory.ldif says.tests/broken/
: >says.tests/broken/no-directory
broken "directory.ldif and no-directory exclude each other$"
rm says.tests/broken/*directory*
new_case broken loop
expect 0 "^  ✓ broken  accepted" kb_test ./says.lua --timeout 0.2 --accept
check grep -q "^reason .*exceeded 200 ms of CPU time" says.tests/broken/expected.txt
printf 'exit\0' >says.tests/broken/expected.txt
broken "expected.txt: holds a NUL$"
rm -r says.tests/broken

# --- scripts --------------------------------------------------------------------------------------
expect 64 "no script 'Q29856'; did you mean Q298565" kb_test Q29856
expect 64 "nowhere.lua: No such file" kb_test ./nowhere.lua
cp says.lua other.lua
expect 1 "^! says  has no cases: no folder in ./other.tests; --cases DIR names another" kb_test ./other.lua
also "^1 script, 0 cases. 1 could not be tested.$"
expect 0 "^✓ says  8 cases" kb_test ./other.lua --cases says.tests
expect 64 "cases of one script; name one" kb_test ./other.lua Q298565 --cases says.tests
expect 64 "a case of one script; name one" kb_test --case good
expect 64 "exclude each other" kb_test ./says.lua --case good --complete
expect 64 "jobs: '0' is not a number from 1 to 256" kb_test ./says.lua -j 0
expect 64 "did you mean --accept" kb_test ./says.lua --acept
rm other.lua
echo 'return {' >wrong.lua
expect 1 "^! wrong  wrong.lua:2: " kb_test .
also "^✓ says  8 cases: 7 passed, 1 not run here$"
rm wrong.lua
expect 0 "^✓ says  8 cases" kb_test .
mkdir empty
expect 64 "empty: there is no script in it$" kb_test ./empty
# A path has a '/'.
expect 64 "^kbmend: no script 'empty'; did you mean \./empty\?$" kb_test Q298565 empty
expect 64 "^kbmend: no script 'says'; did you mean \./says\.lua\?$" kb_test says
expect 64 "^kbmend: no script 'says'; did you mean \./says\.lua\?$" "$kbmend" run says -t x
expect 64 "^kbmend: no script 'nowhere'; .kbmend list. shows them" kb_test nowhere
# Those that are found by their names: the stock scripts' cases lie elsewhere.
expect 0 "^✓ says  8 cases" kb_test says --scripts "$here"
expect 0 "^✓ Q298565  1 case: 1 passed$" kb_test Q298565 --case several-sites
expect 0 "^✓ says  8 cases" kb_test --scripts "$here"
also "^✓ Q298565  "
cp says.lua "$scratch/lonely.lua"
sed -i 's/"says", ver/"lonely", ver/' "$scratch/lonely.lua"
mkdir scripts
mv "$scratch/lonely.lua" scripts
expect 0 " 1 without cases.$" kb_test --scripts "$here/scripts"
never "lonely"
expect 2 "^✗ lonely  0 cases$" kb_test --scripts "$here/scripts" --complete
rm -r scripts empty

# --- side by side: in their order, whoever is done first -----------------------------------------
"$kbmend" test ./says.lua Q298565 -v -j 1 >"$scratch/one"
for jobs in 2 7 64; do
	"$kbmend" test ./says.lua Q298565 -v -j $jobs >"$scratch/many"
	check cmp "$scratch/one" "$scratch/many"
done
"$kbmend" test ./says.lua Q298565 -f json >"$scratch/one"
"$kbmend" test ./says.lua Q298565 -f json -j 5 >"$scratch/many"
check cmp "$scratch/one" "$scratch/many"

# --- JSON and JUnit -------------------------------------------------------------------------------
new_case hostile '<&\"]]>\\x'
printf 'exit 0\nverdict \001\377\nreason "\357\277\276"\n' >says.tests/hostile/expected.txt
expect 2 '"schema": "kbmend.test/1"' kb_test ./says.lua -f json --junit junit.xml
also '"differs": 1'
also '"elsewhere": 1'
also '"next": "kbmend test ./says.lua --accept"'
also '"exit_status": 2'
expect 2 '"type":"script","id":"says"' kb_test ./says.lua -f jsonl
also '"type":"summary","summary":[{]"scripts":1,"cases":9,"passed":7'
check [ "$(wc -l <"$scratch/out")" -eq 2 ]
cp junit.xml "$scratch/out"
also '^<testsuites name="kbmend test" tests="9" failures="1" errors="0" skipped="1" time="[0-9.]+">$'
also '^  <testsuite name="says" tests="9" failures="1" errors="0" skipped="1" '
also '^    <testcase classname="says" name="good" time="[0-9.]+"/>$'
also '^      <skipped message="it needs a hive that is not written to its end"/>$'
also '<failure message="what was found \(\+\) is not what is expected \(-\)">@@ '
also '^-verdict .x01.xFF$'
also '^-reason &quot;.u[{]FFFE[}]&quot;$'
also '&lt;&amp;'
if command -v xmllint >/dev/null; then
	check xmllint --noout junit.xml
fi
if command -v python3 >/dev/null; then
	check python3 -c 'import sys, xml.etree.ElementTree as t; assert len(t.parse("junit.xml").findall("testsuite/testcase")) == 9'
fi
echo old >junit.xml
expect 1 "could not be run" kb_test ./says.lua --cases "$here" --junit junit.xml
check grep -q '<error message="directory: is nothing that a case has; did you mean no-directory[?]"/>' junit.xml
mkdir folder
expect 3 "^kbmend: folder: no regular file, and only such a one is replaced$" kb_test ./says.lua --junit folder --case good
never "says"
# Before anything is run.
expect 3 "^kbmend: nowhere/x: its folder: No such file or directory$" kb_test ./says.lua --junit nowhere/x --case good
never "says|passed"
if can_be_user; then
	mkdir closed
	chmod 555 closed
	expect 3 "^kbmend: closed/x: its folder: Permission denied$" as_user "$kbmend" test Q298565 --junit closed/x
	never "passed"
fi
rm -r says.tests/hostile folder
mkdir only
mv says.tests/dirty only
expect 1 "^✓ says  1 case: 1 not run here$" kb_test ./says.lua --cases only
mv only/dirty says.tests
rmdir only

# --- nothing is left behind -----------------------------------------------------------------------
find . | sort >"$scratch/before"
new_case zz-loop loop
for signal in INT TERM KILL; do
	env --default-signal=INT "$kbmend" test ./says.lua -j 2 --timeout 60 >"$scratch/out" 2>"$scratch/err" &
	pid=$!
	tries=0
	children=""
	workers=""
	until [ -n "$workers" ] || [ $tries -gt 3000 ]; do
		tries=$((tries + 1))
		sleep 0.01
		children=$(pgrep -P "$pid" kbmend)
		workers=$(for child in $children; do pgrep -P "$child"; done)
	done
	check [ -n "$children" ]
	check [ -n "$workers" ]
	kill -$signal $pid
	wait $pid 2>/dev/null
	tries=0
	# shellcheck disable=SC2086 # several numbers
	while ps -o pid= -p "$(echo $children $workers | tr ' ' ,)" >/dev/null && [ $tries -lt 3000 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
	check [ $tries -lt 3000 ]
done
# A case whose process is ended costs itself only; stdout that takes no more is told.
"$kbmend" test ./says.lua -j 2 --timeout 60 >"$scratch/out" 2>"$scratch/err" &
pid=$!
tries=0
until [ "$(pgrep -c -P "$pid" kbmend)" -eq 1 ] && [ $tries -gt 50 ]; do
	tries=$((tries + 1))
	sleep 0.01
	[ $tries -lt 6000 ] || break
done
kill -KILL "$(pgrep -P "$pid" kbmend)"
wait $pid
check [ $? -eq 1 ]
also "^  ! zz-loop  could not be run: its process was ended: Killed$"
also "^1 script, 9 cases: 7 passed, 1 could not be run, 1 not run here.$"
rm -r says.tests/zz-loop
expect 1 "cannot write the output" sh -c "'$kbmend' test ./says.lua >/dev/full"
find . | sort | diff "$scratch/before" - >"$scratch/out" || fail "something is left behind"

finish
