#!/bin/sh
# kbmend reg check: on sound, damaged, dirty and cut hives, and on what is none.
# usage: check.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

reg_check() { "$kbmend" reg check "$@"; }
# patched NAME OFFSET BYTES: a copy of the hive with these bytes.
patched() {
	cp $hive "$scratch/$1"
	patch "$scratch/$1" "$2" "$3"
}

# --- a sound one -------------------------------------------------------------------------------
expect 0 "^✓ $hive: a hive of format 1\.[35], sound$" reg_check $hive
also "^  [0-9]+ keys, [0-9]+ values, 1 security descriptor$"
also "^  [0-9]+ cells in use, [0-9]+ free \([0-9]+ bytes\)$"
never "problem|odd"
reg_check $hive -q >"$scratch/out" 2>"$scratch/err" || fail "-q failed"
[ ! -s "$scratch/out" ] || fail "-q said something"
expect 0 '^  "sound": true,$' reg_check $hive -f json
also '^  "schema": "kbmend.check/1",$'
also '^    "count": 0,$'
expect 0 '^\{"schema":"kbmend.check/1",.*"sound":true' reg_check $hive -f jsonl
expect 0 '^field,value$' reg_check $hive -f csv
also "^path,$hive$"
also '^sound,true$'
also '^oddities,0$'
never mounted
expect 0 "^ok   $hive: a hive" env LC_ALL=C "$kbmend" reg check $hive

"$kbmend" reg check --help | tr -s ' \n' ' ' >"$scratch/help"
expect 0 'The exit status is that of the worst: 3, 1, 2, 0; what could not be told counts more than damage' cat "$scratch/help"
mkdir "$scratch/folder"
cp $hive "$scratch/folder/SYSTEM"
patch "$scratch/folder/SYSTEM" 4152 c
expect 2 '^✗' reg_check "$scratch/folder"
head -c 300 $hive >"$scratch/folder/SAM"
expect 1 '^✗' reg_check "$scratch/folder"

# --- damaged ones ------------------------------------------------------------------------------
# The root key is the first cell: its count of subkeys at 20, of values at 36, its name's length at 72.
patched count 4152 'c'
expect 2 "^✗ $scratch/count: a hive of format 1\.[35], damaged$" reg_check "$scratch/count"
also "^  1 problem$"
also "the key at file offset 0x1020 says it has 99 subkeys"
expect 2 "^✗" reg_check "$scratch/count" -q
also "the key at file offset 0x1020"
never "cells in use"
expect 2 '^  "sound": false,$' reg_check "$scratch/count" -f json
also '^      "the key at file offset 0x1020 says it has 99 subkeys, its list holds [0-9]+"$'
expect 2 '^problem,"the key at file offset 0x1020 says it has 99 subkeys, its list holds' reg_check "$scratch/count" -f csv
also '^sound,false$'
also '^problems,1$'
patched bin 4096 'nbin'
expect 2 "^✗ $scratch/bin: a hive of format 1\.[35], damaged$" reg_check "$scratch/bin"
also "^    no sound bin \(hbin\) begins at file offset 0x1000$"
also "^    the root key, at file offset 0x1020 by the base block, cannot be read: the$"
also "^  0 keys, 0 values, 0 security descriptors$"
expect 2 '^  "sound": false,$' reg_check "$scratch/bin" -f json
also '^  "format": "1\.[35]",$'
also '"no sound bin \(hbin\) begins at file offset 0x1000"'
expect 2 '"sound":false,.*file offset 0x1000' reg_check "$scratch/bin" -f jsonl
# The root key: no key at all, a free cell, one of no size; where the base block leads to none.
patched nokey 4132 'xx'
expect 2 "damaged$" reg_check "$scratch/nokey"
also "the root key, at file offset 0x1020 by the base block, cannot be read: the"
also "cell at file offset 0x1020 should hold a key \(nk\) and does not"
expect 2 '"the root key, at file offset 0x1020 .* should hold a key' reg_check "$scratch/nokey" -f json
patched freed 4131 '\0'
expect 2 "the root key, at file offset 0x1020" reg_check "$scratch/freed"
patched none 4128 '\0\0\0\0'
expect 2 "the root key, at file offset 0x1020" reg_check "$scratch/none"
also "the cell at file offset 0x1020 has a size \(0x00000000\) that does not fit"
# Who wants to read keys is told that there are none, as before.
expect 1 "is a hive whose first bin \(file offset 0x1000\) is damaged" "$kbmend" reg ls "$scratch/bin"
expect 1 "is a hive whose root key cannot be read" "$kbmend" reg ls "$scratch/nokey"
# No key is found: more cells than are shown have nothing that refers to them.
patched list 4152 '\0\0\0\0'
expect 2 "says that [0-9]+ keys use it, 1" reg_check "$scratch/list"
also "^  [0-9]+ odd places$"
also "^    and [0-9]+ more$"

# --- dirty, cut, unreadable ----------------------------------------------------------------------
patched dirty 4 '\376'
expect 1 "^\? $scratch/dirty: a hive of format 1\.[35], dirty: " reg_check "$scratch/dirty"
also "logs"
also "^  [0-9]+ keys"
expect 1 '^  "sound": null,$' reg_check "$scratch/dirty" -f json
expect 1 "^\? " reg_check "$scratch/dirty" -q
cp $hive "$scratch/sum" # whose numbers do not say that anything is missing
printf X | dd of="$scratch/sum" bs=1 seek=508 conv=notrunc 2>/dev/null
expect 1 "sum: a hive of format 1.3, dirty: the checksum of its base$" reg_check "$scratch/sum"
never 'its last changes'
expect 1 '"reason": "the checksum of its base block is wrong: logs may hold changes, and whether it is sound with them cannot be told; no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along"' \
	reg_check "$scratch/sum" -f json
expect 1 'the checksum of its base block is wrong: logs may hold changes' reg_check "$scratch/sum" -f csv
head -c 8192 $hive >"$scratch/cut"
expect 2 "the hive is cut: 4096 of the [0-9]+ bytes" reg_check "$scratch/cut"
expect 1 "^kbmend: examples/exch1/SYSTEM.reg: is a .reg export, not a registry hive$" \
	reg_check examples/exch1/SYSTEM.reg
expect 1 "^kbmend: examples/exch1/directory.ldif: is an LDIF file, not a registry hive$" \
	reg_check examples/exch1/directory.ldif
expect 1 "^kbmend: $scratch/missing: " reg_check "$scratch/missing"
head -c 4096 $hive >"$scratch/stub"
expect 1 "^kbmend: $scratch/stub: is the beginning of a registry hive" reg_check "$scratch/stub"

# --- the command line ------------------------------------------------------------------------------
expect 64 "" reg_check
expect 64 "" reg_check $hive $hive
expect 64 "" reg_check $hive --control-set 1
expect 0 "^  2   there is a problem$" reg_check --help

# --- real hives, where they are --------------------------------------------------------------------
for file in ${real:+"$real"/*.xz "$real"/dirty/*.xz}; do
	case $file in *.dump.xz | *.LOG*) continue ;; esac
	name=$(basename "$file" .xz)
	[ -r "$file" ] || continue
	xz -dc "$file" >"$scratch/$name"
	case $file in
	*/dirty/*) expect 1 "sequence numbers [0-9]+ and [0-9]+ differ" reg_check "$scratch/$name" ;;
	*/BadListHive.xz | */SAMBadHBinHeader.xz | */TruncatedHive.xz)
		expect 2 "problem" reg_check "$scratch/$name"
		;;
	*)
		expect 0 ", sound$" reg_check "$scratch/$name"
		never "problem|odd"
		;;
	esac
	rm "$scratch/$name"
done

finish
