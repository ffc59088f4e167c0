#!/bin/sh
# kbmend describe: what a stock script's cases say of it, and what a site's say of its own.
# usage: describe.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

describe() { "$kbmend" describe "$@"; }
imc='HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.Parameters'
expect 0 "^looks at     $imc$" describe Q298565
also "^                \[SiteDN\]$"
also "^may change   set_value HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.$"
also "^by hand      start the Microsoft Exchange Internet Mail Connector service$"
also "^sample$"
also "^  case [a-z-]+$"
also "^  verdict fail$"
also "^  change set_value$"
also "^    before   "
check awk 'length > 80 { exit 1 }' "$scratch/out"
expect 0 '^  "cases": \{$' describe Q298565 -f json
also '^    "may_change": \[$'
also '^      "set_value HKLM..SYSTEM..CurrentControlSet..Services..MSExchangeIMC..Parameters \[SiteDN\]",?$'

# Of another version nothing is known; beside a site's script there may be its own.
sed 's/severity = "high"/severity = "low"/' scripts/exchange/Q298565.lua >"$scratch/Q298565.lua"
expect 0 "^severity     low$" describe Q298565 --scripts "$scratch"
never "looks at|may change|^sample"
hash=$(hash_of "$scratch/Q298565.lua")
printf 'script %s\nplace here\nchange set_value \033[31mthere\nnew word\nmanual look\nsample verdict fail' "$hash" \
	>"$scratch/Q298565.facts"
expect 0 "^looks at     here$" describe Q298565 --scripts "$scratch"
also '^may change   set_value \\x1B\[31mthere$'
also "^by hand      look$"
also "^  verdict fail$"
never "new word"
expect 0 "^looks at     here$" describe "$scratch/Q298565.lua"
printf 'script %s\nplace here\n' "$(echo | sha256sum | cut -c -64)" >"$scratch/Q298565.facts"
expect 0 "^severity     low$" describe "$scratch/Q298565.lua"
never "looks at"
ln -sf /dev/zero "$scratch/Q298565.facts"
expect 0 "^severity     low$" describe "$scratch/Q298565.lua"

# --- how they are made ---------------------------------------------------------------------------
tree=$scratch/tree
mkdir -p "$tree/scripts/a" "$tree/tests/scripts/x/one" "$tree/tests/scripts/x/two" "$tree/tests/scripts/x/zero"
: >"$tree/scripts/a/x.lua"
: >"$tree/scripts/a/y.lua"
cat >"$tree/tests/scripts/x/one/expected.txt" <<'TEXT'
exit 2
verdict fail
reason one
finding f: one
  where    -
manual by hand
TEXT
cat >"$tree/tests/scripts/x/two/expected.txt" <<'TEXT'
exit 2
verdict fail
finding f: two
  where    K [V]
change set_value K [V], risk low
  after    REG_SZ <a\nb>
manual by hand
read twice true
TEXT
printf 'exit 0\nverdict pass\nreason change nothing\n' >"$tree/tests/scripts/x/zero/expected.txt"
sh host/command/facts.sh "$tree" "$scratch/made"
cat >"$scratch/want" <<TEXT
script $(hash_of "$tree/scripts/a/x.lua")
manual by hand
place K [V]
change set_value K [V]
sample case two
sample verdict fail
sample finding f: two
sample   where    K [V]
sample change set_value K [V], risk low
sample   after    REG_SZ <a\\nb>
sample manual by hand
TEXT
check diff -u "$scratch/want" "$scratch/made/x.facts"
check [ ! -e "$scratch/made/y.facts" ]
finish
