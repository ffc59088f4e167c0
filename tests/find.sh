#!/bin/sh
# kbmend reg find: parts, patterns, types, times, formats; odd names, damage, broken pipes.
# usage: find.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

reg_find() { "$kbmend" reg find "$@"; }
lines() { check [ "$(wc -l <"$scratch/out")" -eq "$1" ]; }
tab=$(printf '\t')

# Names and data that are hard to print: a slash, case pairs beyond ASCII, a NUL, a lone surrogate.
cat >"$scratch/odd.reg" <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\a/b]
@="default"
"SLASH/es"="one, \"two\""
"ÄΩЖ"="straße"
"list"=hex(7):6f,00,6e,00,65,00,00,00,74,00,77,00,6f,00,00,00,00,00
"raw"=hex:01,de,ad,be,ef
"number"=dword:00000ff6
"lone"=hex(1):78,00,00,d8,79,00,00,00
"nul"=hex(1):61,00,00,00,62,00,00,00
"escape"=hex(1):1b,00,5b,00,33,00,31,00,6d,00,00,00
"=formula"="+1"

[HKEY_LOCAL_MACHINE\SOFTWARE\äωж]
REG
"$reg2hive" --minor 5 --hive SOFTWARE "$scratch/odd.reg" "$scratch/odd"
odd=$scratch/odd

# --- what is found -------------------------------------------------------------------------------
expect 0 "^value${tab}ControlSet001.Services.MSExchangeIMC.Parameters${tab}SiteDN${tab}REG_SZ${tab}\"/o=" \
	reg_find $hive sitedn
lines 2
expect 0 "^key${tab}a/b$" reg_find "$odd" A/B
expect 0 "^key${tab}äωж$" reg_find "$odd" ÄΩЖ --in keys
lines 1
expect 0 "^value${tab}a/b${tab}ÄΩЖ${tab}REG_SZ${tab}\"straße\"$" reg_find "$odd" äωж --in values
lines 1
expect 1 ": nothing was found$" reg_find "$odd" strasse
reg_find "$odd" strasse -q >"$scratch/out" 2>&1
check [ $? -eq 1 ]
check [ ! -s "$scratch/out" ]
expect 0 "^data${tab}a/b${tab}list${tab}REG_MULTI_SZ" reg_find "$odd" TWO --exact
expect 0 "^data${tab}a/b${tab}raw${tab}REG_BINARY${tab}01 de ad be ef$" reg_find "$odd" deadbeef
expect 0 "^data${tab}a/b${tab}raw" reg_find "$odd" hex:de,ad
expect 0 "^data${tab}a/b${tab}number${tab}REG_DWORD" reg_find "$odd" 4086 --exact
expect 0 "^data${tab}a/b${tab}number" reg_find "$odd" 0xff6
expect 0 "^data${tab}a/b${tab}@${tab}REG_SZ${tab}\"default\"$" reg_find "$odd" default
expect 0 "${tab}\"x.u[{]D800[}]y\"$" reg_find "$odd" '\ud800' --regex
expect 0 "${tab}nul${tab}" reg_find "$odd" 'a\u0000b' --regex --exact
expect 0 "x1B" reg_find "$odd" '[31m' --in data
check [ "$(tr -d '[:print:][:space:]' <"$scratch/out" | wc -c)" -eq 0 ]
expect 0 "${tab}number${tab}" reg_find "$odd" '' --type dword
lines 1
expect 0 "" reg_find "$odd" '' --type REG_DWORD,3
lines 2
expect 0 "" reg_find "$odd" '' --type 4 --type reg_binary
lines 2
expect 64 "type is about values" reg_find "$odd" x --type 4 --in keys
expect 64 "'REG_FOO' is no type of a value" reg_find "$odd" x --type REG_FOO
expect 64 "did you mean values" reg_find "$odd" x --in vlues
for list in , keys, ,keys ''; do expect 64 "^kbmend: --in: " reg_find "$odd" x --in "$list"; done

# --- below a key, and when -----------------------------------------------------------------------
expect 0 "" reg_find $hive sitedn 'HKLM\SYSTEM\CurrentControlSet'
lines 1
also "^value${tab}ControlSet001.Services"
expect 0 "^value${tab}ControlSet002.Services" reg_find $hive sitedn 'currentcontrolset' --control-set 2
expect 0 "^value${tab}HKEY_LOCAL_MACHINE.SYSTEM.ControlSet001.Services" \
	reg_find examples/exch1/SYSTEM.reg sitedn 'HKLM\SYSTEM\CurrentControlSet\Services'
lines 1
path=$(cut -f 2 "$scratch/out")
expect 0 "/o=Contoso" "$kbmend" reg get examples/exch1/SYSTEM.reg "$path" SiteDN
expect 0 "" reg_find $hive sitedn '\'
lines 2
expect 1 "no key ControlSet001.Servces; did you mean 'Services'" reg_find $hive x 'ControlSet001\Servces'
"$reg2hive" --hive SOFTWARE --time 126596736000000000 "$scratch/odd.reg" "$scratch/time"
expect 0 "^key" reg_find "$scratch/time" / --newer 2002-03-04
expect 0 "^key" reg_find "$scratch/time" / --newer 2002-03-04T00:00:00Z
expect 1 "nothing was found" reg_find "$scratch/time" / --newer '2002-03-04 00:00:01'
expect 64 "--newer is for hives: $scratch/odd.reg is a .reg export, which has no times\$" \
	reg_find "$scratch/odd.reg" '' --newer 2002-03-04
for date in 2002-02-30 yesterday 2002-03-04T25:00 1600-01-01; do
	expect 64 "newer: '$date' is not a date" reg_find $hive x --newer "$date"
done

# --- formats ---------------------------------------------------------------------------------------
expect 0 "^matched,path,name,type,data,last_written$" reg_find "$odd" slash -f csv
also '^value,a/b,SLASH/es,REG_SZ,"one, ""two""",[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$'
expect 0 '^"?data"?,a/b,list,REG_MULTI_SZ,one\\x00two,' reg_find "$odd" two -f csv
expect 1 "^matched,path,name" reg_find "$odd" nothing-of-that -f csv
expect 1 '^\[\]$' reg_find "$odd" nothing-of-that -f json
expect 0 '^\{"kind":"value","name":"SLASH/es","type":"REG_SZ",.*"path":"a/b".*"matched":\["value"\]\}$' \
	reg_find "$odd" slash -f jsonl
expect 0 '^\[\{"kind":"key"' reg_find "$odd" a/b -f json
expect 0 "^kind,name,type,data,last_written,subkeys,values$" "$kbmend" reg ls "$odd" -f csv
also "^key,a/b,,,[0-9T:-]+Z,0,10$"
expect 0 "^value,raw,REG_BINARY,01deadbeef,,,$" "$kbmend" reg get "$odd" a/b -f csv
expect 0 "^value,number,REG_DWORD,4086,,,$" "$kbmend" reg get "$odd" a/b number -f csv
expect 64 "^kbmend: --format: 'csv' is not text" "$kbmend" describe Q298565 -f csv
expect 64 "^kbmend: --format: 'ldif' is not text" reg_find "$odd" x -f ldif

# --- hostile patterns --------------------------------------------------------------------------------
for pattern in 'a(' 'a)' '[a' '*' 'a{3,2}' 'a{65536}' 'C:\Windows' 'c:\windows' 'a\' '[[:foo:]]' '[[.a.]]' \
	'[z-a]' '(*UTF)a' 'a\Cb' '((a{255}){255}){255}'; do
	expect 64 "^kbmend: $hive: the pattern's character [0-9]+: " reg_find $hive --regex "$pattern"
done
expect 64 "" reg_find $hive "$(printf 'a\377')"
cat >"$scratch/long.reg" <<REG
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\\$(head -c 200 /dev/zero | tr '\0' a)b]
REG
"$reg2hive" --minor 5 --hive SOFTWARE "$scratch/long.reg" "$scratch/long"
expect 1 "the expression takes too long, .* make it simpler" reg_find "$scratch/long" --regex '(a+)+$'
never "nothing was found"
expect 64 "the pattern has more than" reg_find $hive "$(head -c 5000 /dev/zero | tr '\0' a)"
expect 64 "quantifier does not follow" reg_find $hive --regex -- '+'

# --- damaged, dirty, cut, none ------------------------------------------------------------------------
cp $hive "$scratch/count"
patch "$scratch/count" 4152 c
# told LINE...: standard error of the last command, line for line.
told() {
	printf 'kbmend: %s\n' "$@" >"$scratch/expected"
	check cmp "$scratch/expected" "$scratch/err"
}
one="1 place in the hive could not be read, and what lies there is missing"
reason="its count of subkeys: the key at file offset 0x1020 says it has 99 subkeys, its list holds 4"
expect 1 "^value" reg_find "$scratch/count" sitedn
lines 2
told "$scratch/count: $one" "  the root key: $reason"
expect 1 "^kbmend" reg_find "$scratch/count" sitedn -q
lines 2
told "$scratch/count: $one"
expect 1 "^value" reg_find "$scratch/count" sitedn -f csv
also '^incomplete,,,,1,$'
lines 4
told "$scratch/count: $one" "  the root key: $reason"
row="\\{\"kind\":\"damage\",\"key\":\"\",\"offset\":4128,\"reason\":\"$reason\"\\}"
expect 1 "^$row\$" reg_find "$scratch/count" sitedn -f jsonl
lines 4
check [ "$(tail -n 1 "$scratch/out")" = '{"incomplete":true,"places":1}' ]
expect 1 "^,$row\$" reg_find "$scratch/count" sitedn -f json
expect 1 "^\\[$row\$" reg_find "$scratch/count" nothing-of-that -f json
expect 1 "^kbmend" reg_find "$scratch/count" nothing-of-that
lines 0
# What is not searched has no damage to tell.
expect 0 "^value" reg_find "$scratch/count" sitedn ControlSet001
check [ ! -s "$scratch/err" ]
# Below a key: the path is as in what is found, but that a line can hold it.
hive_of names SOFTWARE "$(printf '[HKEY_LOCAL_MACHINE\\SOFTWARE\\50%%\\b]\n"a"="1"\n"other"="2"')" --minor 5
at=$(grep -abo 'vk' "$scratch/names" | cut -d : -f 1 | head -n 1)
patch "$scratch/names" "$at" kv
cell=$(printf '0x%X' $((at - 4)))
expect 1 '^value.50%.b' reg_find "$scratch/names" '' --in values
lines 1
place="a value: the cell at file offset $cell should hold a value (vk) and does not"
told "$scratch/names: $one" "  50%0025\\b: $place"
expect 1 '^value.50%.b' reg_find "$scratch/names" '' '50%\B' --in values
told "$scratch/names: $one" "  50%0025\\b: $place"
expect 0 '^key.50%.b' reg_find "$scratch/names" '' --in keys
# However many places there are, the first ones that it came to are named, and all counted, as a dump does.
head -c 8192 $hive >"$scratch/cut"
"$kbmend" reg dump "$scratch/cut" >"$scratch/out" 2>"$scratch/dumped"
expect 1 "^key.ControlSet001" reg_find "$scratch/cut" ''
check [ "$(wc -l <"$scratch/err")" -eq 19 ]
check [ "$(grep -c '^kbmend:   .*lies beyond the end of the file$' "$scratch/err")" -eq 15 ]
errors "^kbmend:   and [0-9]+ more: kbmend reg check $scratch/cut\$"
check [ "$(head -n 1 "$scratch/dumped")" = "$(head -n 1 "$scratch/err")" ]
cp $hive "$scratch/dirty"
patch "$scratch/dirty" 4 '\376'
expect 1 "no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along; what was read may be stale$" \
	reg_find "$scratch/dirty" sitedn
lines 2
expect 3 "no log can be replayed .--logs require." reg_find "$scratch/dirty" sitedn --logs require
expect 64 "the path HKLM names no hive" reg_find $hive x HKLM
expect 0 "^  1   nothing was found, or not all could be read, or it is dirty; it is said$" reg_find --help
check [ "$(wc -L <"$scratch/out")" -le 80 ]
expect 1 "is an LDIF file, not a registry" reg_find examples/exch1/directory.ldif a
expect 1 "^kbmend: $scratch/missing: " reg_find "$scratch/missing" a
expect 64 "an operand is missing" reg_find $hive
expect 64 "unexpected operand" reg_find $hive a b c

# --- a reader that has seen enough ----------------------------------------------------------------------
"$reg2hive" --big 12 --hive SYSTEM examples/exch1/SYSTEM.reg "$scratch/big"
(reg_find "$scratch/big" '' 2>"$scratch/err" | head -n 1) >"$scratch/out"
lines 1
check [ ! -s "$scratch/err" ]
# The same keys and values as a dump has, but for the root.
reg_find "$scratch/big" '' -f jsonl >"$scratch/all"
check [ "$(wc -l <"$scratch/all")" -eq $(($("$kbmend" reg dump "$scratch/big" | wc -l) - 1)) ]

# --- how far it is, on a terminal only ----------------------------------------------------------------------
if command -v script >/dev/null; then
	slow="(sleep 1; cat >/dev/null)"
	on_terminal() { TERM=xterm script -qec "$1" /dev/null </dev/null >"$scratch/out" 2>&1; }
	erase=$(printf '\r\033\\[K')
	on_terminal "'$kbmend' reg dump '$scratch/big' | $slow"
	also "$erase[0-9,]+ lines.*$erase\$"
	on_terminal "'$kbmend' reg dump '$scratch/big' -q | $slow"
	check [ ! -s "$scratch/out" ]
	on_terminal "'$kbmend' reg dump '$scratch/big' 2>'$scratch/err' | $slow"
	check [ ! -s "$scratch/err" ]
	# What is found still comes alone, however slow its reader is.
	on_terminal "'$kbmend' reg find '$scratch/big' '' -f jsonl | (sleep 1; cat >'$scratch/found')"
	also "$erase[0-9,]+ keys and values searched"
	check cmp -s "$scratch/found" "$scratch/all"
fi

# --- real hives, where they are ---------------------------------------------------------------------------
for dump in ${real:+"$real"/*.dump.xz}; do
	name=$(basename "$dump" .dump.xz)
	[ -r "$real/$name.xz" ] || continue
	xz -dc "$real/$name.xz" >"$scratch/real"
	reg_find "$scratch/real" '' -f jsonl >"$scratch/all" 2>"$scratch/err"
	check [ "$(wc -l <"$scratch/all")" -eq $(($(xz -dc "$dump" | wc -l) - 1)) ]
done

# Two keys refer to one list: it is searched as the one's whose keys it holds.
if [ -r "${real:-/nowhere}/BadListHive.xz" ]; then
	xz -dc "$real/BadListHive.xz" >"$scratch/real"
	expect 1 '^key.3.subkey$' reg_find "$scratch/real" subkey --in keys
	lines 1
	check grep -q 'is that of the key at 0x1380' "$scratch/err"
fi

finish
