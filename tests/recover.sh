#!/bin/sh
# Hives that were not written to their end, and their transaction logs: found, replayed in memory,
# refused. On hives and logs that are made here, and on real ones where they lie in REAL-HIVES.
# usage: recover.sh BUILD-FOLDER REAL-HIVES [FAULTS-LIBRARY]; a sanitizer does not go with the library
set -u
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
real=$2/dirty
faults=${3:-}
kbmend=$build/bin/kbmend
make_log=$build/tests/make_log
scratch=$(mktemp -d)
trap 'chmod -R u+rwx "$scratch"; rm -rf "$scratch"' EXIT
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME
. tests/expect.sh
ldif=$PWD/examples/exch1/directory.ldif
imc='ControlSet001\Services\MSExchangeIMC\Parameters'
states=$scratch/states
hive=$scratch/hives/SYSTEM

# The example's hive, and what it is after each of four changes; the third one mends it.
mkdir "$states"
cp examples/exch1/SYSTEM "$states/0"
set_in() {
	cp "$states/$1" "$states/$2"
	"$build/tests/set_value" "$states/$2" "$imc" "$3" "$4"
}
set_in 0 1 First 1
set_in 1 2 Second 2
set_in 2 3 SiteDN /o=Contoso/ou=SITE1
set_in 3 4 Fourth 4

# A dirty hive without logs: state 0, sequence numbers 8 and 7.
fresh() {
	chmod -R u+rwx "$scratch/hives" 2>/dev/null
	rm -rf "$scratch/hives" "$scratch/state"
	mkdir "$scratch/hives"
	cp "$states/0" "$hive"
	"$make_log" dirty "$hive" 8 7
}
# log KIND NAME SEQUENCE STATE...
log() {
	kind=$1
	name=$2
	sequence=$3
	shift 3
	(cd "$states" && "$make_log" "$kind" "$scratch/hives/$name" "$sequence" "$@")
}
look() {
	"$kbmend" reg get "$hive" "$imc" "$@"
}
run() {
	"$kbmend" run Q298565 -t "$hive" -t "$ldif" "$@"
}

# --- what is replayed, and what is said --------------------------------------------------------------
fresh
log entries SYSTEM.LOG1 7 0 1 2
log entries SYSTEM.LOG2 9 2 3 4
before=$(hash_of "$hive")
expect 0 '^4$' look Fourth
check grep -q 'SYSTEM: was not written to its end; logs replayed: 2 entries of SYSTEM.LOG1, 2 entries of SYSTEM.LOG2$' "$scratch/err"
expect 0 '^4$' look Fourth -q
check [ ! -s "$scratch/err" ]
expect 0 '^4$' look Fourth --logs require
expect 1 'logs were not looked at: leave out --logs ignore; what was read may be stale' look SiteDN --logs ignore
also '^/o=Contoso/ou=SITE2$'
expect 1 'no value .Fourth.' look Fourth --logs ignore
expect 0 'a hive of format 1.3, sound' "$kbmend" reg check "$hive"
expect 2 'logs replayed: 2 entries' "$kbmend" reg diff "$states/0" "$hive"
expect 0 'logs replayed: 2 entries' "$kbmend" reg diff "$states/4" "$hive"
expect 0 'logs replayed: 2 entries' "$kbmend" reg export "$hive" -o "$scratch/export.reg"
check "$kbmend" reg diff "$hive" "$scratch/export.reg" -q
expect 1 'stale' "$kbmend" reg diff "$states/0" "$hive" --logs ignore
expect 0 'logs replayed: 2 entries of SYSTEM.LOG1, 2' run
also 'pass'
expect 1 'unknown: .*the hive is' run --logs ignore
expect 0 '"notes"' run -f json
also 'logs replayed: 2 entries'
expect 1 'what was read may be stale' look Fourth --logs ignore
check [ "$(hash_of "$hive")" = "$before" ]
expect 64 'is not auto.require.ignore; did you mean require' look First --logs requir

# LOG2 may be the earlier one.
fresh
log entries SYSTEM.LOG2 7 0 1
log entries SYSTEM.LOG1 8 1 2 3
expect 0 '^2$' look Second
check grep -q 'logs replayed: 2 entries of SYSTEM.LOG1, 1 entry of SYSTEM.LOG2$' "$scratch/err"

# The old kind.
fresh
log pages SYSTEM.LOG 8 0 4
expect 0 '^4$' look Fourth
check grep -q 'logs replayed: [0-9]* pages of SYSTEM.LOG$' "$scratch/err"
fresh
log pages SYSTEM.LOG1 8 0 4
"$make_log" flip "$scratch/hives/SYSTEM.LOG1" 12
expect 1 'SYSTEM.LOG1: the checksum of its base block is wrong' look SiteDN
also '^/o=Contoso/ou=SITE2$'

# A base block that is broken comes from the log; without logs nothing can be read.
for at in 0 508; do
	fresh
	"$make_log" flip "$hive" $at
	log entries SYSTEM.LOG1 7 0 4
	expect 0 '^4$' look Fourth
	rm "$scratch/hives/SYSTEM.LOG1"
	expect 1 'no transaction log lies beside it' look Fourth
done

# A clean hive needs none, whatever they hold.
fresh
cp "$states/0" "$hive"
log entries SYSTEM.LOG1 1 0 4
chmod 0 "$scratch/hives/SYSTEM.LOG1"
expect 0 '^/o=Contoso/ou=SITE2$' look SiteDN
check [ ! -s "$scratch/err" ]

# --- how they are found -------------------------------------------------------------------------------
for name in SYSTEM.LOG1 system.log1 System.Log1 SYSTEM.log2 SYSTEM.LOG; do
	fresh
	log entries $name 7 0 4
	expect 0 '^4$' look Fourth
	check grep -q "1 entry of $name\$" "$scratch/err"
done
fresh
log entries SYSTEM.LOG1 7 0 4
log entries system.log1 7 0 1
expect 0 '^4$' look Fourth
mv "$hive" "$scratch/hives/System"
hive=$scratch/hives/System
expect 1 'is there too: it cannot be told which is the hive.s' look SiteDN
hive=$scratch/hives/SYSTEM
fresh
log entries SYSTEM.LOG1 7 0 4
expect 0 '^4$' sh -c "cd '$scratch/hives' && '$kbmend' reg get SYSTEM '$imc' Fourth"
mkdir "$scratch/elsewhere"
ln -s "$hive" "$scratch/elsewhere/linked"
expect 0 '^4$' "$kbmend" reg get "$scratch/elsewhere/linked" "$imc" Fourth
# A name that is not ASCII, in another case.
cp "$hive" "$scratch/hives/ÄRGER"
cp "$scratch/hives/SYSTEM.LOG1" "$scratch/hives/ärger.log1"
expect 0 '^4$' "$kbmend" reg get "$scratch/hives/ÄRGER" "$imc" Fourth
# Others' logs are not the hive's.
fresh
log entries SYSTEM2.LOG1 7 0 4
log entries SYSTEM.LOG3 7 0 4
log entries SYSTEM.LOG1.bak 7 0 4
expect 1 'no transaction log lies beside it' look SiteDN

# --- what is no log, or cannot be read ------------------------------------------------------------------
fresh
: >"$scratch/hives/SYSTEM.LOG"
mkdir "$scratch/hives/SYSTEM.LOG1"
mkfifo "$scratch/hives/SYSTEM.LOG2"
expect 1 'SYSTEM.LOG1: it is a folder; SYSTEM.LOG2: it is no regular file' look SiteDN
rmdir "$scratch/hives/SYSTEM.LOG1"
# In a mounted image a link would lead into the machine that looks.
log entries ../elsewhere/LOG1 7 0 4
ln -s ../elsewhere/LOG1 "$scratch/hives/SYSTEM.LOG1"
expect 1 'SYSTEM.LOG1: it is a symbolic link, which is not followed' look SiteDN
rm "$scratch/hives/SYSTEM.LOG1"
log entries SYSTEM.LOG1 7 0 4
expect 0 '^4$' look Fourth
check grep -q 'left out: SYSTEM.LOG2: it is no regular file' "$scratch/err"
fresh
: >"$scratch/hives/SYSTEM.LOG1"
expect 1 'no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along; what was read may be stale$' look SiteDN
expect 3 'the hive is dirty and no log can be replayed .--logs require.' look SiteDN --logs require
expect 3 'dirty' run --logs require
if [ "$(id -u)" -ne 0 ]; then
	fresh
	log entries SYSTEM.LOG1 7 0 1
	log entries SYSTEM.LOG2 8 1 4
	chmod 0 "$scratch/hives/SYSTEM.LOG2"
	expect 1 'SYSTEM.LOG2: it cannot be read' look SiteDN
fi
# What may have stood in a log that is not there: said, and refused where logs are required. With both
# logs there a hive that was written in part looks like that.
fresh
log entries SYSTEM.LOG2 9 2 3 4
expect 0 '^4$' look Fourth
check grep -q 'logs replayed: 2 entries of SYSTEM.LOG2; entries 7 to 8 are in no log that is here: SYSTEM.LOG1 may be missing$' "$scratch/err"
expect 3 'SYSTEM: entries 7 to 8 are in no log that is here: SYSTEM.LOG1 may be missing .--logs require.$' \
	look Fourth --logs require
expect 2 '^  entries 7 to 8 are in no log that is here: SYSTEM.LOG1 may be missing$' \
	"$kbmend" reg recover "$hive" -o "$scratch/gap"
expect 2 '"missing":"entries 7 to 8 are in no log' "$kbmend" reg recover "$hive" -o "$scratch/gap.2" -f jsonl
expect 2 '^missing,"?entries 7 to 8 are in no log' "$kbmend" reg recover "$hive" -o "$scratch/gap.3" -f csv
: >"$scratch/hives/SYSTEM.LOG1"
expect 0 '^4$' look Fourth --logs require
check sh -c "! grep -q 'may be missing' '$scratch/err'"
fresh
log entries SYSTEM.LOG1 8 1 2
expect 0 '^2$' look Second
check grep -q '; entry 7 is in no log that is here: SYSTEM.LOG2 may be missing$' "$scratch/err"
fresh
log entries SYSTEM.LOG2 7 0 1 2
expect 0 '^2$' look Second --logs require
# An entry that a crash left unfinished is left out, and that is said.
fresh
log entries SYSTEM.LOG1 7 0 1 2 3
size=$(stat -c %s "$scratch/hives/SYSTEM.LOG1")
"$make_log" flip "$scratch/hives/SYSTEM.LOG1" $((size - 600))
expect 0 '^2$' look Second
check grep -q 'logs replayed: 2 entries of SYSTEM.LOG1; left out: SYSTEM.LOG1: the hash of entry 9 ' "$scratch/err"
expect 2 'out: SYSTEM.LOG1: the hash of entry 9' run

# --- a hive that is not mended: why, and what helps -------------------------------------------------------
# told KIND OPTION...: the lines of $scratch/told, at 80 columns: what `reg get` says, what a script says, what
# `reg check` begins with. Named without a folder, so that the lines are as long everywhere.
short=$(mktemp -d /tmp/kbm.XXXXXX) || exit 1
told() {
	kind=$1
	shift
	(cd "$short" && "$kbmend" reg get SYSTEM "$imc" SiteDN "$@" 2>"$scratch/err" >"$scratch/out"
		cat "$scratch/err"
		COLUMNS=80 "$kbmend" run Q298565 -t SYSTEM -t "$ldif" "$@" 2>&1 | sed -n '/^  unknown:/,/^$/p'
		COLUMNS=80 "$kbmend" reg check SYSTEM "$@" 2>&1 | sed '/^  [0-9]* keys/,$d') |
		sed -E 's/lua:[0-9]+/lua:NNN/; s/0x[0-9A-F]{8}/0xNNNNNNNN/g' >"$scratch/got"
	if cmp -s "$scratch/told" "$scratch/got"; then
		passed=$((passed + 1))
	else
		cp "$scratch/got" "$scratch/out"
		fail "$kind"
	fi
	check [ "$(sed 1d "$scratch/got" | wc -L)" -le 80 ]
}
# dirty_beside: the dirty hive in the short folder, with the logs that lie beside the other one.
dirty_beside() {
	rm -rf "${short:?}"/*
	cp -r "$scratch/hives"/* "$short"
}
fresh
dirty_beside
cat >"$scratch/told" <<'TOLD'
kbmend: SYSTEM: the hive is dirty: sequence numbers 8 and 7 differ, its last changes are in its logs only; no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along; what was read may be stale
  unknown: HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC: the hive is
    dirty: no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2
    along (Q298565.lua:NNN)

? SYSTEM: a hive of format 1.3, dirty: its last changes are in its logs only,
  and whether it is sound with them cannot be told; no transaction log lies
  beside it: copy its .LOG, .LOG1 and .LOG2 along
TOLD
told 'no log'
log entries SYSTEM.LOG1 7 0 1
dirty_beside
cat >"$scratch/told" <<'TOLD'
kbmend: SYSTEM: the hive is dirty: sequence numbers 8 and 7 differ, its last changes are in its logs only; its logs were not looked at: leave out --logs ignore; what was read may be stale
  unknown: HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC: the hive is
    dirty: its logs were not looked at: leave out --logs ignore
    (Q298565.lua:NNN)

? SYSTEM: a hive of format 1.3, dirty: its last changes are in its logs only,
  and whether it is sound with them cannot be told; its logs were not looked at:
  leave out --logs ignore
TOLD
told 'logs that are ignored' --logs ignore
"$make_log" flip "$scratch/hives/SYSTEM.LOG1" 12
dirty_beside
cat >"$scratch/told" <<'TOLD'
kbmend: SYSTEM: the hive is dirty: sequence numbers 8 and 7 differ, its last changes are in its logs only; SYSTEM.LOG1: the checksum of its base block is wrong (0xNNNNNNNN, computed 0xNNNNNNNN); copy hive and logs again while nothing writes to them; what was read may be stale
  unknown: HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC: the hive is
    dirty: SYSTEM.LOG1: the checksum of its base block is wrong (0xNNNNNNNN,
    computed 0xNNNNNNNN); copy hive and logs again while nothing writes to them
    (Q298565.lua:NNN)

? SYSTEM: a hive of format 1.3, dirty: its last changes are in its logs only,
  and whether it is sound with them cannot be told; SYSTEM.LOG1: the checksum of
  its base block is wrong (0xNNNNNNNN, computed 0xNNNNNNNN); copy hive and logs
  again while nothing writes to them
TOLD
told 'a log that is broken'
rm -rf "$scratch/hives/SYSTEM.LOG1"
ln -s nowhere "$scratch/hives/SYSTEM.LOG1"
rm -rf "${short:?}"/*
cp -P "$scratch/hives"/* "$short"
cat >"$scratch/told" <<'TOLD'
kbmend: SYSTEM: the hive is dirty: sequence numbers 8 and 7 differ, its last changes are in its logs only; SYSTEM.LOG1: it is a symbolic link, which is not followed; copy it there; what was read may be stale
  unknown: HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC: the hive is
    dirty: SYSTEM.LOG1: it is a symbolic link, which is not followed; copy it
    there (Q298565.lua:NNN)

? SYSTEM: a hive of format 1.3, dirty: its last changes are in its logs only,
  and whether it is sound with them cannot be told; SYSTEM.LOG1: it is a
  symbolic link, which is not followed; copy it there
TOLD
told 'a log that is not opened'
# A log of another time.
fresh
log entries SYSTEM.LOG1 3 0 1
dirty_beside
cat >"$scratch/told" <<'TOLD'
kbmend: SYSTEM: the hive is dirty: sequence numbers 8 and 7 differ, its last changes are in its logs only; SYSTEM.LOG1: its entries begin with 3: the hive has all that came before 7; copy hive and logs again while nothing writes to them; what was read may be stale
  unknown: HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC: the hive is
    dirty: SYSTEM.LOG1: its entries begin with 3: the hive has all that came
    before 7; copy hive and logs again while nothing writes to them
    (Q298565.lua:NNN)

? SYSTEM: a hive of format 1.3, dirty: its last changes are in its logs only,
  and whether it is sound with them cannot be told; SYSTEM.LOG1: its entries
  begin with 3: the hive has all that came before 7; copy hive and logs again
  while nothing writes to them
TOLD
told 'a log that does not fit'
# Logs that are used are told of, and nothing is doubted; of a hive that is cut, what is missing.
fresh
log entries SYSTEM.LOG1 7 0 1
dirty_beside
expect 0 'was not written to its end; logs replayed: 1 entry of SYSTEM.LOG1$' "$kbmend" reg get "$short/SYSTEM" "$imc" SiteDN
silent 'dirty|stale|copy'
head -c 30000 "$states/0" >"$short/SYSTEM"
expect 1 'SYSTEM: the hive is cut: 25904 of the [0-9]+ bytes behind its base block are there; copy it again; what was read is not all$' \
	"$kbmend" reg ls "$short/SYSTEM"
rm -rf "$short"

# --- in a folder -----------------------------------------------------------------------------------------
fresh
log entries system.log1 7 0 1 2
mkdir -p "$scratch/image/WINNT/system32"
rm -rf "$scratch/image/WINNT/system32/config"
cp -r "$scratch/hives" "$scratch/image/WINNT/system32/config"
expect 2 'logs replayed: 2 entries of' "$kbmend" run Q298565 -t "$scratch/image" -t "$ldif"
expect 0 '^2$' "$kbmend" reg get "$scratch/image" 'HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters' Second
expect 1 'unknown' "$kbmend" run Q298565 -t "$scratch/image" -t "$ldif" --logs ignore
expect 0 '^                  1\.[35], recovered from its logs, last written' "$kbmend" reg info "$scratch/image" -q
expect 1 '^                  1\.[35], dirty, last written' "$kbmend" reg info "$scratch/image" -q --logs ignore
for command in "reg recover $hive" "reg export $hive Select" "plan Q298565 -t $hive"; do
	# shellcheck disable=SC2086 # words
	expect 64 '^kbmend: -o names a file, and never standard output: a file called - is ./-$' \
		sh -c "cd '$scratch' && '$kbmend' $command -o -"
	check [ ! -e "$scratch/-" ]
done
# recover is for one hive: of a folder it says which, and how.
config=$scratch/image/WINNT/system32/config
cp "$states/4" "$config/software"
cp "$states/4" "$config/DEFAULT"
patch "$config/DEFAULT" 4 '\376'
head -c 300 "$states/4" >"$config/SAM"
before=$(find "$scratch/image" -type f -exec sha256sum {} + | sort)
for output in "-o $scratch/whole" "-o $scratch/whole -f json" ""; do
	# shellcheck disable=SC2086 # words
	expect 64 "^kbmend: $scratch/image: is a folder; of its hives, dirty or not readable:$" \
		"$kbmend" reg recover "$scratch/image" $output
	errors "^kbmend:   $config/SYSTEM: is dirty, and can be recovered .logs replayed: 2 entries of system.log1.$"
	errors "^kbmend:   $config/DEFAULT: the hive is dirty: the checksum"
	errors "^kbmend:   $config/SAM: is the beginning"
	errors "^kbmend: as: kbmend reg recover $config/SYSTEM -o $(set -- $output && echo "${2:-NEW}")$"
	errors "^usage: kbmend reg recover FILE -o NEW"
	silent 'software'
	check [ ! -s "$scratch/out" ]
	check [ ! -e "$scratch/whole" ]
done
check [ "$(find "$scratch/image" -type f -exec sha256sum {} + | sort)" = "$before" ]
as=$(sed -n 's/^kbmend: as: //p' "$scratch/err")
(cd "$scratch" && PATH=$(dirname "$kbmend"):$PATH sh -c "$as") >"$scratch/out" 2>"$scratch/err" || fail "$as"
expect 0 'sound' "$kbmend" reg check "$scratch/NEW"
rm "$config/DEFAULT" "$config/SAM" "$scratch/image/WINNT/system32/config/system.log1"
expect 64 "^kbmend: no hive in this folder can be recovered$" "$kbmend" reg recover "$scratch/image" -o "$scratch/none"
errors "no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along$"
expect 3 'no log can be replayed' "$kbmend" run Q298565 -t "$scratch/image" -t "$ldif" --logs require
cp "$states/4" "$config/SYSTEM"
cp "$states/4" "$config/SAM"
expect 64 "^kbmend: $scratch/image: is a folder, and all its hives are clean: there is nothing to recover$" \
	"$kbmend" reg recover "$scratch/image" -o "$scratch/none"
silent 'dirty|as:'
expect 1 "^kbmend: examples/exch1/SYSTEM.reg: is a .reg export, and no hive: an export has no logs, and nothing to recover$" \
	"$kbmend" reg recover examples/exch1/SYSTEM.reg -o "$scratch/none"
check [ ! -e "$scratch/none" ]

# --- a plan, and apply ----------------------------------------------------------------------------------
fresh
log entries SYSTEM.LOG1 7 0 1 2
before=$(hash_of "$hive")
expect 2 '"primary_sequence": 8' sh -c "'$kbmend' plan Q298565 -t '$hive' -t '$ldif' -q -o '$scratch/plan.json' >/dev/null; status=\$?; cat '$scratch/plan.json'; exit \$status"
expect 3 'the hive is dirty, it lacks 2 entries of SYSTEM.LOG1; --recover writes it' run --apply --yes
expect 3 'the hive is dirty, it lacks 2 entries of SYSTEM.LOG1; --recover writes it' run --apply --no-input
expect 3 'the hive is dirty, it lacks 2 entries of SYSTEM.LOG1; --recover writes it' "$kbmend" apply "$scratch/plan.json" --yes
check [ "$(hash_of "$hive")" = "$before" ]
check [ "$(ls "$scratch/hives" | wc -l)" -eq 2 ]
expect 2 '^next: kbmend run Q298565 -t .* --apply --recover$' run
expect 64 '--recover belongs to --apply' run --recover

# With --recover the new file has what the logs held, and the change; the logs stay; an undo brings
# the bytes back that were there.
logs=$(hash_of "$scratch/hives/SYSTEM.LOG1")
expect 2 'pending' "$kbmend" apply "$scratch/plan.json" --recover -n
expect 3 'nobody can be asked here' "$kbmend" apply "$scratch/plan.json" --recover
check [ "$(hash_of "$hive")" = "$before" ]
expect 0 '^fixed: 1 change, written and verified$' "$kbmend" apply "$scratch/plan.json" --recover --yes --verify full
check grep -q 'SYSTEM: is clean now, with what its logs held; they are left as they are' "$scratch/err"
check [ "$(hash_of "$scratch/hives/SYSTEM.LOG1")" = "$logs" ]
check [ "$(ls "$scratch/hives" | wc -l)" -eq 2 ]
check [ "$(hash_of "$scratch/state/kbmend/journal/1/backup-1")" = "$before" ]
expect 0 'sound' "$kbmend" reg check "$hive"
expect 0 '^2$' look Second
check [ ! -s "$scratch/err" ]
expect 0 'pass' run
never 'logs replayed'
expect 0 'applied already' "$kbmend" apply "$scratch/plan.json" --yes
expect 0 '^undone' "$kbmend" undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]
check [ "$(hash_of "$scratch/hives/SYSTEM.LOG1")" = "$logs" ]
expect 0 '^fixed' run --apply --yes --recover
expect 0 '^2$' look Second
expect 0 '^undone' "$kbmend" undo 3 --yes
check [ "$(hash_of "$hive")" = "$before" ]
# A hive that is clean does not mind it; one without logs is refused as ever.
fresh
cp "$states/0" "$hive"
expect 0 '^fixed' run --apply --yes --recover
check [ ! -s "$scratch/err" ]
fresh
expect 1 'unknown' run --apply --yes --recover
check [ "$(ls "$scratch/hives" | wc -l)" -eq 1 ]
# The logs make the hive grow.
cp "$states/4" "$states/large"
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	"$build/tests/set_value" "$states/large" "$imc" Large$number "$(printf '%0190d' $number)"
done
"$build/tests/set_value" "$states/large" "$imc" SiteDN /o=Contoso/ou=SITE2
fresh
log pages SYSTEM.LOG1 8 0 large
before=$(hash_of "$hive")
expect 0 '^fixed' run --apply --yes --recover
expect 0 '^0*30$' look Large30
expect 0 'sound' "$kbmend" reg check "$hive"
expect 0 '^undone' "$kbmend" undo 1 --yes
check [ "$(hash_of "$hive")" = "$before" ]

# --- a new, clean hive --------------------------------------------------------------------------------
fresh
log entries SYSTEM.LOG1 7 0 1 2
log entries SYSTEM.LOG2 9 2 3 4
chmod 640 "$hive"
before=$(hash_of "$hive")
new=$scratch/hives/new
expect 0 'new: a clean hive of [0-9]* bytes, sequence' "$kbmend" reg recover "$hive" -o "$new"
also '^  SYSTEM.LOG1: 2 entries replayed, 7 to 8$'
also '^  SYSTEM.LOG2: 2 entries replayed, 9 to 10$'
check [ ! -s "$scratch/err" ]
check [ "$(stat -c %a "$new")" = 640 ]
check [ "$(hash_of "$hive")" = "$before" ]
expect 0 'sound' "$kbmend" reg check "$new"
"$kbmend" reg dump "$new" >"$scratch/got"
"$kbmend" reg dump "$states/4" >"$scratch/truth"
check cmp "$scratch/got" "$scratch/truth"
expect 0 'pass' "$kbmend" run Q298565 -t "$new" -t "$ldif"
expect 3 'new: is there already' "$kbmend" reg recover "$hive" -o "$new"
expect 3 'SYSTEM: is there already' "$kbmend" reg recover "$hive" -o "$hive"
expect 0 'the hive is clean: there is nothing to recover; nothing was written' "$kbmend" reg recover "$new" -o "$new.2"
check [ ! -e "$new.2" ]
expect 0 '"reason": "the hive is clean' "$kbmend" reg recover "$new" -o "$new.2" -f json
expect 0 '^log,"SYSTEM.LOG1: 2 entries replayed, 7 to 8"$' "$kbmend" reg recover "$hive" -o "$new.csv" -f csv
also '^field,value$'
also '^recovered,true$'
also "^output,$new.csv$"
also '^sequence,11$'
expect 0 '^recovered,false$' "$kbmend" reg recover "$new.csv" -o "$new.2" -f csv
also '^reason,the hive is clean: there is nothing to recover$'
never '^output'
rm "$new.csv"
expect 0 '"sequence":11,"problems":0' "$kbmend" reg recover "$hive" -o "$new.3" -f jsonl
check "$kbmend" reg recover "$hive" -o "$new.4" -q >"$scratch/out"
check [ ! -s "$scratch/out" ]
check cmp "$new" "$new.4"
expect 1 'cannot be created: No such file' "$kbmend" reg recover "$hive" -o "$scratch/none/new"
expect 64 '-o FILE names the new hive' "$kbmend" reg recover "$hive"
expect 0 'logs auto.require   ' "$kbmend" reg recover --help
never 'ignore'
expect 64 '--logs ignore leaves nothing' "$kbmend" reg recover "$hive" -o "$new.5" --logs ignore
expect 1 'is not a registry hive' "$kbmend" reg recover "$ldif" -o "$new.5"
expect 1 'No such file' "$kbmend" reg recover "$hive.none" -o "$new.5"
rm "$scratch/hives"/SYSTEM.LOG?
expect 3 'no transaction log lies beside it: copy its .LOG, .LOG1 and .LOG2 along; nothing was written' "$kbmend" reg recover "$hive" -o "$new.5"
expect 3 '"recovered": false' "$kbmend" reg recover "$hive" -o "$new.5" -f json
check [ ! -e "$new.5" ]
fresh
log pages SYSTEM.LOG1 8 0 4
"$make_log" flip "$hive" 508
expect 0 'its base block is broken; a log.s takes' "$kbmend" reg recover "$hive" -o "$new"
also '^  SYSTEM.LOG1: [0-9]* pages replayed$'
"$kbmend" reg dump "$new" >"$scratch/got"
check cmp "$scratch/got" "$scratch/truth"
# A disk that is full, or a kill, at any call on files: the new hive is whole or not there.
fresh
log entries SYSTEM.LOG1 7 0 1
before=$(hash_of "$hive")
"$kbmend" reg recover "$hive" -o "$new" >/dev/null
whole=$(hash_of "$new")
rm "$new"
faulty() {
	LD_PRELOAD=$faults KBM_FAULTS_BELOW=$(realpath "$scratch") \
		KBM_FAULTS_AT=$1 KBM_FAULTS_DO=$2 KBM_FAULTS_COUNT=$scratch/calls \
		"$kbmend" reg recover "$hive" -o "$new" >"$scratch/out" 2>"$scratch/err"
}
if [ -n "$faults" ]; then
	check faulty 0 none
	rm "$new"
	for fault in ENOSPC+ EIO short kill-before kill-after; do
		for at in $(seq "$(cat "$scratch/calls")"); do
			faulty "$at" $fault 2>/dev/null
			status=$?
			if [ -e "$new" ]; then
				check [ "$(hash_of "$new")" = "$whole" ]
			else
				check [ $status -ne 0 ]
			fi
			rm -f "$new"
			check [ "$(ls "$scratch/hives" | wc -l)" -eq 2 ]
		done
	done
fi
check [ "$(hash_of "$hive")" = "$before" ]

# --- real hives -----------------------------------------------------------------------------------------
if ls "$real"/*.xz >/dev/null 2>&1; then
	rm -rf "$scratch/real"
	mkdir "$scratch/real"
	for packed in "$real"/*.xz; do
		xz -dc "$packed" >"$scratch/real/$(basename "$packed" .xz)"
	done
	for name in NTUSER.DAT NewDirtyHive OldDirtyHive; do
		check "$kbmend" reg dump --canonical "$scratch/real/$name" >"$scratch/out" 2>"$scratch/err"
		# Windows 7 wrote to OldDirtyHive when it recovered it: its times differ.
		[ $name = OldDirtyHive ] && keep='^V' || keep='.'
		grep "$keep" "$scratch/out" >"$scratch/got"
		grep "$keep" "$scratch/real/$name.recovered.dump" >"$scratch/truth"
		check cmp "$scratch/got" "$scratch/truth"
	done
	expect 1 'BadLogHive.LOG1: the checksum of its base block is wrong' "$kbmend" reg ls "$scratch/real/BadLogHive"
	expect 3 'BadLogHive.LOG1: the checksum' "$kbmend" reg ls "$scratch/real/BadLogHive" --logs require
else
	echo "without real hives: there are none ($real)"
fi

finish
