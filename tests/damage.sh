#!/bin/sh
# Hives with a broken cell: what can be read is shown, what cannot is counted and located, and a script is told
# `unknown` where it needs that, and nowhere else.
# usage: damage.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

reg() { "$kbmend" reg "$@"; }
# place TEXT: where it stands in the file.
place() {
	LC_ALL=C grep -abo -m 1 -- "$1" "$hive" | head -n 1 | cut -d : -f 1
}

cat >"$scratch/in.reg" <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Classes]

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft]

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor]

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Alpha]
"Sound"="alpha"

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Broken]
"Inside"="lost"

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Gamma]
"First"="one"
"Second"="two"
"Third"=dword:00000003
REG
make_hive() {
	hive=$scratch/SOFTWARE
	"$reg2hive" --hive SOFTWARE "$scratch/in.reg" "$hive"
}

# --- a key that is broken: its record is 76 bytes before its name ------------------------------------
make_hive
key=$(($(place Broken) - 76))
patch "$hive" "$key" 'kn'
offset=$(printf '0x%X' $((key - 4)))
expect 1 "^K.Vendor.Gamma" reg dump "$hive"
also "^V.Vendor.Gamma.Third.4.03000000$"
never "Broken"
errors "^kbmend: $hive: 1 place in the hive could not be read, and what lies there is missing$"
errors "^kbmend:   Vendor: a subkey: the cell at file offset $offset should hold a key \(nk\)"
expect 1 "^Gamma.$" reg ls "$hive" Vendor
also "^Alpha.$"
errors "^kbmend: $hive: 1 place in the hive could not be read"
errors "^kbmend:   Vendor: a subkey: the cell at file offset $offset "
expect 1 "^\{\"kind\":\"damage\",\"key\":\"Vendor\",\"offset\":$((key - 4)),\"reason\":\"a subkey: " \
	reg ls "$hive" Vendor -f jsonl
expect 1 '^\[\{"kind":"key","name":"Alpha"' reg ls "$hive" Vendor -f json
also '^\]$'
also '^,\{"kind":"damage"'
expect 1 "1 place in the hive" reg dump "$hive" -q
silent "a subkey:"
# What does not need it is as ever.
expect 0 "^two$" reg get "$hive" 'Vendor\Gamma' Second
expect 0 "^Third" reg get "$hive" 'vendor\GAMMA'
expect 0 "^Vendor" reg ls "$hive"
[ ! -s "$scratch/err" ] || fail "an error, although nothing is broken there"
expect 1 "file offset $offset .*: whether the key is there cannot be told" \
	reg get "$hive" 'Vendor\Broken' Inside
expect 1 "file offset $offset " reg get "$hive" 'Vendor\None' Inside

# --- a value whose data is broken, and one whose record is: 20 bytes before its name ----------------
make_hive
value=$(($(place Second) - 20))
patch "$hive" $((value + 8)) '\0\0\0\120'
expect 1 "^First +REG_SZ +\"one\"$" reg get "$hive" 'Vendor\Gamma'
also "^Third +REG_DWORD"
never "Second"
errors "^kbmend:   Vendor.Gamma: the data of the value 'Second': .*0x50001000 lies beyond the end of the file$"
expect 1 "^V.Vendor.Alpha.Sound" reg dump "$hive"
errors "^kbmend:   Vendor.Gamma: the data of the value 'Second'"
expect 0 "^one$" reg get "$hive" 'Vendor\Gamma' First
expect 1 "Gamma: the cell at file offset 0x50001000 lies beyond the end of the file$" \
	reg get "$hive" 'Vendor\Gamma' Second
expect 1 "no value 'None'" reg get "$hive" 'Vendor\Gamma' None
patch "$hive" "$value" 'xx'
expect 1 "^First" reg ls "$hive" 'Vendor\Gamma'
errors "^kbmend:   Vendor.Gamma: a value: the cell at file offset $(printf '0x%X' $((value - 4))) should hold a value"
expect 1 "whether the value is there cannot be told" reg get "$hive" 'Vendor\Gamma' None
expect 0 "^one$" reg get "$hive" 'Vendor\Gamma' First

# --- scripts ----------------------------------------------------------------------------------------
# ask NAME LUA: a script that passes with what the expression gives.
ask() {
	cat >"$scratch/$1.lua" <<LUA
return {
  api = 1, id = "$1", version = "1.0.0", title = "Asks", severity = "info", categories = { "test" },
  description = "Asks.",
  needs = { registry = { "SOFTWARE", "HARDWARE" } },
  check = function(target) return target:pass("it is " .. tostring($2)) end,
}
LUA
	"$kbmend" run "$scratch/$1.lua" -t "$hive" -f jsonl
}
gamma='target.registry:key("HKLM\\SOFTWARE\\Vendor\\Gamma")'
vendor='target.registry:key("HKLM\\SOFTWARE\\Vendor")'
expect 0 'it is one"' ask intact "target.registry:get('HKLM\\\\SOFTWARE\\\\Vendor\\\\Gamma', 'First').data"
expect 0 'it is 3"' ask keys "#$vendor:subkeys()"
expect 1 "cannot be told" ask lost "target.registry:get('HKLM\\\\SOFTWARE\\\\Vendor\\\\Gamma', 'Second')"
also "file offset 0x"
never "it is"
expect 1 "should hold a value" ask values "#$gamma:values()"
also "file offset 0x"
never "it is"
# pcall does not turn it into an absence.
expect 1 "cannot be told" ask caught "pcall($gamma.get, $gamma, 'Second')"
never "it is"
expect 0 'it is unknown"' ask tried "(target.registry:try_get('HKLM\\\\SOFTWARE\\\\Vendor\\\\Gamma', 'Second'))"
make_hive
patch "$hive" $(($(place Broken) - 76)) 'kn'
expect 1 "cannot be told" ask key "target.registry:key('HKLM\\\\SOFTWARE\\\\Vendor\\\\Broken')"
never "it is"
expect 1 "should hold a key" ask subkeys "#$vendor:subkeys()"
never "it is"
expect 0 'it is nil"' ask absent "target.registry:get('HKLM\\\\SOFTWARE\\\\Vendor\\\\Gamma', 'None')"

# --- a cut hive, and many broken places ------------------------------------------------------------
make_hive
i=0
{
	cat "$scratch/in.reg"
	while [ $i -lt 40 ]; do
		printf '\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Many]\n"Lost%d"=hex:01,02,03,04,05\n' $i
		i=$((i + 1))
	done
} >"$scratch/many.reg"
"$reg2hive" --hive SOFTWARE "$scratch/many.reg" "$hive"
for at in $(LC_ALL=C grep -abo 'Lost[0-9]' "$hive" | cut -d : -f 1); do
	patch "$hive" $((at - 20)) 'xx'
done
expect 1 "^kbmend: $hive: 40 places in the hive could not be read" reg ls "$hive" Many
[ "$(wc -l <"$scratch/err")" -eq 18 ] || fail "not 16 places told"
errors "^kbmend:   and 24 more: kbmend reg check $hive\$"
expect 1 '^,\{"incomplete":true,"places":40\}$' reg ls "$hive" Many -f json
expect 1 '^\{"incomplete":true,"places":40\}$' reg find "$hive" Many -f jsonl
expect 1 "^kbmend: $hive: the export is not whole: 40 places could not be read$" reg export "$hive" -o "$scratch/many.out"
errors '^kbmend: not exported: what lies in 24 more such places$'
[ "$(wc -l <"$scratch/err")" -eq 18 ] || fail "not 16 places told of the export"
head -c 8192 examples/exch1/SYSTEM >"$scratch/cut"
expect 1 "^kbmend:   the hive is cut: 4096 of the [0-9]+ bytes" reg dump "$scratch/cut"
also "^K"

# --- what exists in memory only -----------------------------------------------------------------------
make_hive
expect 1 "HARDWARE is volatile: it exists in memory while Windows runs, and in no hive file" \
	reg ls "$hive" 'HKLM\HARDWARE\DESCRIPTION'
expect 1 "HARDWARE is volatile" reg get "$hive" 'HKEY_LOCAL_MACHINE\hardware' x
expect 1 "HARDWARE is volatile" reg ls "$scratch/in.reg" 'HKLM\HARDWARE'
"$reg2hive" "$scratch/in.reg" "$scratch/other" # is no hive of a machine
expect 1 "HARDWARE is volatile" reg ls "$scratch/other" 'HKLM\HARDWARE'
expect 64 "what this hive is in a registry is not known" reg ls "$scratch/other" 'HKLM\HARDWAREX'

expect 1 'HARDWARE is volatile: it exists in memory' \
	ask volatile "target.registry:get('HKLM\\\\HARDWARE\\\\DESCRIPTION', 'x')"
never "it is nil"

# --- real ones, where they are --------------------------------------------------------------------------
for file in ${real:+"$real"/*.xz}; do
	name=$(basename "$file" .xz)
	[ -r "$file" ] || continue
	xz -dc "$file" >"$scratch/$name"
	case $name in
	*.dump) continue ;;
	BadListHive) expect 1 "^K.3.subkey" reg dump "$scratch/$name" ;;
	TruncatedHive) expect 1 "^kbmend:   key_with_many_subkeys: a part of its list" reg dump "$scratch/$name" ;;
	SAMBadHBinHeader) expect 1 "14 places in the hive" reg dump "$scratch/$name" ;;
	*) expect 0 "^K" reg dump "$scratch/$name" ;;
	esac
	rm "$scratch/$name"
done

finish
