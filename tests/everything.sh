#!/bin/sh
# Runs of many scripts: without a name, by a profile; what is shown, what is counted, what is left out.
# usage: everything.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
ldif=examples/exch1/directory.ldif

# An installation with scripts of its own, so that the stock ones count nowhere.
prefix=$scratch/prefix
mkdir -p "$prefix/bin" "$prefix/share/kbmend/scripts/profiles"
cp "$kbmend" "$prefix/bin/kbmend"
ln -s "$build/libexec" "$prefix/libexec"
ln -s "$PWD/stdlib" "$prefix/share/kbmend/stdlib"
site=$prefix/share/kbmend/scripts
export XDG_CONFIG_HOME="$scratch/none"
all() { "$prefix/bin/kbmend" "$@"; }
# script ID SEVERITY NEEDS BODY [FIX]
script() {
	cat >"$site/$1.lua" <<LUA
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return { api = 1, id = "$1", version = "1.0.0", severity = "$2", title = "About $1", categories = { "$5" },
  needs = { $3 },
  applies = function(target) if "$1" == "absent" then return false, "it is not there" end return true end,
  check = function(target) $4 end,
  ${6:-} }
LUA
}
registry='registry = { "SYSTEM" }'
script good low "$registry" 'target:pass("all is well")' mta
script fine info "$registry" 'target:observe{ what = "x" } target:pass("all is well, too")' store
script absent low "$registry" 'target:pass("x")' mta
script bad high "$registry" 'if target.registry:get(KEY, "New") then return target:pass("it is there") end
  target:fail{ id = "x", message = "it is bad", because = "so", where = { key = KEY, value = "New" },
    expected = "y" }' mta 'fix = function(_, _, _, plan) plan:set_value(KEY, "New", "REG_SZ", "y", { why = "w" }) end'
script unsure medium "$registry" 'target:unknown("it cannot be told")' store
script asks medium "$registry, directory = true" 'target:pass("asked")' store
script soft low 'registry = { "SYSTEM", "SOFTWARE" }' 'target:pass("x")' mta
script users low 'registry = { "HKU" }' 'target:pass("x")' mta

# --- what is wrong in full, the rest in one line -------------------------------------------------
expect 1 "^✗ bad  About bad    high$" all run -t $hive
also "^8 scripts, 1 target: 1 fail, 1 unknown \(unsure\), 2 pass, 1 not applicable, 3 not$"
also "^run \(1 needs a directory; 1 needs SOFTWARE; 1 needs HKU\)\. Nothing was changed\.$"
also "^next: kbmend run -t $hive --apply$"
never "About (good|fine|absent|unsure|asks|soft|users)"
expect 1 "^8 scripts, 1 target: 1 fail, 1 unknown \(unsure\), 3 pass, 1 not applicable, 2 not$" all run -t $hive -t $ldif
# More: each of them, why it was not run, and what could not be told.
expect 1 "^  unknown: it cannot be told \(unsure.lua:5\)$" all run -t $hive -v
also "^- asks  About asks$"
also "^  not run: it needs a directory$"
also "^✓ good  About good$"
# Less: what could not be told is no secret.
expect 1 "^  unknown: it cannot be told \(unsure.lua:5\)$" all run -t $hive -q
also "^✗ bad"
never "About (good|fine|absent|asks|soft)|scripts, 1 target"
# Programs get all of it.
expect 1 '^      "id": "good",$' all run -t $hive -f json
also '^      "needs": "a directory",$'
also '^    "not_run": 3$'
expect 1 '"not_run":\[\{"id":"asks","title":"About asks","needs":"a directory","on_request":false\},' all run -t $hive -f jsonl

# As a table: a row each, in their order; those that did not run come last.
expect 1 "^EXCH1,good,low,pass,verdict,,all is well,,,,,$" all run -t $hive -f csv
cat >"$scratch/wanted" <<'CSV'
target,id,severity,verdict,row,finding,text,where,found,expected,because,article
EXCH1,absent,low,notapplicable,verdict,,it is not there,,,,,
EXCH1,bad,high,fail,verdict,,it is bad,,,,,
EXCH1,bad,high,fail,finding,x,it is bad,HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\New,,y,so,
EXCH1,fine,info,pass,verdict,,"all is well, too",,,,,
EXCH1,fine,info,pass,observation,,x,,,,,
EXCH1,good,low,pass,verdict,,all is well,,,,,
EXCH1,unsure,medium,unknown,verdict,,it cannot be told,,,,,
EXCH1,asks,medium,,not run,,it needs a directory,,,,,
EXCH1,soft,low,,not run,,it needs SOFTWARE,,,,,
EXCH1,users,low,,not run,,it needs HKU,,,,,
CSV
check diff -u "$scratch/wanted" "$scratch/out"

# --- on request only: not without its name ---------------------------------------------------------
script rare low "on_request = true, $registry" 'target:pass("seldom")' mta
sed -i 's/needs = { on_request = true, /on_request = true, needs = { /' "$site/rare.lua"
expect 1 "^9 scripts, 1 target: 1 fail, 1 unknown \(unsure\), 2 pass, 1 not applicable, 3 not$" all run -t $hive
also "^run \(1 needs a directory; 1 needs SOFTWARE; 1 needs HKU\), 1 on request\. Nothing$"
never "About rare"
expect 1 "^  not run: on request only: kbmend run rare$" all run -t $hive -v
also "^- rare  About rare$"
expect 1 '"id":"rare","title":"About rare","needs":null,"on_request":true\}' all run -t $hive -f jsonl
also '"needs":"a directory","on_request":false\}'
also '"not_run":4\}'
expect 0 "^✓ rare  About rare$" all run rare -t $hive
printf 'return { api = 1, profile = "rare", title = "t", scripts = { "rare", "good" } }' >"$site/profiles/rare.lua"
expect 0 "^2 scripts, 1 target: 2 pass\. Nothing was changed\.$" all run @rare -t $hive
expect 1 "^EXCH1,rare,low,,not run,,it runs on request only,,,,,$" all run -t $hive -f csv
expect 0 "^                       runs on request only$" all list
expect 0 "^runs         on request only: by its id, or by a profile$" all describe rare
expect 0 '^  "on_request": true,$' all describe rare -f json
expect 0 '^rare,.*,no,no,yes,/' all list -f csv
also '^good,.*,no,no,no,/'
# Where there is none but such, nothing was looked at, and that is no pass.
sed -i 's/"mta"/"odd"/' "$site/rare.lua"
expect 1 "^1 script, 1 target: 1 on request\. Nothing was changed\.$" all run -t $hive --category odd
also "^- rare  About rare$"
also "^  not run: on request only: kbmend run rare$"
expect 1 "^  not run: on request only: kbmend run rare$" all run -t $hive --category odd -q
never "1 target"
expect 1 '^  "exit_status": 1$' all run -t $hive --category odd -f json
rm "$site/rare.lua" "$site/profiles/rare.lua"

# --- some of them --------------------------------------------------------------------------------
expect 2 "^1 script, 1 target: 1 fail\. Nothing was changed\.$" all run -t $hive --severity high
also "^next: kbmend run -t $hive --severity high --apply$"
expect 1 "^3 scripts, 1 target: 1 fail, 1 unknown \(unsure\), 1 not run \(1 needs a$" \
	all run -t $hive --severity medium
expect 2 "^5 scripts, 1 target: 1 fail, 1 pass, 1 not applicable, 2 not run \(1 needs$" \
	all run -t $hive --category mta
also "^next: kbmend run -t $hive --category mta --apply$"
expect 1 "^8 scripts" all run -t $hive --category mta --category STORE
expect 64 "--category: no script has 'stor'; did you mean store\?$" all run -t $hive --category stor
expect 64 "--severity: 'hihg' is not info.low.medium.high.critical; did you mean high\?$" all run -t $hive --severity hihg
expect 1 "no script to run: none has this severity and category" all run -t $hive --severity critical
expect 0 "^1 script, 1 target: 1 pass\." all run good unsure -t $hive --category mta
expect 0 "^bad +high" all list --severity high
never "^good|^users"
also "^1 script\. "
expect 0 "^id,served_by" all list --category store -f csv
never "^bad|^@"
also "^unsure,"
expect 0 "^bad +high" all search about --severity high
never "^good"

# --- profiles of several; what is named is always run --------------------------------------------
printf 'return { api = 1, profile = "p", title = "t", scripts = { "good", "fine", "asks" } }' >"$site/profiles/p.lua"
printf 'return { api = 1, profile = "one", title = "t", scripts = { "fine" } }' >"$site/profiles/one.lua"
expect 0 "^3 scripts, 1 target: 2 pass, 1 not run \(1 needs a directory\)\. Nothing was$" all run @p -t $hive
never "About"
expect 0 "^✓ fine  About fine$" all run @one -t $hive
also "^  x +\(absent\)$"
expect 0 "^✓ soft  About soft$" all run @p soft -t $hive
also "^✓ good  About good$"
also "^4 scripts, 1 target: 3 pass, 1 not run \(1 needs a directory\)\. Nothing was$"
expect 0 "^✓ asks  About asks$" all run asks -t $hive

# --- nothing to look at is not fine --------------------------------------------------------------
rm "$site/unsure.lua"
expect 1 "^1 script, 1 target: 1 not run" all run -t $hive --category store --severity medium
expect 0 "^1 script, 1 target: 1 pass" all run -t $hive -t $ldif --category store --severity medium

# --- a plan of all of them, and what becomes of it -----------------------------------------------
expect 2 "^kbmend: wrote $scratch/plan.json$" all plan -t $hive -o "$scratch/plan.json"
cp $hive "$scratch/SYSTEM"
expect 0 "^fixed: 1 change, written and verified$" all run -t "$scratch/SYSTEM" --apply --yes --state-dir "$scratch/state"

# --- how often all stock scripts ask the directory: each question once, or little more ------------
use=$("$kbmend" run -v -t $hive -t $ldif 2>&1 >/dev/null | sed -n 's/^kbmend: scripts searched the directory \([0-9]*\) times, with \([0-9]*\) different questions: \([0-9]*\) requests were made$/\1 \2 \3/p')
read -r searches questions requests <<USE
$use
USE
check [ "$questions" -gt 5 ]
check [ "$searches" -gt "$questions" ]
check [ "$requests" -le $((3 * questions)) ]
finish
