#!/bin/sh
# Fuzzes for some seconds on a copy of the corpus: fuzz_for.sh PROGRAM SOURCES FOLDER [OPTION...]
# PROGRAM is .../fuzz_NAME; SOURCES has corpus/NAME and perhaps NAME.dict; FOLDER is made anew. What
# was found stays in FOLDER/findings and is printed in base64, with the seed in the log above it.
set -eu
program=$1
sources=$2
folder=$3
shift 3
name=${program##*/fuzz_}

rm -rf "$folder"
mkdir -p "$folder/findings"
cp -R "$sources/corpus/$name" "$folder/corpus"
chmod -R u+w "$folder/corpus"
[ ! -f "$sources/$name.dict" ] || set -- "$@" "-dict=$sources/$name.dict"

status=0
"$program" "$@" -print_final_stats=1 -artifact_prefix="$folder/findings/" "$folder/corpus" \
	>"$folder/log" 2>&1 || status=$?
grep -E '^INFO: Seed|^stat::' "$folder/log" || true
[ "$status" -ne 0 ] || exit 0
grep -vE '^#[0-9]+[[:space:]]+(NEW|REDUCE|pulse|RELOAD)' "$folder/log" | tail -n 200
for finding in "$folder/findings"/*; do
	[ -f "$finding" ] || continue
	echo "$finding:"
	head -c 65536 "$finding" | base64
done
exit "$status"
