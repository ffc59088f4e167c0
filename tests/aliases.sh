#!/bin/sh
# Articles that another article's script serves: run, described, listed and searched by their own ids.
# usage: aliases.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

# script FOLDER ID ALIASES: a script that passes.
script() {
	mkdir -p "$scratch/$1"
	cat >"$scratch/$1/$2.lua" <<LUA
return { api = 1, id = "$2", version = "1.2.3", severity = "low", title = "About $2",
  categories = { "exchange", "mta" }, products = { { name = "Product", versions = "5.5" } },
  symptoms = { { event = 9999, source = "Own", text = "a common thing" } },
  aliases = { $3 }, needs = { registry = { "SYSTEM" } },
  check = function(target) target:pass("seen") end }
LUA
}
script site Q901164 '{ kb = "Q914148", title = "The \u{202E}MTA stops", products = { { name = "Other" } },
  symptoms = { { event = 9301, source = "MSExchangeMTA", text = "a \"rare\", thing" }, { error = -1206 } } },
  { kb = "Q991414", title = "The store stops" }'
site() {
	verb=$1
	shift
	"$kbmend" "$verb" --scripts "$scratch/site" "$@"
}

# --- run and describe ----------------------------------------------------------------------------
expect 0 "^  Q914148 is served by Q901164$" site run Q914148 -t $hive
also "^✓ Q901164  About Q901164$"
also "^1 script, 1 target: 1 pass\. Nothing was changed\.$"
expect 0 "^  Q914148 is served by Q901164$" site run q914148 -t $hive
expect 0 "^✓ Q901164" site run Q901164 -t $hive
never "served"
expect 0 '^      "asked_as": \[$' site run q914148 -t $hive -f json
also '^        "Q914148"$'
expect 0 '"asked_as":\[\],' site run Q901164 -t $hive -f jsonl
expect 0 "^Q914148 is served by Q901164$" site describe Q914148
also "^aliases      Q914148: The .u.202E.MTA stops$"
also "^               Other $|^               Other$"
also '^               event 9301 of MSExchangeMTA: a "rare", thing$'
also "^               error -1206$"
also "^             Q991414: The store stops$"
expect 0 "^aliases      Q914148" site describe Q901164
never "served"
expect 0 '^      "kb": "Q914148",$' site describe Q901164 -f json
also '^      "products": \[$'
also '^          "error": "-1206"$'
never asked_as
expect 0 '^  "asked_as": \[$' site describe Q914148 -f json

# Several ids of one script are one script.
expect 0 "^1 script, 1 target" site run Q914148 Q991414 -t $hive
also "^  Q914148 is served by Q901164$"
also "^  Q991414 is served by Q901164$"
expect 0 "^1 script, 1 target" site run Q914148 Q901164 -t $hive
expect 0 "^1 script, 1 target" site run Q901164 Q914148 -t $hive
also "^  Q914148 is served by Q901164$"
expect 64 "script Q901164 is named twice" site run Q901164 Q914148 Q901164 -t $hive

# A name that nothing has; one that is nearly an alias; one that a broken file may have.
expect 64 "no script 'Q914184'; did you mean Q914148\?$" site run Q914184 -t $hive
expect 64 "no script 'nothing-like-it'; .kbmend list. shows them" site describe nothing-like-it
script broken Q901164 '{ kb = "Q914148", titel = "x" }'
expect 1 "no script is named 'Q914148', which stands in Q901164.lua: aliases\[1\]: unknown field 'titel'" \
	"$kbmend" run Q914148 --scripts "$scratch/broken" -t $hive
# The name need not stand in one piece.
script pieces Q901164 '{ kb = "Q" .. 914148, title = "x" }'
expect 0 "^  Q914148 is served by Q901164$" "$kbmend" run Q914148 --scripts "$scratch/pieces" -t $hive

# --- two that claim one id -----------------------------------------------------------------------
script two Q1001 '{ kb = "Q2000", title = "x" }'
script two Q1002 '{ kb = "Q2000", title = "x" }'
expect 1 "Q2000 is an alias of two scripts: $scratch/two/Q1001.lua, $scratch/two/Q1002.lua" \
	"$kbmend" run Q2000 --scripts "$scratch/two" -t $hive
expect 1 "^Q1002 +error +$scratch/two/Q1002.lua: its alias 'Q2000' is an$" "$kbmend" list --scripts "$scratch/two"
also "^ +alias of $scratch/two/Q1001.lua$"
also "^Q1001 +low"
script id Q1001 '{ kb = "Q1002", title = "x" }, { kb = "Q1003", title = "y" }'
script id Q1002 ''
expect 1 "^Q1001 +error +$scratch/id/Q1001.lua: its alias 'Q1002' is the id$" "$kbmend" list --scripts "$scratch/id"
also "^Q1002 +low"
expect 0 "^✓ Q1002" "$kbmend" run Q1002 --scripts "$scratch/id" -t $hive
never served
# In different folders the one that is searched first has it.
script config/kbmend/scripts Q1004 '{ kb = "Q914148", title = "mine" }, { kb = "Q298565", title = "x" }'
folders() { XDG_CONFIG_HOME="$scratch/config" "$kbmend" "$@"; }
expect 0 "^  Q914148 is served by Q901164$" folders run Q914148 --scripts "$scratch/site" -t $hive
expect 0 "^  Q914148 is served by Q1004$" folders run Q914148 -t $hive
expect 0 "^kbmend: $scratch/config/kbmend/scripts/Q1004.lua: its alias 'Q914148' is passed over: it is an alias of $scratch/site/Q901164.lua$" \
	folders list --scripts "$scratch/site"
errors "Q1004.lua: its alias 'Q298565' is passed over: it is the id of .*/Q298565.lua$"
also "^Q1004 +low +About Q1004$"
never "mine"

# --- list ----------------------------------------------------------------------------------------
expect 0 "^Q901164      low       About Q901164$" site list
also "^  Q914148              The .u.202E.MTA stops$"
also "^[0-9]+ scripts, [0-9]+ aliases, [0-9]+ profiles?\. .kbmend describe ID. tells more\.$"
expect 0 "^id,served_by,severity,title,version,categories,products,symptoms,hives,directory,repairs,on_request,path,shadows,error$" \
	site list -f csv
also "^Q901164,,low,About Q901164,1.2.3,exchange; mta,Product 5.5,event 9999 of Own: a common thing,SYSTEM,no,no,no,$scratch/site/Q901164.lua,,$"
also "^Q914148,Q901164,low,The .*MTA stops,1.2.3,exchange; mta,Other,\"event 9301 of MSExchangeMTA: a \"\"rare\"\", thing; error -1206\",SYSTEM,no,no,no,$scratch/site/Q901164.lua,,$"
also "^Q991414,Q901164,low,The store stops,1.2.3,exchange; mta,Product 5.5,,SYSTEM,no,no,no,"
expect 1 "^Q901164,,,,,,,,,,,,$scratch/broken/Q901164.lua,,\"?Q901164.lua: aliases" \
	"$kbmend" list -f csv --scripts "$scratch/broken"
expect 64 "--format: 'csv' is not text.json.jsonl" site describe Q901164 -f csv

# --- search --------------------------------------------------------------------------------------
expect 0 "^ +event 9301 of MSExchangeMTA \(alias Q914148: The$" site search 9301
also "^Q901164      low       About Q901164$"
expect 0 "^ +alias Q914148: The .u.202E.MTA stops$" site search q914148
expect 0 "^ +alias Q914148" site search KB914148
expect 0 "^ +error -1206 \(alias Q914148" site search 4294966090
expect 0 "^ +error -1206 \(alias Q914148" site search 0xfffffb4a
expect 0 '^ +"store" in the title \(alias Q991414: The store stops\)$' site search store
expect 0 '^ +"rare" in a symptom \(alias Q914148' site search rare
expect 0 '"found":"Q914148","alias":"Q914148"' site search q914148 -f jsonl
expect 0 '"place":"event","found":"event 9999 of Own","alias":null' site search 9999 -f jsonl
expect 1 "no script has 'Q914184'; did you mean 'Q914148'" site search Q914184
finish
