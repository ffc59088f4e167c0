#!/bin/sh
# The second reader where the two readers could part, by the real programs:
#   second_read.sh KBMEND CRAFT-HIVE REG2HIVE
set -u
kbmend=$1
craft=$2
reg2hive=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
ldif=$root/examples/exch1/directory.ldif
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-second.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT

passed=0
failed=0

# expect STATUS TEXT CRAFTED-KIND: the report in one line holds the text
expect() {
	"$craft" "$3" "$root/examples/exch1/SYSTEM" "$scratch/hive" || exit 1
	check "$1" "$2" "$3" -t "$scratch/hive"
}

check() {
	wanted=$1
	text=$2
	what=$3
	shift 3
	LC_ALL=C.UTF-8 "$kbmend" run Q298565 "$@" -t "$ldif" >"$scratch/out" 2>&1
	status=$?
	tr -s '\n ' '  ' <"$scratch/out" >"$scratch/line"
	if [ "$status" -eq "$wanted" ] && grep -qF -e "$text" "$scratch/line"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what: exit status $status, not $wanted, or no '$text' in"
		cat "$scratch/out"
	fi
}

agrees='afterwards: pass (simulated); read twice, libregf agrees'
# What libregf is known to misread is decoded where libregf finds it.
expect 2 "$agrees" slack
expect 2 "$agrees" inline
# What keeps it busy, or crashes it, confirms nothing: no plan, and the reason.
expect 1 'could not be confirmed by the second reader, libregf (libregf took more than' value-count
expect 1 'could not be confirmed by the second reader, libregf (' value-count-all
expect 1 'SiteDN could not be confirmed by the second reader, libregf (' value-count-here
expect 1 "(the worker's child for the job 'second-read' crashed (signal 11)); kbmend reads it as present" ri-self
expect 1 "crashed (signal 11)); kbmend reads it as REG_SZ \"/o=Contoso/ou=SITE2\"" ri-self-here
# One script's trouble is not the others', whichever comes first.
"$craft" ri-self-here "$root/examples/exch1/SYSTEM" "$scratch/hive" || exit 1
for scripts in "Q298565 $root/examples/hello.lua" "$root/examples/hello.lua Q298565"; do
	# shellcheck disable=SC2086 # two words
	LC_ALL=C.UTF-8 "$kbmend" run $scripts -t "$scratch/hive" -t "$ldif" >"$scratch/out" 2>&1
	if grep -q '^✗ hello' "$scratch/out" && grep -q '^? Q298565' "$scratch/out" &&
		grep -q 'read twice, libregf agrees' "$scratch/out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $scripts:"
		cat "$scratch/out"
	fi
done
# Both formats that are built, and the image of an export.
for minor in 3 5; do
	"$reg2hive" --minor "$minor" --hive SYSTEM "$root/examples/exch1/SYSTEM.reg" "$scratch/hive" || exit 1
	check 2 "$agrees" "format 1.$minor" -t "$scratch/hive"
done
check 2 "$agrees" "a .reg export" -t "$root/examples/exch1/SYSTEM.reg"

# In JSON, and no plan where nothing is confirmed.
json=$("$kbmend" run Q298565 -t "$root/examples/exch1/SYSTEM" -t "$ldif" -f jsonl)
case $json in
*'"read_twice":true'*) passed=$((passed + 1)) ;;
*) failed=$((failed + 1)) && echo "FAILED: read_twice is not in the JSON" ;;
esac
"$craft" ri-self "$root/examples/exch1/SYSTEM" "$scratch/hive"
"$kbmend" plan Q298565 -t "$scratch/hive" -t "$ldif" -o "$scratch/plan.json" >/dev/null 2>&1
if [ -e "$scratch/plan.json" ]; then
	failed=$((failed + 1))
	echo "FAILED: a plan was written that the second reader did not confirm"
else
	passed=$((passed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
