#!/bin/sh
# Whether another program does with `--emit reg:` what was meant: check_emit.sh KBMEND REG2HIVE
# hivexregedit merges the fix into a hive, which then must pass, and the undo, which must bring the
# finding back.
set -eu
kbmend=$1
reg2hive=$2
command -v hivexregedit >/dev/null || {
	echo "skipped: no hivexregedit"
	exit 77
}
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
hive=$folder/SYSTEM

# The control set by number: for hivexregedit CurrentControlSet is a key like any other.
run() {
	status=0
	"$kbmend" run Q298565 -t "$hive" -t examples/exch1/directory.ldif --control-set 1 \
		"$@" >"$folder/output.txt" 2>&1 || status=$?
}
# It reads UTF-8 with plain line ends only.
merge() {
	iconv -f UTF-16 -t UTF-8 "$1" | tr -d '\r' >"$folder/merge.reg"
	hivexregedit --merge --prefix 'HKEY_LOCAL_MACHINE\SYSTEM' "$hive" "$folder/merge.reg"
}
expect() {
	[ "$status" -eq "$1" ] || {
		echo "$2: exit status $status, not $1"
		cat "$folder/output.txt"
		exit 1
	}
	echo "ok $2"
}

"$reg2hive" --hive SYSTEM examples/exch1/SYSTEM.reg "$hive"
run --emit "reg:$folder/fix.reg" --emit-form 5
expect 2 "the hive fails, and the files are written"
merge "$folder/fix.reg"
run
expect 0 "after the fix it passes"
merge "$folder/fix.undo.reg"
run
expect 2 "after the undo it fails again"
