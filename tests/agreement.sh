#!/bin/sh
# Compares dumps of real hives with what is truly in them: agreement.sh FOLDER COMMAND...
# FOLDER holds NAME.xz and NAME.dump.xz; COMMAND gets the hive's path as its last argument (the
# dump_hive of the tests, or `kbmend reg dump --canonical`). A hive without a dump is damaged on purpose: the
# command must end with status 1, within 10 s, and say why. Exit 77: there is nothing to compare.
set -u
if [ $# -lt 2 ]; then
	echo "usage: agreement.sh FOLDER COMMAND..." >&2
	exit 64
fi
folder=$1
shift
if ! ls "$folder"/*.xz >/dev/null 2>&1; then
	echo "skipped: no real hives here ($folder)"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
compared=0
failed=0
complain() {
	echo "FAIL $name: $*"
	failed=$((failed + 1))
}
for packed in "$folder"/*.xz; do
	name=$(basename "$packed" .xz)
	case $name in *.dump) continue ;; esac
	xz -dc "$packed" >"$work/hive" || { complain "cannot unpack"; continue; }
	timeout 10 "$@" "$work/hive" >"$work/got" 2>"$work/errors"
	status=$?
	compared=$((compared + 1))
	if [ -e "$folder/$name.dump.xz" ]; then
		xz -dc "$folder/$name.dump.xz" >"$work/truth"
		if [ $status -ne 0 ]; then
			complain "exit status $status: $(tail -n 1 "$work/errors")"
		elif ! cmp -s "$work/got" "$work/truth"; then
			complain "differs from the truth:"
			diff "$work/got" "$work/truth" | cut -c 1-200 | head -n 5
		fi
	elif [ $status -ne 1 ] || [ ! -s "$work/errors" ]; then
		complain "damaged, but exit status $status and no word why"
	else
		echo "damaged, as it should be: $name: $(tail -n 1 "$work/errors")"
	fi
done
echo "$compared hives compared, $failed differ"
[ "$compared" -gt 0 ] && [ "$failed" -eq 0 ]
