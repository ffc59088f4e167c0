#!/bin/sh
# Runs a stock script on hives: on one built from each case's target.reg, and compares verdict, findings and
# plan with expected.txt. On the exports themselves `kbmend test` does that; a case's files are what it says.
#   run_cases.sh KBMEND REG2HIVE ID [CASE...]
# A case with `dirty` is run here only, on a hive marked as not written to its end; with UPDATE=1 in the
# environment its expected.txt is written anew: read the difference before you commit it. A case with
# `no-hive` is not run here: its export holds a part of a registry, which no hive does.
set -u
kbmend=$1
reg2hive=$2
id=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/digest.sh"
open_cases "$id"

byte() {
	od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' '
}

put_byte() {
	printf "$(printf '\\%03o' "$3")" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>"$work/dd"
}

# Makes a hive's two sequence numbers differ. The checksum is an exclusive or of all words before
# it, so that the same bit changes there.
make_dirty() {
	for offset in 11 511; do
		put_byte "$1" $offset $(($(byte "$1" $offset) ^ 64))
	done
}

count=0
failed=0
[ $# -gt 0 ] || set -- "$cases"/*/
for name; do
	case=$cases/$(basename "$name")
	[ ! -f "$case/no-hive" ] || continue
	count=$((count + 1))
	"$reg2hive" --minor 3 --hive SYSTEM "$case/target.reg" "$work/hive" || {
		failed=$((failed + 1))
		continue
	}
	[ ! -f "$case/dirty" ] || make_dirty "$work/hive"
	digest_of "$work/hive" "$case" >"$work/found"
	[ -z "${UPDATE:-}" ] || [ ! -f "$case/dirty" ] || cp "$work/found" "$case/expected.txt"
	diff -u --label expected --label found "$case/expected.txt" "$work/found" && continue
	echo "FAIL $(basename "$name")"
	failed=$((failed + 1))
done
echo "$count cases, $failed differences"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]
