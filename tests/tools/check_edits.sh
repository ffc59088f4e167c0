#!/bin/sh
# What other programs read from hives that we have edited: check_edits.sh HIVE_SEQUENCES [SEEDS]
# After random edits hivexregedit must export all keys and the data of all values, and reglookup find
# as many of both. Names are not compared: both spell those that are not ASCII in ways of their own.
set -eu
sequences=$1
seeds=${2:-24}
for tool in hivexregedit reglookup; do
	command -v $tool >/dev/null || {
		echo "skipped: no $tool"
		exit 77
	}
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seed=0
all=0
while [ $seed -lt "$seeds" ]; do
	seed=$((seed + 1))
	"$sequences" --write "$folder/hive" 600 $seed >"$folder/model"
	LC_ALL=C sort "$folder/model" >"$folder/wanted"
	# Perl would print names in Latin-1 where it can, and warns.
	PERL_UNICODE=SO hivexregedit --export "$folder/hive" '\' >"$folder/export" \
		2>"$folder/export.log" || {
		tail -n 1 "$folder/export.log"
		exit 1
	}
	# A name may hold anything but what ends it here.
	sed -n -e 's/^\[.*/key/p' -e 's/^["@].*=\(dword:[0-9a-f]*\)$/\1/p' \
		-e 's/^["@].*=\(hex([0-9a-f]*):[0-9a-f,]*\)$/\1/p' "$folder/export" |
		LC_ALL=C sort >"$folder/found"
	cmp "$folder/wanted" "$folder/found" || {
		echo "seed $seed: hivexregedit reads something else"
		diff "$folder/wanted" "$folder/found" | cut -c 1-120 | head -n 10
		exit 1
	}
	reglookup "$folder/hive" >"$folder/lookup" 2>"$folder/lookup.log"
	keys=$(grep -c '^key$' "$folder/wanted")
	found=$(grep -c ',KEY,' "$folder/lookup")
	values=$(($(wc -l <"$folder/wanted") - keys))
	found_values=$(($(wc -l <"$folder/lookup") - 1 - found))
	[ "$keys" -eq "$found" ] && [ "$values" -eq "$found_values" ] || {
		echo "seed $seed: $keys keys and $values values; reglookup: $found and $found_values"
		exit 1
	}
	all=$((all + keys + values))
done
echo "$seeds edited hives with $all keys and values: hivexregedit and reglookup read the same"
