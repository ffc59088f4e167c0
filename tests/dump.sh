#!/bin/sh
# kbmend reg dump: a hive, an export, or a key of one and all below it.
# usage: dump.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES [LUA]]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
lua=${3:-lua5.4}

dump() { "$kbmend" reg dump "$@"; }

# --- a key: of the whole dump, the lines of it and of all below it ------------------------------------
# part HIVE KEY PATH: the dump of KEY is what the whole dump has of PATH, to the byte.
part() {
	dump --canonical "$1" | P=$3 awk -F '\t' '{ path = toupper($2); asked = toupper(ENVIRON["P"]) }
		path == asked || index(path, asked "\\") == 1' >"$scratch/truth"
	check [ -s "$scratch/truth" ]
	dump --canonical "$1" "$2" >"$scratch/got"
	check cmp "$scratch/got" "$scratch/truth"
}
part $hive 'ControlSet001\Services' 'ControlSet001\Services'
part $hive '\controlset001\SERVICES' 'ControlSet001\Services'
part $hive 'HKLM\SYSTEM\CurrentControlSet\Services' 'ControlSet001\Services'
part $hive 'HKEY_LOCAL_MACHINE\SYSTEM\Select' Select
part examples/exch1/SYSTEM.reg 'HKLM\SYSTEM\Select' 'HKEY_LOCAL_MACHINE\SYSTEM\Select'
part examples/exch1/SYSTEM.reg Select 'HKEY_LOCAL_MACHINE\SYSTEM\Select'
for root in '' '\' 'HKLM\SYSTEM'; do
	dump $hive "$root" >"$scratch/got"
	dump $hive >"$scratch/truth"
	check cmp "$scratch/got" "$scratch/truth"
done
expect 0 '^K.ControlSet002.Services.[0-9]' dump $hive 'HKLM\SYSTEM\CurrentControlSet\Services' --control-set 2
never 'ControlSet001'
expect 0 '^K.ControlSet002.Services.[0-9]' dump $hive 'CurrentControlSet\Services' --control-set lastknowngood
expect 1 "^kbmend: $hive: no key Selekt; did you mean 'Select'\?$" dump $hive Selekt
check [ ! -s "$scratch/out" ]
expect 1 'SOFTWARE' dump $hive 'HKLM\SOFTWARE'
expect 64 "unexpected operand 'x'" dump $hive Select x

# --- reg ls: of long data a part, and how to see all; whole for programs --------------------------------
long=$(printf '%065536d' 0 | tr 0 x)
text long.reg "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Long]
\"Fits\"=\"$(printf %.4090s "$long")\"
\"Text\"=\"$long\""
ls_long() { "$kbmend" reg ls "$scratch/long.reg" 'HKLM\SOFTWARE\Long' "$@"; }
expect 0 '^Text {26}REG_SZ {9}"x{4095}\.\.\. \(131074 bytes in all; reg get KEY NAME shows them\)$' ls_long
also '^Fits {26}REG_SZ {9}"x{4090}"$'
for format in json jsonl csv; do
	ls_long -f $format >"$scratch/out"
	check [ "$(tr -cs x '\n' <"$scratch/out" | wc -L)" -eq 65536 ]
	never 'bytes in all'
done
"$kbmend" reg get "$scratch/long.reg" 'HKLM\SOFTWARE\Long' Text >"$scratch/out"
check [ "$(wc -c <"$scratch/out")" -eq 65537 ]

# --- a table loses no byte of what is no text --------------------------------------------------------
text odd.reg "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Odd]
\"Odd\"=hex(1):61,00,62
\"Text\"=\"a\""
expect 0 '^value,Odd,REG_SZ,610062,,,$' "$kbmend" reg ls "$scratch/odd.reg" 'HKLM\SOFTWARE\Odd' -f csv
also '^value,Text,REG_SZ,a,,,$'

# --- of a key that an export holds a part of: what there is, and that it is not all ------------------
expect 1 '^kbmend: .*odd.reg: HKLM.SOFTWARE: the export holds only a part of this key; export the whole of HKLM.SOFTWARE$' \
	"$kbmend" reg ls "$scratch/odd.reg" 'HKLM\SOFTWARE'
also '^Odd.$'
expect 0 '^Text ' "$kbmend" reg ls "$scratch/odd.reg" 'HKLM\SOFTWARE\Odd'

# --- for programs -----------------------------------------------------------------------------------
expect 0 '^\[\{"kind":"key","path":"Select","last_written":"126596736000000000"\}$' dump $hive Select -f json
also '^,\{"kind":"value","path":"Select","name":"LastKnownGood","type":"REG_DWORD","number":2\}$'
also '^\]$'
expect 0 '^\{"kind":"value","path":"Select","name":"Failed","type":"REG_DWORD","number":0\}$' dump $hive Select -f jsonl
expect 0 '^kind,path,name,type,data,last_written$' dump $hive Select -f csv
also '^key,Select,,,,2002-03-04T00:00:00Z$'
also '^value,Select,Default,REG_DWORD,1,$'
expect 64 '--canonical is a form of -f text' dump $hive --canonical -f json
check [ ! -s "$scratch/out" ]
cat >"$scratch/rows.lua" <<'END'
-- rows.lua json|jsonl: each row as the canonical form has it, but for names and data, of which it says how long they are
package.path = "tests/scripts/?.lua"
local json = require("json")
local rows = {}
if arg[1] == "json" then
  rows = json.read(io.read("a"))
else
  for line in io.lines() do rows[#rows + 1] = json.read(line) end
end
for _, row in ipairs(rows) do
  local path = type(row.path) == "table" and "?" or (row.path or ""):gsub("[^ -~]", "?")
  print(row.incomplete and "incomplete" or row.kind == "key" and ("K\t%s\t%s"):format(path, row.last_written)
    or row.kind == "damage" and "D" or ("V\t%s"):format(path))
end
END
# same HIVE STATUS: json and jsonl, read by a strict reader, have a row for each line of the dump.
same() {
	dump --canonical "$1" 2>"$scratch/err" | LC_ALL=C sed 's/%....\|[^\t -~]/?/g; s/^\(V\t[^\t]*\)\t.*/\1/' \
		>"$scratch/truth"
	for format in json jsonl; do
		expect "$2" . dump "$1" -f $format
		"$lua" "$scratch/rows.lua" $format <"$scratch/out" >"$scratch/rows" || fail "$format of $1"
		sed 's/??*/?/g' "$scratch/truth" >"$scratch/truth.lines"
		grep -v '^D$\|^incomplete$' "$scratch/rows" | sed 's/??*/?/g' >"$scratch/lines"
		check cmp "$scratch/truth.lines" "$scratch/lines"
		check [ "$(grep -c '^incomplete$' "$scratch/rows")" -eq "$2" ]
	done
}
same $hive 0
same examples/exch1/SYSTEM.reg 0
if [ -n "$real" ] && [ -r "$real/BigDataHive.xz" ]; then
	for name in BigDataHive UnicodeHive StringValuesHive NTUSER.DAT SYSTEM; do
		[ -r "$real/$name.xz" ] || continue
		xz -dc "$real/$name.xz" >"$scratch/$name"
		same "$scratch/$name" 0
	done
fi

# --- what cannot be read ends as incomplete, and is valid -----------------------------------------------
hive_of damaged SYSTEM "[HKEY_LOCAL_MACHINE\SYSTEM\A]
\"First\"=\"one\"
\"Second\"=\"two\"

[HKEY_LOCAL_MACHINE\SYSTEM\B\Below]
"
value=$(($(LC_ALL=C grep -abo Second "$scratch/damaged" | head -n 1 | cut -d : -f 1) - 20))
patch "$scratch/damaged" $((value + 8)) '\0\0\0\120'
same "$scratch/damaged" 1
for question in "dump" "ls" "get" "find"; do
	case $question in
	find) asked='"" A' ;;
	dump) asked='' ;;
	*) asked=A ;;
	esac
	for format in json jsonl; do
		expect 1 '^,?\{"incomplete":true,"places":1\}$' sh -c "'$kbmend' reg $question '$scratch/damaged' $asked -f $format"
		also '"kind":"damage"|"matched"'
		"$lua" "$scratch/rows.lua" $format <"$scratch/out" >"$scratch/rows" || fail "$question in $format"
		check [ "$(tail -n 1 "$scratch/rows")" = incomplete ]
	done
done
expect 1 '^key,A,,,,' dump "$scratch/damaged" -f csv
also '^incomplete,,,,1,$'
expect 1 '^incomplete,,,,1,$' "$kbmend" reg find "$scratch/damaged" "" A -f csv
for question in ls get; do
	expect 1 '^incomplete,,,1,,,$' "$kbmend" reg $question "$scratch/damaged" A -f csv
done
never stale

# --- dirty: what was read may be stale, and the data say so ----------------------------------------------------
cp $hive "$scratch/dirty"
patch "$scratch/dirty" 4 '\376' # and no log beside it
for format in json jsonl; do
	for question in 'dump DIRTY Select' 'ls DIRTY Select' 'get DIRTY Select Current' 'find DIRTY Current Select' 'find DIRTY none Select'; do
		# shellcheck disable=SC2086 # words
		expect 1 '^[,[]?\{"stale":true\}$' "$kbmend" reg $(echo "$question" | sed "s|DIRTY|$scratch/dirty|g") -f $format
		never incomplete
		check [ "$(grep -c stale "$scratch/out")" = 1 ]
		# shellcheck disable=SC2086 # words
		"$kbmend" reg $(echo "$question" | sed "s|DIRTY|$hive|g") -f $format >"$scratch/out" 2>"$scratch/err"
		never stale
	done
done
expect 1 "nothing was found" "$kbmend" reg find "$scratch/dirty" none Select -f json
expect 1 '^stale,,,,,$' "$kbmend" reg find "$scratch/dirty" Current Select -f csv
expect 1 '^stale,,,,,,$' "$kbmend" reg ls "$scratch/dirty" Select -f csv
never incomplete
expect 0 '^value,Current,' "$kbmend" reg ls $hive Select -f csv
never stale
mkdir "$scratch/config" && cp "$scratch/dirty" "$scratch/config/SYSTEM"
expect 1 '^,\{"stale":true\}$' "$kbmend" reg ls "$scratch/config" -f json
never incomplete

# --- what the help says of exit statuses, and what is so ----------------------------------------------------
while read -r command status words; do
	# shellcheck disable=SC2086 # words
	expect "$status" . "$kbmend" reg $command $(echo "$words" | sed "s|HIVE|$hive|g; s|DIRTY|$scratch/dirty|g")
	expect 0 "^  $status  +." "$kbmend" reg "$command" --help
	never 'change is pending|not applicable'
	check [ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ]
done <<END
get 0 HIVE Select Current
get 1 HIVE Select None
get 1 DIRTY Select Current
get 3 DIRTY Select Current --logs require
get 64 HIVE
ls 0 HIVE
ls 1 HIVE None
ls 3 DIRTY --logs require
dump 0 HIVE
dump 1 DIRTY
dump 3 DIRTY --logs require
find 1 HIVE none-such-word
find 3 DIRTY x --logs require
info 0 HIVE
info 1 DIRTY
info 3 DIRTY --logs require
check 0 HIVE
check 3 DIRTY --logs require
diff 3 HIVE DIRTY --logs require
export 3 DIRTY --logs require
recover 3 DIRTY -o $scratch/new --logs require
END

finish
