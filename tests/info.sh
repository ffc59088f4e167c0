#!/bin/sh
# kbmend reg info: of hives of several machines, exports, dirty, cut and damaged ones; logs beside.
# usage: info.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

reg_info() { "$kbmend" reg info "$@"; }
# software NAME: a SOFTWARE hive of the values on standard input.
software() {
	hive_of "$1" SOFTWARE "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]
$(cat)

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes]"
}

# --- a SYSTEM hive and its export ----------------------------------------------------------------
expect 0 "^file              $hive$" reg_info $hive
also "^hive              SYSTEM$"
also "^name inside       SYSTEM$"
also "^state             clean$"
also "^last written      2002-03-04T00:00:00Z$"
also "^control set       ControlSet001$"
also "^                  ControlSet002$"
also "^LastKnownGood     2$"
also "^computer name     EXCH1$"
never "logs|because|not readable"
expect 0 "^control set       ControlSet002$" reg_info $hive --control-set 2
expect 0 '^  "schema": "kbmend.info/1",$' reg_info $hive -f json
also '^  "select_failed": 0,$'
also '^  "primary_sequence": 1,$'
also '^  "logs": \[\],$'
expect 0 '^\{"schema":"kbmend.info/1","path":.*"control_sets":\["ControlSet001","ControlSet002"\]' \
	reg_info $hive -f jsonl
expect 0 "^field,value$" reg_info $hive -f csv
also "^control_sets,ControlSet002$"
expect 0 "^holds of          SYSTEM$" reg_info examples/exch1/SYSTEM.reg
also "^format            REGEDIT4$"
also "^computer name     EXCH1$"
never "sequence"

# --- versions of Windows --------------------------------------------------------------------------
software nt4 <<'REG'
"CurrentVersion"="4.0"
"CurrentBuildNumber"="1381"
"CurrentBuild"="1.511.1 () (Obsolete data - do not use)"
"CSDVersion"="Service Pack 6"
REG
expect 0 "^version           4.0$" reg_info "$scratch/nt4"
also "^build             1381$"
also "^service pack      Service Pack 6$"
also "^hive              SOFTWARE$"
never "Current  |control|^Windows"
software 2000 <<'REG'
"ProductName"="Microsoft Windows 2000"
"CurrentVersion"="5.0"
"CurrentBuildNumber"="2195"
REG
expect 0 "^Windows           Microsoft Windows 2000$" reg_info "$scratch/2000"
software ten <<'REG'
"ProductName"="Windows 10 Pro"
"CurrentMajorVersionNumber"=dword:0000000a
"CurrentMinorVersionNumber"=dword:00000000
"CurrentBuildNumber"="19045"
"UBR"=dword:00000ce1
"DisplayVersion"="22H2"
REG
expect 0 "^major version     10$" reg_info "$scratch/ten"
also "^build revision    3297$"
also "^release           22H2$"
expect 0 "^windows_minor,0$" reg_info "$scratch/ten" -f csv

# --- logs, and what is not clean --------------------------------------------------------------------
mkdir "$scratch/config"
cp $hive "$scratch/config/System"
patch "$scratch/config/System" 4 '\376'
head -c 1024 /dev/zero >"$scratch/config/SYSTEM.LOG2"
: >"$scratch/config/system.Log"
: >"$scratch/config/SYSTEM.LOG3"
: >"$scratch/config/SYSTEM2.LOG"
expect 1 "^state             dirty$" reg_info "$scratch/config/System"
also "^because           the hive is dirty: the checksum of its base block is wrong"
also "^logs beside it    SYSTEM.LOG2, 1024 bytes$"
also "^                  system.Log, 0 bytes$"
never "LOG3|SYSTEM2"
check [ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ]
expect 1 "SYSTEM.LOG2" sh -c "cd '$scratch/config' && '$kbmend' reg info System"
ln -s config/System "$scratch/link" # its logs lie beside what it leads to
expect 1 "^logs beside it    SYSTEM.LOG2, 1024 bytes$" reg_info "$scratch/link"
head -c 8192 $hive >"$scratch/cut"
expect 1 "the hive is cut: 4096 of the" reg_info "$scratch/cut"
also "^state             cut$"
expect 1 "^state,cut$" reg_info "$scratch/cut" -f csv
mkdir "$scratch/folder"
cp "$scratch/cut" "$scratch/folder/SYSTEM"
expect 1 "^                  1\.3, cut, last written" reg_info "$scratch/folder" -q
cp $hive "$scratch/damaged" # the root says that it has more subkeys
patch "$scratch/damaged" 4152 c
expect 1 "^not readable      its count of subkeys: the key at file offset 0x1020 says it$" reg_info "$scratch/damaged"
also "^                  has 99 subkeys, its list holds 4$"
also "^control sets      ControlSet001$"
expect 1 "0x1020 says it has 99" reg_info "$scratch/damaged" -f json
cp $hive "$scratch/list" # the root's list of subkeys is none
patch "$scratch/list" $((0x1114)) x
expect 1 "^state             damaged$" reg_info "$scratch/list"
also "^because           the hive is damaged: the subkey list at file offset 0x1110 is$"
expect 1 '"state":"damaged"' reg_info "$scratch/list" -f jsonl

# --- what it is not for --------------------------------------------------------------------------------
expect 1 "^kbmend: examples/exch1/directory.ldif: is an LDIF file, not a registry$" \
	reg_info examples/exch1/directory.ldif
expect 1 "^kbmend: $scratch/missing: " reg_info "$scratch/missing"
head -c 4096 $hive >"$scratch/stub"
expect 1 "is the beginning of a registry hive" reg_info "$scratch/stub"
expect 64 "an operand is missing" reg_info
expect 64 "unexpected operand" reg_info $hive $hive
expect 64 "'xml' is not text" reg_info $hive -f xml

finish
