#!/bin/sh
# kbmend describe: what a stock script's cases say of it, and what a site's say of its own.
# usage: describe.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

describe() { "$kbmend" describe "$@"; }
imc='HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.Parameters'
services='HKLM.SYSTEM.CurrentControlSet.Services'
expect 0 "^looks at     $services.ClusSvc$" describe Q298565
also "^             $imc.$"
also "^               \[SiteDN\]$"
also "^             $services.MSExchangeMTA.Parameters$"
also "^               \[X500 DN, X500DN\]$"
never "^ {16}[^ ]"
also "^searches     cn=Microsoft MTA,cn=EXCH1,"
also "^             o=\*, scope one, filter \(objectClass=\*\)$"
also "^may change   set_value HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.$"
also "^by hand      start the Microsoft Exchange Internet Mail Connector service$"
also "^sample$"
also "^  case wrong-site$"
also "^  verdict fail$"
also "^  change set_value$"
also "^    before   "
check awk 'length > 80 { exit 1 }' "$scratch/out"
expect 0 '^  "cases": \{$' describe Q298565 -f json
also '^    "searches": \[$'
also '^      "the root, scope one, filter \(objectClass=\*\)"$'
also '^    "may_change": \[$'
also '^      "set_value HKLM..SYSTEM..CurrentControlSet..Services..MSExchangeIMC..Parameters \[SiteDN\]",?$'

# Who never plans has a sample, too, and a plain one where there is.
expect 0 "^changes      none: steps for a person only$" describe identity
also "^sample$"
also "^  verdict fail$"
never "plans repairs|^  case (absent|cluster|trap-|companion)"
expect 0 "^changes      plans repairs$" describe Q155027
also "^  change "
never "^  case (absent|cluster|trap-|companion)"
# The names of the cases' own things are many: a few of a sort, unless all are asked for.
expect 0 "^looks at     " describe Q197378
also "^             $services.MSExchangeMTA.Parameters.\*$"
also "^             and 7 more \(-v lists them\)$"
check [ "$(sed -n '/^looks at/,/more/p' "$scratch/out" | grep -c 'HKLM')" -eq 6 ]
check awk 'length > 80 { exit 1 }' "$scratch/out"
expect 0 "^looks at     " describe Q197378 -v
never "more \(-v"
check [ "$(sed -n '/^looks at/,/^may change/p' "$scratch/out" | grep -c 'HKLM')" -gt 12 ]

# Of another version nothing is known; beside a site's script there may be its own.
sed 's/severity = "high"/severity = "low"/' scripts/exchange/Q298565.lua >"$scratch/Q298565.lua"
expect 0 "^severity     low$" describe Q298565 --scripts "$scratch"
also "^cases        its cases are of another version$"
never "looks at|may change|^sample"
expect 0 '^  "cases": null,$' describe Q298565 --scripts "$scratch" -f json
also '^  "no_cases": "its cases are of another version",$'
hash=$(hash_of "$scratch/Q298565.lua")
printf 'script %s\nplace here\nsearch \033[31mall\nchange set_value \033[31mthere\nnew word\nmanual look\nsample verdict fail' "$hash" \
	>"$scratch/Q298565.facts"
expect 0 "^looks at     here$" describe Q298565 --scripts "$scratch"
also '^searches     \\x1B\[31mall$'
also '^may change   set_value \\x1B\[31mthere$'
also "^by hand      look$"
also "^  verdict fail$"
never "new word"
expect 0 "^looks at     here$" describe "$scratch/Q298565.lua"
printf 'script %s\nplace here\n' "$(echo | sha256sum | cut -c -64)" >"$scratch/Q298565.facts"
expect 0 "^severity     low$" describe "$scratch/Q298565.lua"
also "^cases        its cases are of another version$"
never "looks at"
sed 's/id = "Q298565"/id = "own"/' scripts/exchange/Q298565.lua >"$scratch/own.lua"
expect 0 "^cases        no cases are known of it$" describe "$scratch/own.lua"
also "^changes      plans repairs$"
expect 0 '"cases":null,"no_cases":"no cases are known of it",' describe "$scratch/own.lua" -f jsonl
expect 0 '"cases":\{' describe Q298565 -f jsonl
never "no_cases"
ln -sf /dev/zero "$scratch/Q298565.facts"
expect 0 "^severity     low$" describe "$scratch/Q298565.lua"

# --- how they are made ---------------------------------------------------------------------------
tree=$scratch/tree
mkdir -p "$tree/scripts/a" "$tree/tests/scripts/x/one" "$tree/tests/scripts/x/two" "$tree/tests/scripts/x/zero"
: >"$tree/scripts/a/x.lua"
: >"$tree/scripts/a/y.lua"
mkdir "$tree/scripts/profiles"
echo >"$tree/scripts/profiles/x.lua" # no script, whatever it is called
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
# A plain case with a change goes before these, though they are first.
for odd in absent-one cluster companion-a trap-b; do
	mkdir "$tree/tests/scripts/x/$odd"
	printf 'verdict fail\nchange set_value K [V], risk low\n' >"$tree/tests/scripts/x/$odd/expected.txt"
done
# The one that sample.txt names goes before all; it must be one that fails.
: >"$tree/scripts/a/w.lua"
mkdir -p "$tree/tests/scripts/w/first" "$tree/tests/scripts/w/second" "$tree/tests/scripts/w/good"
printf 'verdict fail\nchange set_value K [V], risk low\n' >"$tree/tests/scripts/w/first/expected.txt"
printf 'verdict fail\nmanual a\n' >"$tree/tests/scripts/w/second/expected.txt"
printf 'verdict pass\n' >"$tree/tests/scripts/w/good/expected.txt"
for name in good nothing; do
	echo $name >"$tree/tests/scripts/w/sample.txt"
	expect 1 "w/sample.txt names no case that fails$" sh host/command/facts.sh "$tree" "$scratch/made"
done
echo second >"$tree/tests/scripts/w/sample.txt"
# Without a change in any of them, a plain one.
: >"$tree/scripts/a/z.lua"
mkdir -p "$tree/tests/scripts/z/absent" "$tree/tests/scripts/z/plain" "$tree/tests/scripts/z/quiet"
printf 'verdict fail\nmanual a\n' >"$tree/tests/scripts/z/absent/expected.txt"
printf 'verdict fail\nmanual b\n' >"$tree/tests/scripts/z/plain/expected.txt"
printf 'verdict pass\n' >"$tree/tests/scripts/z/quiet/expected.txt"
printf 'HKLM\\K [V, W]\nsearch o=*, scope one, filter (a=*)\n' >"$tree/tests/scripts/x/reads.txt"
sh host/command/facts.sh "$tree" "$scratch/made"
cat >"$scratch/want" <<TEXT
script $(hash_of "$tree/scripts/a/x.lua")
place HKLM\\K [V, W]
search o=*, scope one, filter (a=*)
change set_value K [V]
manual by hand
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
check grep -qx 'sample case second' "$scratch/made/w.facts"
check [ "$(grep -c '^sample case plain$' "$scratch/made/z.facts")" -eq 1 ]
check [ "$(grep -c '^sample' "$scratch/made/z.facts")" -eq 3 ]
finish
