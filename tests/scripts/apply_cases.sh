#!/bin/sh
# Applies the plan of each failing case to a real hive made from its export; the script then passes there, or
# finds only what is left to a person.
#   apply_cases.sh KBMEND REG2HIVE ID [CASE...]
# Plans that modify entries need a server: tests/ldap has those.
set -u
kbmend=$1
reg2hive=$2
id=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/digest.sh"
open_cases "$id"

# on_case STATUS WORDS...: runs kbmend on the case, and says so when it ends otherwise.
on_case() {
	wanted=$1
	shift
	with_case "$work/SYSTEM" "$case" "$kbmend" run "$script" "$@" --state-dir "$work/state" >"$work/out" 2>&1 </dev/null
	status=$?
	case " $wanted " in *" $status "*) return 0 ;; esac
	echo "FAIL $(basename "$case"): status $status, expected $wanted"
	cat "$work/out"
	failed=$((failed + 1))
	return 1
}

count=0
failed=0
[ $# -gt 0 ] || set -- "$cases"/*/
for name; do
	case=$cases/$(basename "$name")
	grep -qE "^change [a-z_]* HK" "$case/expected.txt" || continue
	grep -q "^change modify_entry" "$case/expected.txt" && continue
	[ ! -f "$case/no-hive" ] && [ ! -f "$case/dirty" ] || continue
	count=$((count + 1))
	rm -rf "$work/SYSTEM" "$work/state"
	"$reg2hive" --minor 3 --hive SYSTEM "$case/target.reg" "$work/SYSTEM" || {
		failed=$((failed + 1))
		continue
	}
	# What is left to a person may remain found in the next run.
	after=0
	grep -q "^afterwards pass" "$case/expected.txt" || after=2
	grep -q "^  remains" "$case/expected.txt" && after="0 2"
	on_case 0 --apply --yes=high && on_case "$after"
done
echo "$count plans applied, $failed failed"
[ "$failed" -eq 0 ]
