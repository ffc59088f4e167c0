#!/bin/sh
# kbmend reg diff where a hive is broken: what cannot be read in one of the two is named and passed over, what
# the other one has there is no difference, and all else is compared.
# usage: diff_damage.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES [LUA]]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
lua=${3:-lua5.4}

diff_in() { (cd "$scratch" && "$kbmend" reg diff "$@"); }
# place FILE TEXT: where it stands in the file, the first time.
place() { LC_ALL=C grep -abo -m 1 -- "$2" "$scratch/$1" | head -n 1 | cut -d : -f 1; }
hex() { printf '0x%X' "$1"; }
# number FILE OFFSET: the four bytes there.
number() { od -A n -t u4 -j "$2" -N 4 "$scratch/$1" | tr -d ' '; }
# same FILE: out is this.
same() {
	cat >"$scratch/wanted"
	cmp -s "$scratch/wanted" "$scratch/out" && passed=$((passed + 1)) && return
	fail "not as wanted"
	diff "$scratch/wanted" "$scratch/out"
}

S='HKEY_LOCAL_MACHINE\SOFTWARE'
# lines SOUND LOST EXTRA: what a hive holds.
lines() {
	cat <<END
[$S\\Classes]

[$S\\Microsoft]

[$S\\Vendor\\Alpha]
"Sound"="$1"

[$S\\Vendor\\Broken]
"Inside"="$2"

[$S\\Vendor\\Broken\\Deep]
"Deeper"="$2"

[$S\\Vendor\\Gamma]
"First"="$1"
"Second"="two and more than fits"
"Third"=dword:00000003
$3
END
}
make() {
	hive_of a SOFTWARE "$(lines one lost '')"
	hive_of b SOFTWARE "$(lines other found "
[$S\\Vendor\\New]
")"
}
make
key=$(($(place a Broken) - 76))
second=$(($(place a Second) - 20))
gamma=$(($(place a Gamma) - 76))
vendor=$(($(place a Vendor) - 76))

# --- a key's record: its own name is lost, so that what only the other has may be it ------------------
patch "$scratch/a" "$key" 'kn'
expect 1 '^~   Sound  REG_SZ  "one" -> "other"$' diff_in a b
same <<'END'
--- a
+++ b
  HKLM\SOFTWARE\Vendor\Alpha
~   Sound  REG_SZ  "one" -> "other"
  HKLM\SOFTWARE\Vendor\Gamma
~   First  REG_SZ  "one" -> "other"

2 values changed
incomplete: there may be more differences
END
errors "^kbmend: 2 of the keys and values that one has were not compared: where the other one may have them it cannot be read$"
errors "^kbmend: a: 1 place could not be read: what differs there is not known$"
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor: a subkey: the cell at file offset $(hex $((key - 4))) should hold a key \(nk\)"
check [ "$(wc -l <"$scratch/err")" = 3 ]
expect 1 "1 place" diff_in a b -q
check [ "$(wc -l <"$scratch/err")" = 2 ]
never "changed"
# The other way round, and in both.
expect 1 '^~   Sound  REG_SZ  "other" -> "one"$' diff_in b a
never '^[-+] '
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor: a subkey: "
patch "$scratch/b" $(($(place b Broken) - 76)) 'kn'
expect 1 '^~   Sound' diff_in a b
never '^[-+] '
errors "^kbmend: a: 1 place could not be read; b: 1 place could not be read: what differs there is not known$"
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor: a subkey: "
errors "^kbmend:   b: HKLM.SOFTWARE.Vendor: a subkey: "
expect 1 '^no difference in what could be read$' diff_in a a
expect 1 '^K' "$kbmend" reg dump "$scratch/a"
# What does not need it is compared as ever.
expect 2 '^~   First' diff_in a b 'Vendor\Gamma'
expect 0 '^no difference$' diff_in a b Microsoft
expect 1 'whether the key is there cannot be told' diff_in a b 'Vendor\Broken'

# --- as a .reg file: nothing of what may be there --------------------------------------------------------
make
patch "$scratch/a" "$key" 'kn'
expect 1 "^kbmend: a: 1 place could not be read" diff_in a b -f reg -o fix.reg
iconv -f UTF-16 -t UTF-8 "$scratch/fix.reg" | tr -d '\r' >"$scratch/out"
same <<END
Windows Registry Editor Version 5.00

[$S\\Vendor\\Alpha]
"Sound"="other"

[$S\\Vendor\\Gamma]
"First"="other"

; incomplete: what could not be read was not compared
END
rm "$scratch/fix.reg"
expect 1 "^kbmend:   a: HKLM.SOFTWARE.Vendor: a subkey" diff_in b a -f reg -o fix.reg
iconv -f UTF-16 -t UTF-8 "$scratch/fix.reg" | tr -d '\r' >"$scratch/out"
never '^\[-|=-'
also '^; incomplete: '
expect 0 '^Sound  *REG_SZ  *"one"$' "$kbmend" reg get "$scratch/fix.reg" 'HKLM\SOFTWARE\Vendor\Alpha'

# --- as JSON: a whole document, and a last line ------------------------------------------------------------
expect 1 '^\],"same":false,"incomplete":true,"damage":\[' diff_in a b -f json
cat >"$scratch/read.lua" <<'END'
package.path = "tests/scripts/?.lua"
local read = require("json").read(io.read("a"))
local place = read.damage[1]
print(#read.differences, read.same, read.incomplete, #read.damage, place.file, place.path, place.offset)
END
check [ "$("$lua" "$scratch/read.lua" <"$scratch/out" | tr '\t' ' ')" = \
	"2 false true 1 a HKLM\\SOFTWARE\\Vendor $((key - 4))" ]
also '"reason":"a subkey: the cell at file offset 0x'
expect 1 '^\],"same":null,"incomplete":true,"damage":\[\{"file":"a".*\},\{"file":"a"' diff_in a a -f json
expect 1 '^\{"incomplete":true,"damage":\[\{"file":"a","path":"HKLM\\\\SOFTWARE\\\\Vendor","offset":' diff_in a b -f jsonl
check [ "$(tail -n 1 "$scratch/out" | cut -c 1-18)" = '{"incomplete":true' ]
check [ "$(wc -l <"$scratch/out")" = 3 ]
expect 1 "1 place" diff_in a a -f json -o whole.json
check grep -q '"incomplete":true' "$scratch/whole.json"

# --- as a table: what it has, that there may be more, and the rest on standard error ------------------------------------------------
expect 1 "^kbmend:   a: HKLM.SOFTWARE.Vendor: a subkey" diff_in a b -f csv
check [ "$(tail -n 2 "$scratch/out" | tr '\n' ' ')" = 'incomplete,,,,,1,, not_compared,,,,,2,, ' ]
check [ "$(wc -l <"$scratch/out")" = 5 ]
expect 1 "^change,kind" diff_in a a -f csv
also '^incomplete,,,,,2,,$'

# --- a value's record, its data, and the list of values ---------------------------------------------------
make
patch "$scratch/b" $(($(place b Second) - 20 + 8)) '\0\0\0\120'
expect 1 '^~   First' diff_in a b
also '^\+ HKLM.SOFTWARE.Vendor.New.$'
never 'Second'
errors "^kbmend:   b: HKLM.SOFTWARE.Vendor.Gamma: the data of the value 'Second': the cell at file offset 0x50001000 lies beyond"
silent "that one has were not compared"
make
patch "$scratch/a" "$second" 'xx'
expect 1 '^~   First' diff_in a b
never 'Second|Third'
errors "^kbmend: 1 of the keys and values that one has were not compared"
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor.Gamma: a value: the cell at file offset $(hex $((second - 4))) should hold a value"
make
list=$((4096 + $(number a $((gamma + 40)))))
patch "$scratch/a" $((gamma + 40)) '\0\0\0\120'
expect 1 '^~   Sound' diff_in a b
never 'First|Second|Third'
errors "^kbmend: 3 of the keys and values that one has were not compared"
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor.Gamma: its list of values: "

# --- a list of subkeys, and what a key says of itself --------------------------------------------------------
make
list=$((4096 + $(number a $((vendor + 28)))))
patch "$scratch/a" $((list + 4)) 'xx'
expect 1 '^no difference in what could be read$' diff_in a b
errors "^kbmend: 4 of the keys and values that one has were not compared"
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor: its list of subkeys: the subkey list at file offset $(hex $list) is none"
make
patch "$scratch/a" $((vendor + 20)) '\143' # 99 subkeys
expect 1 '^~   Sound' diff_in a b
also '^~   Inside  REG_SZ  "lost" -> "found"$'
never 'New'
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor: its count of subkeys: .* says it has 99 subkeys, its list holds 3"
make
patch "$scratch/a" $((gamma + 74)) '\020' # a class of 16 bytes
expect 1 '^~   First' diff_in a b
errors "^kbmend:   a: HKLM.SOFTWARE.Vendor.Gamma: its class: "
# All keys refer to one security descriptor: a place.
sk=$((4096 + $(number a $((vendor + 44)))))
make
patch "$scratch/a" $((sk + 4)) 'xx'
expect 1 '^~   First' diff_in a b
also '^\+ HKLM.SOFTWARE.Vendor.New.$'
errors "^kbmend: a: 1 place could not be read: "
errors "its security descriptor: the cell at file offset $(hex $sk) holds no sound security descriptor$"

# --- a name that was another's ---------------------------------------------------------------------------------
hive_of x SOFTWARE "[$S\\K\\Name1]
[$S\\K\\Name2]
"
hive_of y SOFTWARE "[$S\\K\\Name1]
[$S\\K\\Name3]
"
patch "$scratch/x" $(($(place x Name2) + 4)) 1
expect 1 '^\+ .*K.Name3.$' diff_in x y --root 'HKLM\SOFTWARE'
never "^-[^-]"
errors "K.Name1: the key: another one beside it has its name$"

# --- many places ------------------------------------------------------------------------------------------------
i=0
while [ $i -lt 40 ]; do
	printf '"Lost%d"=hex:01,02,03,04,05\n' $i
	i=$((i + 1))
done >"$scratch/many"
hive_of m SOFTWARE "[$S\\Many]
$(cat "$scratch/many")
"
for at in $(LC_ALL=C grep -abo 'Lost[0-9]' "$scratch/m" | cut -d : -f 1); do
	patch "$scratch/m" $((at - 20)) 'xx'
done
expect 1 "^kbmend: m: 40 places could not be read; m: 40 places could not be read: " diff_in m m
check [ "$(wc -l <"$scratch/err")" = 35 ] # 16 of each
errors '^kbmend:   m: and 24 more: kbmend reg check m$'
expect 1 '\],"places":80\}$' diff_in m m -f json
check [ "$(grep -o '"reason"' "$scratch/out" | wc -l)" = 32 ]

# --- an export, and what cannot be compared at all ---------------------------------------------------------------
make
patch "$scratch/a" "$key" 'kn'
expect 1 '^~   Sound' diff_in a b.reg
never '^[-+] '
expect 1 '^~   Sound' diff_in b.reg a
never '^[-+] '
head -c 8192 examples/exch1/SYSTEM >"$scratch/cut"
cp examples/exch1/SYSTEM "$scratch/whole"
expect 1 "^kbmend: cut: [0-9]+ places? could not be read: " diff_in cut whole
never '^[-+~]'
expect 1 "^kbmend:   cut: the hive is cut: " diff_in whole cut
never '^[-+~]'

# --- real ones, where they are -------------------------------------------------------------------------------------
# real NAME: it is unpacked, if it is there.
real() {
	[ -n "$real" ] && [ -r "$real/$1.xz" ] && xz -dc "$real/$1.xz" >"$scratch/$1"
}
for row in BadListHive:1 TruncatedHive:10 SAMBadHBinHeader:14; do
	name=${row%:*}
	count=${row#*:}
	real "$name" || continue
	expect 1 "^no difference in what could be read$" diff_in "$name" "$name"
	errors "^kbmend: $name: $count places? could not be read; $name: $count places? could not be read: "
	expect 1 '^\],"same":null,"incomplete":true' diff_in "$name" "$name" -f json
	check "$lua" "$scratch/read.lua" <"$scratch/out" >/dev/null
	expect 1 "$count place" diff_in "$name" "$name" --root 'HKLM\X' -f reg -o "$name.reg"
	iconv -f UTF-16 -t UTF-8 "$scratch/$name.reg" >"$scratch/out"
	never '^\['
done
# The hive that was cut, and its twin.
if real ManySubkeysHive && real TruncatedHive; then
	for pair in "TruncatedHive ManySubkeysHive" "ManySubkeysHive TruncatedHive"; do
		# shellcheck disable=SC2086 # two words
		expect 1 "^no difference in what could be read$" diff_in $pair
		errors "TruncatedHive: key_with_many_subkeys: a part of its list of subkeys: the cell at file offset 0xD020 "
	done
fi

finish
