#!/bin/sh
# Two scripts whose plans want different things at one place: shown with both, and neither is applied without a choice.
# usage: conflict.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

cp $hive "$scratch/SYSTEM"
# script ID VALUE [MORE]: sets the value New of a key; MORE stands behind that in its fix.
script() {
	cat >"$scratch/$1.lua" <<LUA
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return { api = 1, id = "$1", version = "1.0.0", severity = "low", title = "About $1",
  params = { size = { type = "string", help = "h", default = "1" } },
  needs = { registry = { "SYSTEM" } },
  check = function(target, params)
    local new = target.registry:get(KEY, "New")
    if new and new.data == "$2" .. params.size then return target:pass("it is there") end
    target:fail{ id = "x", message = "it is bad", because = "so" }
  end,
  fix = function(_, params, _, plan)
    plan:set_value(KEY, "New", "REG_SZ", "$2" .. params.size, { why = "w" }) ${3:-}
  end }
LUA
}
script aa left
script bb right
script cc right
cat >"$scratch/dd.lua" <<'LUA'
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return { api = 1, id = "dd", version = "1.0.0", severity = "low", title = "About dd",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    if target.registry:get(KEY, "Other") then return target:pass("it is there") end
    target:fail{ id = "x", message = "it is bad", because = "so" }
  end,
  fix = function(_, _, _, plan) plan:set_value(KEY, "Other", "REG_SZ", "y", { why = "w" }) end }
LUA
cd "$scratch" || exit 1
run() { "$kbmend" run "$@" -t SYSTEM; }
expect 2 "^[^,]*,,,,conflict,,changes of aa and bb contradict each other .different at one place.: HKLM" run ./aa.lua ./bb.lua -f csv

cat >want <<'TEXT'
conflict aa and bb contradict each other: different at one place
  HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\New
    aa  + New   REG_SZ  "left1"
    bb  + New   REG_SZ  "right1"
Neither is applied. Choose one:
  kbmend run ./aa.lua -t SYSTEM --apply
  kbmend run ./bb.lua -t SYSTEM --apply

2 scripts, 1 target: 2 fail. Nothing was changed.
TEXT
expect 2 "^conflict" run ./aa.lua ./bb.lua
sed -n '/^conflict/,$p' out >came
check diff -u want came
# What both want alike is no conflict.
expect 2 "^together: 1 change; afterwards: pass" run ./bb.lua ./cc.lua
never "conflict|Choose"
# What nothing changes remains wrong, and the common plan says whose findings these are.
cat >hand.lua <<'LUA'
return { api = 1, id = "hand", version = "1.0.0", severity = "low", title = "About hand",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "x", message = "it is odd", because = "so" }
    target:fail{ id = "y", message = "it is odder", because = "so" }
  end,
  fix = function(_, _, finding, plan) plan:manual("look at " .. finding.id, { why = "w" }) end }
LUA
cat >mute.lua <<'LUA'
return { api = 1, id = "mute", version = "1.0.0", severity = "low", title = "About mute",
  needs = { registry = { "SYSTEM" } },
  check = function(target) target:fail{ id = "z", message = "it is", because = "so" } end }
LUA
cat >want <<'TEXT'
together: 1 change, 2 manual steps; afterwards: what is planned passes
          (simulated); 3 findings remain (hand, mute);
          read twice, libregf agrees

TEXT
expect 2 "^together" run ./bb.lua ./hand.lua ./mute.lua
sed -n '/^together/,/^$/p' out >came
check diff -u want came
expect 2 '"remain":\["it is odd","it is odder","it is"\],"read_twice":true\}\},"conflict"' \
	run ./bb.lua ./hand.lua ./mute.lua -f jsonl
expect 2 "^kbmend: wrote plan.json$" "$kbmend" plan ./bb.lua ./mute.lua -t SYSTEM -o plan.json
expect 0 "^ *remain it is$" "$kbmend" show plan.json
rm plan.json
# Where nothing is changed nothing is simulated.
expect 2 "^  plan   2 manual steps$" run ./hand.lua ./mute.lua
never "simulated|remain"
# Who has no part in it goes along with either; each is told what it was told, and no more.
expect 2 "^  kbmend run ./aa.lua ./dd.lua -t SYSTEM --apply$" run ./aa.lua ./bb.lua ./dd.lua
also "^  kbmend run ./bb.lua ./dd.lua -t SYSTEM --apply$"
expect 2 "^  kbmend run ./aa.lua -t SYSTEM -p size=7 --apply$" run ./aa.lua ./bb.lua -p size=7
also '^    bb  \+ New   REG_SZ  "right7"$'
# Three that differ: each is a choice.
script ee middle
expect 2 "^  kbmend run ./ee.lua -t SYSTEM --apply$" run ./aa.lua ./bb.lua ./ee.lua
also "^  kbmend run ./aa.lua -t SYSTEM --apply$"
# A profile's parameters are typed.
mkdir -p site/profiles
cp aa.lua bb.lua site
printf 'return { api = 1, profile = "p", title = "t", scripts = { "aa", { id = "bb", params = { size = "8" } } } }' >site/profiles/p.lua
expect 2 "^  kbmend run bb -t SYSTEM -p size=8 --scripts site --apply$" run @p --scripts site
also "^  kbmend run aa -t SYSTEM --scripts site --apply$"
# Inside a key that the other one deletes.
cat >gone.lua <<'LUA'
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]]
return { api = 1, id = "gone", version = "1.0.0", severity = "low", title = "About gone",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    if not target.registry:key(KEY) then return target:pass("it is gone") end
    target:fail{ id = "x", message = "it is there", because = "so" }
  end,
  fix = function(_, _, _, plan) plan:delete_key(KEY, { why = "w" }) end }
LUA
expect 2 "^conflict gone and aa contradict each other: inside a deleted key$" run ./aa.lua ./gone.lua
also "^    gone  - key HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC and"
also '^    aa  \+ New   REG_SZ  "left1"$'

# --- nothing leaves the house --------------------------------------------------------------------
before=$(hash_of SYSTEM)
expect 3 "contradict each other \(different at one place\)" run ./aa.lua ./bb.lua --apply --yes --state-dir state
also "^Neither is applied\. Choose one:$"
expect 3 "contradict each other" "$kbmend" plan ./aa.lua ./bb.lua -t SYSTEM -o plan.json
expect 3 "contradict each other" run ./aa.lua ./bb.lua --emit reg:fix.reg
check [ ! -e plan.json ] && check [ ! -e fix.reg ]
check [ "$(hash_of SYSTEM)" = "$before" ]
# Programs are told, too.
expect 2 '^      "how": "different at one place",$' run ./aa.lua ./bb.lua -f json
also '^          "script": "bb",$'
also '^    "kbmend run ./aa.lua -t SYSTEM --apply",$'
expect 2 '"conflict":null,"conflicts":\[\],"choices":\[\],' run ./aa.lua -f jsonl
# An export is not written to: there is nothing to apply.
expect 2 "^  kbmend run ./aa.lua -t export.reg$" sh -c "cp '$OLDPWD/examples/exch1/SYSTEM.reg' export.reg; '$kbmend' run ./aa.lua ./bb.lua -t export.reg"
# The choice that is typed does it.
expect 0 "^fixed: 1 change, written and verified$" sh -c "'$kbmend' run ./aa.lua -t SYSTEM --apply --yes --state-dir state"
finish
