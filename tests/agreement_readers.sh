#!/bin/sh
# Reads real hives with both readers, which must agree: agreement_readers.sh FOLDER COMPARE_READERS
# FOLDER holds NAME.xz, and NAME.dump.xz beside what is not damaged. Every key and value is read.
# Exit 77: there is nothing to compare.
set -u
if [ $# -ne 2 ]; then
	echo "usage: agreement_readers.sh FOLDER COMPARE_READERS" >&2
	exit 64
fi
folder=$1
compare=$2
if ! ls "$folder"/*.dump.xz >/dev/null 2>&1; then
	echo "skipped: no real hives here ($folder)"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
compared=0
failed=0
for truth in "$folder"/*.dump.xz; do
	name=$(basename "$truth" .dump.xz)
	xz -dc "$folder/$name.xz" >"$work/hive" || exit 1
	compared=$((compared + 1))
	timeout 120 "$compare" "$work/hive" >"$work/got" 2>&1 || {
		echo "FAIL $name:"
		head -n 20 "$work/got" | cut -c 1-300
		failed=$((failed + 1))
	}
	echo "$name: $(tail -n 1 "$work/got")"
done
echo "$compared hives read twice, in $failed the readers part"
[ "$compared" -gt 0 ] && [ "$failed" -eq 0 ]
