#!/bin/sh
# kbmend reg dump: a hive, an export, or a key of one and all below it.
# usage: dump.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

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

finish
