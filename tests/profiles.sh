#!/bin/sh
# Profiles: scripts that run together under one name, with parameters.
# usage: profiles.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

site=$scratch/site
mkdir -p "$site/profiles"
number=0
for id in one two; do
	number=$((number + 1))
	cat >"$site/$id.lua" <<LUA
return { api = 1, id = "$id", version = "1.0.0", severity = "low", title = "About $id",
  aliases = { { kb = "Q133$number", title = "Alias of $id" } },
  params = { server = { type = "string", help = "h" }, deep = { type = "boolean", help = "h", default = false },
    count = { type = "integer", help = "h", default = 1 } },
  needs = { registry = { "SYSTEM" } },
  check = function(target, params)
    target:pass(("%s %s %s"):format(params.server or "none", params.deep, params.count))
  end }
LUA
done
# profile NAME FIELDS
profile() {
	printf 'return { api = 1, profile = "%s", title = "The %s ones", %s }\n' "$1" "$1" "$2" >"$site/profiles/$1.lua"
}
profile both 'description = "All of them.",
  scripts = { "one", { id = "two", params = { server = "EXCH2", deep = true, count = 7 } } }'
run() { "$kbmend" run --scripts "$site" "$@" -t $hive -v; }

# --- run -----------------------------------------------------------------------------------------
expect 0 "^  none false 1$" run @both
also "^  EXCH2 true 7$"
also "^2 scripts, 1 target: 2 pass\. Nothing was changed\.$"
expect 0 "^  EXCH2 true 7$" run @BOTH
# What is typed comes first; what two say alike is one.
expect 0 "^  EXCH9 false 1$" run @both -p server=EXCH9
also "^  EXCH9 true 7$"
expect 0 "^2 scripts, 1 target" run @both one
also "^  none false 1$"
expect 0 "^2 scripts, 1 target" run one @both
expect 0 "^2 scripts, 1 target" run @both @both
expect 0 "^2 scripts, 1 target" run @both Q1332
also "^  Q1332 is served by two$"
profile alias 'scripts = { { id = "Q1332", params = { count = 7 } } }'
expect 0 "^  Q1332 is served by two$" run @alias
also "^  none false 7$"
expect 0 "^  EXCH2 true 7$" run @alias @both
profile other 'scripts = { { id = "two", params = { count = 8 } } }'
expect 1 "^kbmend: profile @both: scripts\[2\]: two gets count twice, as '8' and '7'$" run @other @both
# From a path, and through the other commands.
cp "$site/profiles/both.lua" "$scratch/mine.lua"
expect 0 "^  EXCH2 true 7$" run "@$scratch/mine.lua"
expect 64 "nowhere.lua: No such file" run @./nowhere.lua
expect 1 "^kbmend: there is no plan to write" "$kbmend" plan @both --scripts "$site" -t $hive

# --- what is wrong with one ----------------------------------------------------------------------
expect 64 "no profile '@bth'; did you mean @both\?$" run @bth
expect 64 "no profile '@one'; did you mean one\?$" run @one
expect 64 "no script 'both'; did you mean @both\?$" run both
expect 64 "no profile '@zzzzzz'; .kbmend list. shows them" run @zzzzzz
expect 64 "no profile '@'" run @
wrong() {
	profile wrong "$1"
	expect 1 "^kbmend: (profile @wrong: |.*wrong.lua:? ?)$2" run @wrong
}
wrong 'scripts = { "one", "thwo" }' "scripts\[2\]: no script 'thwo'; did you mean two\?$"
wrong 'scripts = { { id = "two", params = { sever = "x" } } }' \
	"scripts\[1\]: two has no parameter 'sever'; did you mean 'server'\?$"
wrong 'scripts = { { id = "two", params = { count = "x" } } }' \
	"scripts\[1\]: parameter count: expected an integer, got 'x'$"
wrong 'scripts = { "@both" }' "scripts\[1\]: '@both' is a profile: name its scripts, a profile holds no other$"
wrong 'scripts = { { id = "@both" } }' "scripts\[1\].id: '@both' is a profile"
wrong 'scripts = { "./one.lua" }' "scripts\[1\]: './one.lua' is no script's id$"
wrong 'scripts = { "one", "ONE" }' "scripts\[2\]: 'ONE' is listed twice$"
wrong 'scripts = {}' "scripts: is empty$"
wrong 'scripts = { 5 }' "scripts\[1\]: expected an id, or \{ id = ..., params = \{ ... \} \}, got an integer$"
wrong 'scripts = { { id = "one", param = {} } }' "scripts\[1\]: unknown field 'param'; did you mean 'params'\?$"
wrong 'scripts = { { id = "one", params = { server = {} } } }' \
	"scripts\[1\].params.server: expected a text, an integer or a boolean, got a table$"
wrong 'scripts = { { id = "one", params = { "x" } } }' "scripts\[1\].params: '1' is no name of a parameter$"
wrong 'sripts = { "one" }' "profile: unknown field 'sripts'; did you mean 'scripts'\?$"
wrong 'scripts = (function() local l = {} for i = 1, 257 do l[i] = "s" .. i end return l end)()' \
	"scripts: 257 items, at most 256$"
wrong 'scripts = { os.getenv("HOME") }' "1: .*global 'os'|1: .*os"
printf 'return { api = 1, profile = "right", title = "x", scripts = { "one" } }' >"$site/profiles/wrong.lua"
expect 1 "wrong.lua: it calls itself 'right'; file and profile must be named alike$" run @wrong
printf 'while true do end' >"$site/profiles/wrong.lua"
expect 1 "exceeded 200 ms of CPU time" run @wrong --timeout 0.2
printf 'return 5' >"$site/profiles/wrong.lua"
expect 1 "wrong.lua: a profile returns one table; this one returns number$" run @wrong

# --- list and describe ---------------------------------------------------------------------------
expect 1 "^@both        profile   The both ones \(2 scripts\)$" "$kbmend" list --scripts "$site"
also "^@wrong       error     wrong.lua: a profile returns one table"
also "^@alias       profile   The alias ones \(1 script\)$"
also "^[0-9]+ scripts, [0-9]+ aliases, [0-9]+ profiles\. .kbmend describe ID. tells more\.$"
never "^both"
expect 1 "^@both,,,The both ones,,,,,,,,,$site/profiles/both.lua,,$" "$kbmend" list --scripts "$site" -f csv
expect 1 '"schema":"kbmend.profile/1","profile":"both","title":"The both ones","scripts":\[\{"id":"one","params":\{\}\},\{"id":"two","params":\{"count":"7","deep":"true","server":"EXCH2"\}\}\]' \
	"$kbmend" list --scripts "$site" -f jsonl
expect 0 "^@both  The both ones$" "$kbmend" describe @both --scripts "$site"
also "^scripts      one$"
also "^             two -p count=7 -p deep=true -p server=EXCH2$"
also "^All of them\.$"
expect 0 '^  "profile": "both",$' "$kbmend" describe @both --scripts "$site" -f json
expect 1 "wrong.lua: a profile returns one table" "$kbmend" describe @wrong --scripts "$site"
# One that hides another.
mkdir -p "$scratch/config/kbmend/scripts/profiles"
cp "$site/profiles/both.lua" "$scratch/config/kbmend/scripts/profiles"
expect 1 "^  hides      $scratch/config/kbmend/scripts/profiles/both.lua$" \
	env XDG_CONFIG_HOME="$scratch/config" "$kbmend" list --scripts "$site"
# --- the profile of Exchange 5.5 names every script that there is for it --------------------------
for script in scripts/exchange/*.lua; do
	[ "$script" != scripts/exchange/identity.lua ] || continue # has a profile of its own
	check grep -qw "\"$(basename "$script" .lua)\"" scripts/profiles/exchange55.lua
done

finish
