#!/bin/sh
# Reads real hives through hivex, too: agreement_hivex.sh FOLDER KBMEND REG2HIVE
# FOLDER holds NAME.xz, and NAME.dump.xz beside what is not damaged. What hivexregedit exports of a hive becomes a
# hive again, whose keys and values must be those that we read; times are not in an export. One difference is
# known: names with a NUL stand in no .reg file. Exit 77: there is nothing to compare.
set -u
if [ $# -ne 3 ]; then
	echo "usage: agreement_hivex.sh FOLDER KBMEND REG2HIVE" >&2
	exit 64
fi
folder=$1
kbmend=$2
reg2hive=$3
if ! ls "$folder"/*.dump.xz >/dev/null 2>&1 || ! command -v hivexregedit >/dev/null; then
	echo "skipped: no real hives here ($folder), or no hivexregedit"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8
. "$(dirname "$0")/expect.sh" # content
compared=0
failed=0

complain() {
	failed=$((failed + 1))
	echo "FAIL $name: $*"
}

for truth in "$folder"/*.dump.xz; do
	name=$(basename "$truth" .dump.xz)
	xz -dc "$folder/$name.xz" >"$work/hive" || exit 1
	compared=$((compared + 1))
	PERL_UNICODE=SD hivexregedit --export --prefix 'HKEY_LOCAL_MACHINE\SOFTWARE' "$work/hive" '\' \
		>"$work/hive.reg" 2>"$work/errors" || complain "$(head -n 1 "$work/errors")"
	content "$work/hive" >"$work/ours"
	"$reg2hive" --hive SOFTWARE "$work/hive.reg" "$work/again" 2>"$work/errors" || {
		if grep -q 'a NUL character' "$work/errors" && grep -q '%0000' "$work/ours"; then
			echo "$name: not compared, as a name holds a NUL"
			compared=$((compared - 1))
			continue
		fi
		complain "$(cat "$work/errors")"
	}
	content "$work/again" >"$work/theirs"
	[ -s "$work/ours" ] || complain "nothing was read"
	cmp -s "$work/ours" "$work/theirs" || {
		complain "what hivex reads differs:"
		diff "$work/ours" "$work/theirs" | cut -c 1-200 | head -n 5
	}
done
echo "$compared hives compared, $failed differ"
[ "$failed" -eq 0 ] && [ "$compared" -gt 0 ]
