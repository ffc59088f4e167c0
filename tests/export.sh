#!/bin/sh
# kbmend reg export: both forms, what is refused, what is left out; and the way back into a hive, by our
# own builder and by hivexregedit, where that is installed.
# usage: export.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
. tests/merge_reg.sh

export_reg() { "$kbmend" reg export "$@"; }
# The last file, as UTF-8 with plain line ends.
plain() { iconv -f "${2-UTF-16}" -t UTF-8 "$scratch/$1" | tr -d '\r'; }
new() {
	rm -f "$scratch/new.reg"
	expect "$1" "$2" export_reg "$3" -o "$scratch/new.reg" ${4+"$4"} ${5+"$5"} ${6+"$6"} ${7+"$7"}
}

# --- the file ------------------------------------------------------------------------------------
new 0 "wrote $scratch/new.reg" $hive
check [ "$(head -c 2 "$scratch/new.reg" | od -An -tx1)" = " ff fe" ]
check [ "$(plain new.reg | head -n 3 | tr '\n' '|')" = \
	'Windows Registry Editor Version 5.00||[HKEY_LOCAL_MACHINE\SYSTEM]|' ]
check [ "$(iconv -f UTF-16 -t UTF-8 "$scratch/new.reg" | grep -vc "$(printf '\r')\$")" = 0 ]
export_reg $hive >"$scratch/stdout.reg" 2>"$scratch/err" || fail "no export to standard output"
check cmp "$scratch/new.reg" "$scratch/stdout.reg"
check [ ! -s "$scratch/err" ]
hash=$(hash_of "$scratch/new.reg")
expect 3 "new.reg: is there already; name a new file" export_reg $hive -o "$scratch/new.reg"
check [ "$(hash_of "$scratch/new.reg")" = "$hash" ]
expect 3 "is there already" export_reg $hive -o "$scratch/"
expect 1 "cannot be created: No such file" export_reg $hive -o "$scratch/none/new.reg"
expect 0 "^REGEDIT4" export_reg $hive --form 4
rm -f "$scratch/new.reg"
export_reg $hive -q -o "$scratch/new.reg" >"$scratch/out" 2>&1 || fail "-q failed"
check [ ! -s "$scratch/out" ]
expect 1 "cannot write the output" sh -c "'$kbmend' reg export $hive >/dev/full"
expect 0 "^1$" sh -c "{ '$kbmend' reg export $hive; echo \$? >&2; } | true"
if command -v script >/dev/null; then
	expect 0 "a .reg file is not for a terminal" script -qc "'$kbmend' reg export $hive; true" /dev/null
fi

# --- which part, and what it is called -------------------------------------------------------------
new 0 wrote $hive 'HKLM\System\currentcontrolset\services\MSExchangeIMC'
check [ "$(plain new.reg | grep -c '^\[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC')" = 4 ]
check [ "$(plain new.reg | grep '^\[' | grep -vc '\\Services\\MSExchangeIMC[]\\]')" = 0 ]
new 0 wrote $hive 'controlset001\services\msexchangeimc'
check [ "$(plain new.reg | grep -c '^\[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\MSExchangeIMC')" = 4 ]
expect 0 '^\[HKEY_USERS\\loaded\\Select\]' export_reg $hive Select --root 'HKU\loaded' --form 4
expect 0 '^\[HKEY_CURRENT_USER\\Select\]' export_reg $hive Select --root 'hkey_current_user' --form 4
rm -f "$scratch/new.reg"
expect 1 "no key Selekt; did you mean 'Select'" export_reg $hive Selekt -o "$scratch/new.reg"
check [ ! -e "$scratch/new.reg" ]
expect 1 "written with backslashes" export_reg $hive ControlSet001/Services
hive_of users X '[HKEY_LOCAL_MACHINE\X\Software]

[HKEY_LOCAL_MACHINE\X\Control Panel]
'
expect 0 '^\[HKEY_CURRENT_USER\\Control Panel\]' export_reg "$scratch/users" --form 4
expect 0 '^\[HKEY_CURRENT_USER\\Software\]' export_reg "$scratch/users" 'HKCU\Software' --form 4
expect 0 '^Software' "$kbmend" reg ls "$scratch/users" HKCU
expect 1 "no key HKCU.Softwar; did you mean 'Software'" export_reg "$scratch/users" 'HKCU\Softwar'
expect 1 "has no .* hive" export_reg "$scratch/users" 'HKLM\SYSTEM'
hive_of other X '[HKEY_LOCAL_MACHINE\X\Anything]
"a"="b"
'
expect 64 "--root HKEY_LOCAL_MACHINE.NAME says how" export_reg "$scratch/other"
new 64 "--root" "$scratch/other"
check [ ! -e "$scratch/new.reg" ]
expect 0 '^\[HKEY_LOCAL_MACHINE\\Mine\\Anything\]' export_reg "$scratch/other" --root 'HKLM\Mine' --form 4
expect 0 '^\[HKEY_LOCAL_MACHINE\\Mine\\Anything\]' export_reg "$scratch/other" Anything --root 'HKLM\Mine' --form 4

# --- an export in another form ---------------------------------------------------------------------
printf 'REGEDIT4\n\n[HKLM\\A\\B]\n"\344"=hex(7):fc,00,00\n\n[-HKLM\\A\\C]\n\n[HKEY_USERS\\.DEFAULT]\n@="x"\n' >"$scratch/old.reg"
new 0 wrote "$scratch/old.reg"
check [ "$(plain new.reg | tr '\n' '|')" = 'Windows Registry Editor Version 5.00||[HKEY_LOCAL_MACHINE\A\B]|"ä"=hex(7):fc,00,00,00,00,00||[-HKEY_LOCAL_MACHINE\A\C]||[HKEY_USERS\.DEFAULT]|@="x"||' ]
expect 0 '^"\\xe4"=hex\(7\):fc,00,00' sh -c \
	"'$kbmend' reg export '$scratch/new.reg' --form 4 | sed 's/\\xe4/\\\\xe4/' | tr -d '\\r'"
expect 0 '^\[HKEY_LOCAL_MACHINE\\A\\B\]' export_reg "$scratch/old.reg" 'HKLM\A' --form 4
never 'DEFAULT'
printf 'REGEDIT4\n\n[HKLM\\A\\B]\n"x"=-\n"y"="1"\n@=-\n' >"$scratch/fix.reg"
new 1 "fix.reg: the export is not whole: it does not delete the 2 values that this file deletes" "$scratch/fix.reg"
check [ "$(plain new.reg | tail -n 3 | tr '\n' '|')" = '[HKEY_LOCAL_MACHINE\A\B]|"y"="1"||' ]
expect 1 "does not hold it" export_reg "$scratch/old.reg" 'HKLM\A\D'
expect 64 "--root is for hives" export_reg "$scratch/old.reg" --root 'HKLM\X'
expect 0 '^\[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\]' export_reg examples/exch1/SYSTEM.reg \
	'HKLM\SYSTEM\CurrentControlSet\Services' --form 4

# --- what is no registry, or damaged -----------------------------------------------------------------
expect 1 "directory.ldif: is an LDIF file, not a registry" export_reg examples/exch1/directory.ldif
expect 1 "missing: " export_reg "$scratch/missing"
cp $hive "$scratch/dirty"
patch "$scratch/dirty" 4 '\376'
new 1 "dirty: .*; what was exported may be stale" "$scratch/dirty"
check [ -s "$scratch/new.reg" ]
head -c 8192 $hive >"$scratch/cut"
new 1 "the export is not whole: [0-9]+ places? could not be read" "$scratch/cut" --root 'HKLM\SYSTEM'
check [ -s "$scratch/new.reg" ]
expect 1 "^kbmend: not exported: the hive is cut: 4096 of the [0-9]+ bytes behind its base block are there$" \
	export_reg "$scratch/cut" --root 'HKLM\SYSTEM'

# --- what the form cannot hold -----------------------------------------------------------------------
hive_of odd X '[HKEY_LOCAL_MACHINE\X]
"日"="a name"
"text"="日"
"line
break"=dword:00000001
"fine"=dword:00000002
'
new 1 "not exported: HKEY_LOCAL_MACHINE.X, the value 'line.nbreak': a name with a NUL or a line break" \
	"$scratch/odd" --root 'HKLM\X'
expect 1 "odd: the export is not whole: 1 key or value is left out" export_reg "$scratch/odd" --root 'HKLM\X'
check [ "$(plain new.reg | grep -c '^; not in this file: .*line.nbreak')" = 1 ]
check [ "$(plain new.reg | grep -c '^"fine"=dword:00000002')" = 1 ]
new 1 "3 keys or values are left out" "$scratch/odd" --root 'HKLM\X' --form 4
grep -q "the value 'text': the text has U.65E5, which code page 1252 lacks: version 5.00 can hold it" \
	"$scratch/err" || fail "no word on the text"

# --- typing errors -----------------------------------------------------------------------------------
expect 64 "export FILE" export_reg
expect 64 "" export_reg $hive a b
expect 64 "^kbmend: --form: '6' is not 4\|5$" export_reg $hive --form 6
expect 64 "--root: .*HKXX" export_reg $hive --root 'HKXX\A'
expect 64 "932" export_reg $hive --form 4 --codepage 932
expect 64 "did you mean --form" export_reg $hive --from 4
expect 0 "^  1   it is not: the messages say what is missing" export_reg --help

# --- and back ------------------------------------------------------------------------------------------
# same WHAT A B: two such lists.
same() {
	if cmp -s "$2" "$3"; then
		passed=$((passed + 1))
	else
		fail "$1: the content differs"
		diff "$2" "$3" | cut -c 1-150 | head -n 6
	fi
}
# by_builder WHAT FILE FORM: through our own reader and builder.
by_builder() {
	rm -f "$scratch/way.reg"
	expect 0 wrote export_reg "$2" --root 'HKLM\X' --form "$3" -o "$scratch/way.reg"
	"$reg2hive" --hive X "$scratch/way.reg" "$scratch/back" || fail "$1: no hive was made"
	content "$scratch/back" >"$scratch/after"
	same "$1, form $3" "$scratch/before" "$scratch/after"
}
# by_hivexregedit WHAT: the same file, of form 5.
by_hivexregedit() {
	command -v hivexregedit >/dev/null || return 0
	printf 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\X]\n' >"$scratch/empty.reg"
	"$reg2hive" --hive X "$scratch/empty.reg" "$scratch/back"
	merge_reg "$scratch/back" "$scratch/way.reg" 'HKEY_LOCAL_MACHINE\X' >"$scratch/out" 2>"$scratch/err" ||
		fail "$1: hivexregedit fails"
	content "$scratch/back" >"$scratch/after"
	same "$1, hivexregedit" "$scratch/before" "$scratch/after"
}
# all_odd [SIZE...]: a .reg file of every odd case, and values of further sizes.
all_odd() {
	awk -v more="$*" 'BEGIN {
	print "Windows Registry Editor Version 5.00\n"
	base = "[HKEY_LOCAL_MACHINE\\X"
	print base "]\n\"of the root\"=\"r\"\n"
	print base "\\Types]"
	n = split("0 1 2 3 4 5 6 7 8 9 a b c ffff ffffffff", types, " ")
	m = split("|61|61,00|61,00,00|61,00,00,00|00,00|61,00,00,00,62,00,00,00|00,d8,00,00|ff,fe,00,00|" \
		"0d,00,0a,00,00,00|22,00,5c,00,00,00|01,02,03,04|01,02,03,04,05,06,07,08", data, "|")
	for (i = 1; i <= n; i++)
		for (j = 1; j <= m; j++)
			printf "\"%s of %s\"=hex(%s):%s\n", j, types[i], types[i], data[j]
	print "\n" base "\\Sizes]"
	n = split("0 1 3 4 5 24 25 26 4000 16343 16344 16345 32689 " more, sizes, " ")
	for (i = 1; i <= n; i++) {
		printf "\"%d\"=hex:", sizes[i]
		for (j = 0; j < sizes[i]; j++)
			printf "%s%02x", j ? "," : "", (j * 31 + int(j / 256)) % 256
		print ""
	}
	print "\n" base "\\Names]\n@=\"the default\""
	n = split("@|\\\"|\\\\|a=b|[x]|;c| blanks |\ttab|\001\037|ä|Grüße|€|日本|😀|-|hex:00|a\\\"b\\\\|%s", names, "|")
	for (i = 1; i <= n; i++)
		print "\"" names[i] "\"=\"" names[i] "\""
	n = split("]|[|a]b| b |-a|@|\"q\"|a=b|x/y|\t|c]d;e|ä|Ж|日本|😀|;|%41|Straße|STRASSE", names, "|")
	for (i = 1; i <= n; i++)
		print "\n" base "\\Keys\\" names[i] "\\below]\n@=\"" i "\""
	path = base "\\Deep"
	for (i = 0; i < 400; i++)
		path = path "\\d"
	print "\n" path "]\n@=\"deep\"\n"
	for (i = 0; i < 3000; i++)
		printf "%s\\Many\\k%06d]\n\"v\"=dword:%08x\n\n", base, (i * 7919) % 3000, i
	}'
}
all_odd >"$scratch/odd.reg"
all_odd 1048576 >"$scratch/large.reg" # too large for hivex
for minor in 3 5; do
	"$reg2hive" --minor $minor --hive X "$scratch/large.reg" "$scratch/odd"
	content "$scratch/odd" >"$scratch/before"
	by_builder "format 1.$minor" "$scratch/odd" 5
	"$reg2hive" --minor $minor --hive X "$scratch/odd.reg" "$scratch/odd"
	content "$scratch/odd" >"$scratch/before"
	by_builder "format 1.$minor" "$scratch/odd" 5
	by_hivexregedit "format 1.$minor"
done
# From an export to the other form and back: the same bytes.
"$kbmend" reg export $hive --form 5 >"$scratch/5.reg"
"$kbmend" reg export "$scratch/5.reg" --form 4 >"$scratch/4.reg"
"$kbmend" reg export "$scratch/4.reg" --form 5 >"$scratch/5again.reg"
check cmp "$scratch/5.reg" "$scratch/5again.reg"
content $hive >"$scratch/before"
by_builder "the example" $hive 4

# --- real hives, where they are --------------------------------------------------------------------------
for packed in ${real:+"$real"/*.dump.xz}; do
	name=$(basename "$packed" .dump.xz)
	[ -r "$real/$name.xz" ] || continue
	xz -dc "$real/$name.xz" >"$scratch/real"
	content "$scratch/real" >"$scratch/before"
	case $name in
	special) # a key's name with a NUL, which no .reg file can say: all else comes back
		expect 1 "zero.x00key, with all below it: a name with a NUL" export_reg "$scratch/real" --root 'HKLM\X'
		continue
		;;
	esac
	by_builder "$name" "$scratch/real" 5
	case $name in # hivexregedit takes half a minute for these
	SYSTEM | NTUSER.DAT | ManySubkeysHive | BigDataHive) ;;
	*) by_hivexregedit "$name" ;;
	esac
done

finish
