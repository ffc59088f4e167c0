#!/bin/sh
# Edits copies of real hives and compares all of them before and after: agreement_edits.sh FOLDER
# EDIT_REAL. FOLDER holds NAME.xz, and NAME.dump.xz beside what is not damaged. Exit 77: there is
# nothing to edit.
set -u
if [ $# -ne 2 ]; then
	echo "usage: agreement_edits.sh FOLDER EDIT_REAL" >&2
	exit 64
fi
folder=$1
edit=$2
if ! ls "$folder"/*.dump.xz >/dev/null 2>&1; then
	echo "skipped: no real hives here ($folder)"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
edited=0
failed=0
for packed in "$folder"/*.xz; do
	name=$(basename "$packed" .xz)
	case $name in *.dump) continue ;; esac
	xz -dc "$packed" >"$work/hive" || exit 1
	timeout 120 "$edit" "$work/hive" >"$work/got" 2>&1
	status=$?
	echo "$name: $(tail -n 1 "$work/got" | cut -c 1-200)"
	# Damaged ones may not be written to, but they must say why.
	if [ $status -eq 0 ] && [ -e "$folder/$name.dump.xz" ]; then
		edited=$((edited + 1))
	elif [ -e "$folder/$name.dump.xz" ] || { [ $status -ne 1 ] && [ $status -ne 2 ]; }; then
		echo "FAIL $name: status $status"
		failed=$((failed + 1))
	fi
done
echo "$edited hives edited, $failed wrong"
[ "$edited" -gt 0 ] && [ "$failed" -eq 0 ]
