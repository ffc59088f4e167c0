#!/bin/sh
# kbmend reg diff: hives and exports in any combination, each way of telling what differs, and the .reg file
# that turns the one into the other, proved by our own reader and by hivexregedit, where that is installed.
# usage: diff.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES [LUA]]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
. tests/merge_reg.sh
lua=${3:-lua5.4}

reg_diff() { "$kbmend" reg diff "$@"; }
diff_in() { (cd "$scratch" && "$kbmend" reg diff "$@"); }
S='HKEY_LOCAL_MACHINE\SYSTEM'
common="[$S]

[$S\\Select]
\"Current\"=dword:00000001

[$S\\ControlSet001\\Same]
@=\"x\"
"
hive_of a SYSTEM "$common
[$S\\ControlSet001\\Changed]
\"short\"=dword:00000001
\"long\"=\"0123456789012345678901234567890123456789\"
\"type\"=\"1\"
\"spelled\"=\"so\"

[$S\\ControlSet001\\Gone\\Below]
@=\"y\"
\"bytes\"=hex:01,02

[$S\\ControlSet001\\Values]
\"left\"=hex(7):61,00,00,00,00,00
"
hive_of b SYSTEM "$common
[$S\\ControlSet001\\Changed]
\"short\"=dword:00000002
\"long\"=\"0123456789012345678901234567890123456789!\"
\"type\"=dword:00000001
\"SPELLED\"=\"so\"

[$S\\ControlSet001\\New]
\"na\\\"me\\\\\"=\"tab	\"

[$S\\ControlSet001\\Values]
@=\"came\"
"

# --- the same ------------------------------------------------------------------------------------
expect 0 "^no difference$" reg_diff $hive $hive
expect 0 "^no difference$" reg_diff $hive examples/exch1/SYSTEM.reg
expect 0 "^no difference$" reg_diff examples/exch1/SYSTEM.reg $hive
expect 0 "^no difference$" reg_diff examples/exch1/SYSTEM.reg examples/exch1/SYSTEM.reg
expect 0 '^\{"schema":"kbmend.diff/1",' reg_diff $hive $hive -f json
also '^\],"same":true\}$'
reg_diff $hive $hive -q >"$scratch/out" 2>&1 || fail "-q failed"
check [ ! -s "$scratch/out" ]
reg_diff $hive $hive -f jsonl >"$scratch/out" 2>&1 || fail "jsonl failed"
check [ ! -s "$scratch/out" ]

# --- text ------------------------------------------------------------------------------------------
expect 2 "^--- a$" diff_in a b
cat >"$scratch/wanted" <<'END'
--- a
+++ b
  HKLM\SYSTEM\ControlSet001\Changed
~   long  REG_SZ
      - "0123456789012345678901234567890123456789"
      + "0123456789012345678901234567890123456789!"
~   short  REG_DWORD  0x1 (1) -> 0x2 (2)
~   type
      -  REG_SZ  "1"
      +  REG_DWORD  0x1 (1)
- HKLM\SYSTEM\ControlSet001\Gone\
- HKLM\SYSTEM\ControlSet001\Gone\Below\
-   @  REG_SZ  "y"
-   bytes  REG_BINARY  01 02
+ HKLM\SYSTEM\ControlSet001\New\
+   na"me\  REG_SZ  "tab\t"
  HKLM\SYSTEM\ControlSet001\Values
+   @  REG_SZ  "came"
-   left  REG_MULTI_SZ  { "a" }

2 keys and 3 values only in the first, 1 key and 2 values only in the second, 3
values changed
END
check cmp "$scratch/wanted" "$scratch/out"
diff "$scratch/wanted" "$scratch/out"
check grep -q "^kbmend: 1 of the keys and values that both have differ in spelling" "$scratch/err"
check [ "$(awk 'length > 80' "$scratch/out" | wc -l)" = 0 ]
expect 2 "31m-" diff_in a b --color always
diff_in a b -q >"$scratch/out" 2>/dev/null
never "only in the first"
# A hive and an export, or two exports: the same lines.
for pair in "a b.reg" "a.reg b" "a.reg b.reg"; do
	# shellcheck disable=SC2086 # two words
	expect 2 "^~   short" diff_in $pair
	sed '1,2d' "$scratch/out" >"$scratch/lines"
	sed '1,2d' "$scratch/wanted" >"$scratch/wanted.lines"
	check cmp "$scratch/wanted.lines" "$scratch/lines"
done
expect 2 '^  HKLM.SYSTEM.CurrentControlSet.Values$' diff_in a b 'HKLM\System\currentcontrolset\values'
never "Gone"
expect 2 '^- HKLM.SYSTEM.ControlSet001.Gone.$' diff_in a b 'ControlSet001\Gone'
also '^2 keys and 2 values only in the first$'
expect 2 '^\+ HKLM.SYSTEM.ControlSet001.New.$' diff_in a b.reg 'ControlSet001\New'
expect 1 "no key ControlSet001.Godn; did you mean 'Gone'" diff_in a b 'ControlSet001\Godn'
expect 0 "^no difference$" diff_in a b 'ControlSet001\Same'

# --- JSON ----------------------------------------------------------------------------------------------
expect 2 '"change":"changed","kind":"value","path":"HKLM\\\\SYSTEM\\\\ControlSet001\\\\Changed","name":"type","before":\{"type":"REG_SZ","text":"1"\},"after":\{"type":"REG_DWORD","number":"?1' diff_in a b -f json
also '^\],"same":false\}$'
also '"first":"a","second":"b"'
check [ "$("$lua" -e 'package.path = "tests/scripts/?.lua"
print(#require("json").read(io.read("a")).differences)' <"$scratch/out")" = 11 ]
expect 2 '^\{"change":"removed","kind":"key","path":"HKLM' diff_in a b -f jsonl
check [ "$(wc -l <"$scratch/out")" = 11 ]

# --- a table -------------------------------------------------------------------------------------------
expect 2 "^change," diff_in a b -f csv
cat >"$scratch/wanted.csv" <<'END'
change,kind,path,name,before_type,before_data,after_type,after_data
changed,value,HKLM\SYSTEM\ControlSet001\Changed,long,REG_SZ,0123456789012345678901234567890123456789,REG_SZ,0123456789012345678901234567890123456789!
changed,value,HKLM\SYSTEM\ControlSet001\Changed,short,REG_DWORD,1,REG_DWORD,2
changed,value,HKLM\SYSTEM\ControlSet001\Changed,type,REG_SZ,1,REG_DWORD,1
removed,key,HKLM\SYSTEM\ControlSet001\Gone,,,,,
removed,key,HKLM\SYSTEM\ControlSet001\Gone\Below,,,,,
removed,value,HKLM\SYSTEM\ControlSet001\Gone\Below,,REG_SZ,y,,
removed,value,HKLM\SYSTEM\ControlSet001\Gone\Below,bytes,REG_BINARY,0102,,
added,key,HKLM\SYSTEM\ControlSet001\New,,,,,
added,value,HKLM\SYSTEM\ControlSet001\New,"na""me\",,,REG_SZ,tab\t
added,value,HKLM\SYSTEM\ControlSet001\Values,,,,REG_SZ,came
removed,value,HKLM\SYSTEM\ControlSet001\Values,left,REG_MULTI_SZ,a,,
END
check cmp "$scratch/wanted.csv" "$scratch/out"
diff "$scratch/wanted.csv" "$scratch/out"
expect 0 "^change,kind,path" diff_in a a -f csv
check [ "$(wc -l <"$scratch/out")" = 1 ]
expect 2 "^kbmend: wrote table.csv$" diff_in a b -f csv -o table.csv
check cmp "$scratch/wanted.csv" "$scratch/table.csv"

# --- a part of a registry: what it does not hold is not absent -------------------------------------------
text part.reg "[$S\\ControlSet001\\Values]
\"left\"=hex(7):61,00,00,00,00,00
"
expect 0 "^no difference in what was compared .4 keys and values were not.$" diff_in a part.reg
check grep -qE "^kbmend: [0-9]+ of the keys and values were not compared: an export" "$scratch/err"
expect 0 '^\],"same":null,"not_compared":4\}$' diff_in a part.reg -f json
expect 0 '^\{"not_compared":4\}$' diff_in a part.reg -f jsonl
expect 0 '^not_compared,,,,,4,,$' diff_in a part.reg -f csv
check [ "$(wc -l <"$scratch/out")" = 2 ]
expect 0 '^; not compared: 4 of the keys and values, as an export that is a part of a registry does not hold them.?$' \
	diff_in a part.reg -f reg --form 4
expect 0 '^REGEDIT4' diff_in a part.reg 'ControlSet001\Values' -f reg --form 4
never 'not compared'
expect 0 '^\],"same":true\}$' diff_in a part.reg 'ControlSet001\Values' -f json
expect 2 '^\],"same":false,"not_compared":[0-9]+\}$' diff_in part.reg b -f json
expect 2 '^\+   @  REG_SZ  "came"$' diff_in part.reg b
never 'Changed|Gone|New'
expect 1 "part.reg: .*does not hold it" diff_in a part.reg 'ControlSet001\Changed'
text deletes.reg "[-$S\\ControlSet001\\Gone]
"
expect 1 "deletes.reg: holds nothing of HKEY_LOCAL_MACHINE.SYSTEM" diff_in a deletes.reg
text deletes.reg "[$S\\Select]
\"Current\"=dword:00000001

[-$S\\ControlSet001\\Gone]
"
expect 2 '^- HKLM.SYSTEM.ControlSet001.Gone.Below.$' diff_in a deletes.reg
never 'Changed'
# An export of a running system names the current control set so.
text running.reg "[$S\\CurrentControlSet\\Changed]
\"short\"=dword:00000003
"
expect 2 '^  HKLM.SYSTEM.CurrentControlSet.Changed$' diff_in a running.reg
also '^~   short  REG_DWORD  0x1 \(1\) -> 0x3 \(3\)$'
never 'CurrentControlSet.$|Values'
text elsewhere.reg '[HKEY_LOCAL_MACHINE\SOFTWARE\X]
'
expect 1 "elsewhere.reg: holds nothing of HKEY_LOCAL_MACHINE.SYSTEM" diff_in a elsewhere.reg

# --- hives that are none of Windows' own -------------------------------------------------------------------
hive_of x SYSTEM '[HKEY_LOCAL_MACHINE\SYSTEM\K]
"v"="1"
'
hive_of y SYSTEM '[HKEY_LOCAL_MACHINE\SYSTEM\K]
"v"="2"
'
expect 2 '^  K$' diff_in x y
expect 64 "--root HKEY_LOCAL_MACHINE.NAME says how" diff_in x y -f reg
expect 2 '^  HKLM.Mine.K$' diff_in x y --root 'HKLM\Mine'
expect 64 "--root HKEY_LOCAL_MACHINE.NAME says how" diff_in x y.reg
expect 2 '^  HKLM.SYSTEM.K$' diff_in x y.reg --root 'HKLM\SYSTEM'
expect 2 '^~   v  REG_SZ  "1" -> "2"$' diff_in x y.reg K --root 'HKLM\SYSTEM'
expect 64 "--root is for hives" diff_in x.reg y.reg --root 'HKLM\SYSTEM'
expect 2 '^  HKLM.SYSTEM.K$' diff_in x.reg y.reg

# Two parts that do not meet: nothing is the same, as nothing was compared.
text sel.reg "[$S\\Select]
\"Current\"=dword:00000001
"
text sw.reg '[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft]
"v"="1"
'
for format in text json jsonl csv; do
	expect 1 "^kbmend: sel.reg, sw.reg: no key or value that the one holds is in the other's part of a registry: nothing was compared$" \
		diff_in sel.reg sw.reg -f $format
	check [ ! -s "$scratch/out" ]
done
expect 1 "nothing was compared" diff_in sw.reg part.reg -f reg -o apart.reg
check [ ! -e "$scratch/apart.reg" ]
expect 0 "^no difference$" diff_in sel.reg sel.reg

# Two of Windows' own hives have nothing in common, whatever key is named, unless --root says so.
hive_of sam SAM "[HKEY_LOCAL_MACHINE\\SAM\\SAM\\Domains]
\"v\"=\"1\"
"
expect 64 "^kbmend: a is by its content a hive of the kind SYSTEM, and sam of the kind SAM: they have nothing in common" diff_in a sam
expect 64 "by its content a hive of the kind SAM, and b of the kind SYSTEM" diff_in sam b Select -f reg -o kinds.reg
check [ ! -e "$scratch/kinds.reg" ]
mkdir "$scratch/config" && cp "$scratch/sam" "$scratch/config/SAM" && cp "$scratch/b" "$scratch/config/SYSTEM"
expect 64 "a hive of the kind SYSTEM, and config/SAM of the kind SAM" diff_in a config 'HKLM\SAM'
expect 2 '^- HKLM.SYSTEM.Select.$' diff_in a sam --root 'HKLM\SYSTEM'

# --- damage, dirt, mistakes ----------------------------------------------------------------------------------
cp "$scratch/b" "$scratch/dirty"
patch "$scratch/dirty" 4 '\376'
expect 1 "dirty: .*; what was compared may be stale" diff_in a dirty
also '^~   short'
also '^stale: one of the two was not written to its end$'
expect 1 "dirty: .*; what was compared may be stale" diff_in dirty dirty
also '^no difference in what was compared$'
also '^stale: one of the two was not written to its end$'
never '^no difference$'
expect 1 '^\],"same":null,"stale":true\}$' diff_in dirty dirty -f json
expect 1 '^\],"same":false,"stale":true\}$' diff_in a dirty -f json
expect 1 '^\{"stale":true\}$' diff_in dirty dirty -f jsonl
expect 1 '^\],"same":null,"not_compared":[0-9]+,"stale":true\}$' diff_in dirty sel.reg -f json
expect 1 '^stale,,,,,,,$' diff_in dirty dirty -f csv
expect 1 '^; stale: one of the two was not written to its end.?$' diff_in dirty a -f reg --form 4
diff_in b a -f reg --form 4 >"$scratch/out" 2>"$scratch/err"
never stale
# The root key's count of subkeys; diff_damage.sh has more of the kind.
cp "$scratch/b" "$scratch/bad"
patch "$scratch/bad" 4152 c
expect 1 "bad: HKLM.SYSTEM: its count of subkeys: .*says it has 99 subkeys" diff_in a bad
# A key behind the first difference: what there is is told, and no document is cut.
hive_of early SYSTEM "[$S\\A]
\"v\"=\"1\"

[$S\\Zulu\\Below]"
hive_of late SYSTEM "[$S\\A]
\"v\"=\"2\"

[$S\\Zulu\\Below]"
patch "$scratch/late" $(($(LC_ALL=C grep -abo Below "$scratch/late" | head -n 1 | cut -d : -f 1) - 76)) 'kn'
expect 1 "^incomplete: there may be more differences$" diff_in early late
also '^~   v  REG_SZ  "1" -> "2"$'
expect 1 '^\],"same":false,"incomplete":true,"damage":\[\{"file":"late",' diff_in early late -f json
check [ "$("$lua" -e 'package.path = "tests/scripts/?.lua"
local diff = require("json").read(io.read("a"))
print(#diff.differences, diff.incomplete)' <"$scratch/out")" = "$(printf '1\ttrue')" ]
expect 1 '^\{"incomplete":true,"damage":\[' diff_in early late -f jsonl
expect 1 "late: 1 place could not be read" diff_in early late -f json -o part.json
check [ "$(tail -n 1 "$scratch/part.json" | cut -c 1-33)" = '],"same":false,"incomplete":true,' ]
expect 1 "is an LDIF file, not a registry" reg_diff $hive examples/exch1/directory.ldif
expect 1 "missing: " diff_in a missing
expect 64 "diff A B" reg_diff $hive
expect 64 "" reg_diff $hive $hive a b
expect 64 "^kbmend: --format: 'rge' is not text\|json\|jsonl\|csv\|reg; did you mean reg\?$" diff_in a b -f rge
expect 64 "-f reg is missing" diff_in a b --form 4
expect 64 "needed" diff_in a b -f reg -o ""
expect 0 "^  2   they differ, and all was compared$" reg_diff --help
expect 1 "cannot write the output" sh -c "cd '$scratch' && '$kbmend' reg diff a b >/dev/full"

# --- a file that makes the differences -------------------------------------------------------------------------
expect 2 "wrote $scratch/fix.reg" diff_in a b -f reg -o "$scratch/fix.reg"
iconv -f UTF-16 -t UTF-8 "$scratch/fix.reg" | tr -d '\r' >"$scratch/out"
also '^\[-HKEY_LOCAL_MACHINE.SYSTEM.ControlSet001.Gone\]$'
also '^"left"=-$'
never 'Below'
expect 3 "fix.reg: is there already" diff_in a b -f reg -o "$scratch/fix.reg"
expect 3 "is there already" diff_in a b -o "$scratch/fix.reg"
expect 2 "wrote text" diff_in a b -o text
check cmp "$scratch/wanted" "$scratch/text"
expect 0 wrote diff_in a a -f reg -o "$scratch/none.reg"
check [ "$(wc -c <"$scratch/none.reg")" = 82 ]
expect 2 "^REGEDIT4" diff_in a b -f reg --form 4
hive_of odd SYSTEM "$common
[$S\\ControlSet001\\New]
\"日\"=\"1\"
\"a
b\"=\"1\"
"
expect 1 "ControlSet001.New, the value 'a.nb': a name with a NUL or a line break" diff_in a odd -f reg
expect 1 "the .reg file is not whole: 1 difference is left out" diff_in a odd -f reg
expect 1 "the .reg file is not whole: 2 differences are left out" diff_in a odd -f reg --form 4
if command -v script >/dev/null; then
	expect 0 "wrote" script -qc "TERM=xterm '$kbmend' reg diff '$scratch/a' '$scratch/b' -o '$scratch/plain'; true" \
		/dev/null
	check [ "$(grep -c "$(printf '\033')" "$scratch/plain")" = 0 ]
	expect 0 "a .reg file is not for a terminal" script -qc \
		"'$kbmend' reg diff '$scratch/a' '$scratch/b' -f reg; true" /dev/null
fi

# spelled FILE: its content, but for the one spelling that no .reg file changes.
spelled() {
	content "$1" | sed 's/SPELLED/spelled/' | sort
}
# proves WHAT A B: the file between two hives, laid over the first by our own reader and by hivexregedit,
# makes the second; and then there is no difference.
proves() {
	rm -f "$scratch/way.reg" "$scratch/all.reg"
	expect "${4-2}" wrote reg_diff "$2" "$3" --root 'HKLM\SYSTEM' -f reg -o "$scratch/way.reg"
	spelled "$3" >"$scratch/second"
	"$kbmend" reg export "$2" --root 'HKLM\SYSTEM' -q -o "$scratch/all.reg" || fail "$1: no export"
	{
		cat "$scratch/all.reg"
		tail -c +3 "$scratch/way.reg" | tail -c +79
	} >"$scratch/both.reg"
	"$reg2hive" --hive SYSTEM "$scratch/both.reg" "$scratch/made" || fail "$1: no hive was made"
	spelled "$scratch/made" >"$scratch/first"
	check cmp "$scratch/first" "$scratch/second"
	expect 0 "no difference" reg_diff "$scratch/made" "$3"
	command -v hivexregedit >/dev/null || return 0
	cp "$2" "$scratch/made"
	merge_reg "$scratch/made" "$scratch/way.reg" 'HKEY_LOCAL_MACHINE\SYSTEM' >"$scratch/out" 2>"$scratch/err" ||
		fail "$1: hivexregedit fails"
	spelled "$scratch/made" >"$scratch/first"
	check cmp "$scratch/first" "$scratch/second"
	expect 0 "no difference" reg_diff "$scratch/made" "$3"
}
proves "a and b" "$scratch/a" "$scratch/b"
proves "b and a" "$scratch/b" "$scratch/a"
proves "a and the example" "$scratch/a" $hive
proves "the example and a" $hive "$scratch/a"
proves "a and a" "$scratch/a" "$scratch/a" 0

# --- real hives, where they are: small ones into each other -------------------------------------------------
last=
for name in ${real:+ExtendedASCIIHive MultiSzHive UnicodeHive UpcaseHive StringValuesHive BigDataHive}; do
	[ -r "$real/$name.xz" ] || continue
	xz -dc "$real/$name.xz" >"$scratch/$name"
	expect 0 "no difference" diff_in "$name" "$name"
	[ -z "$last" ] || proves "$last and $name" "$scratch/$last" "$scratch/$name"
	last=$name
done
if [ -n "$real" ] && [ -r "$real/special.xz" ]; then # a key's name with a NUL
	xz -dc "$real/special.xz" >"$scratch/real"
	expect 1 "1 key or value is left out" "$kbmend" reg export "$scratch/real" --root 'HKLM\X' -o "$scratch/special.reg"
	expect 2 '^- HKLM.X.zero.x00key.$' diff_in real special.reg --root 'HKLM\X'
	expect 1 'HKEY_LOCAL_MACHINE.X.zero.x00key, the value' diff_in special.reg real --root 'HKLM\X' -f reg
fi
if [ -n "$real" ] && [ -r "$real/SYSTEM.xz" ]; then
	xz -dc "$real/SYSTEM.xz" >"$scratch/real"
	expect 0 wrote "$kbmend" reg export "$scratch/real" -o "$scratch/real.reg"
	expect 0 "^no difference$" diff_in real real.reg
	expect 0 "^no difference$" diff_in real.reg real
fi

finish
