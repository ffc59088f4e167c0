#!/bin/sh
# What other programs read from the images that we build: check_images.sh REG2HIVE [SUBKEYS]
# A .reg file full of boundary cases becomes a hive of each format; hivexregedit must export from it
# just what the file said, and reglookup must find as many keys and values.
set -eu
reg2hive=$1
subkeys=${2:-2000}
for tool in hivexregedit reglookup; do
	command -v $tool >/dev/null || {
		echo "skipped: no $tool"
		exit 77
	}
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# hivexregedit's own way of writing: lower-case hex in one line, dword, texts as hex(1).
awk -v subkeys="$subkeys" '
function value(count,    i) {
	printf "\"v%d\"=hex(3):", count
	for (i = 0; i < count; i++)
		printf "%s%02x", i ? "," : "", (i * 31 + int(i / 256)) % 256
	print ""
}
function many(unit, count,    i, text) {
	text = ""
	for (i = 0; i < count; i++)
		text = text unit
	return text
}
BEGIN {
	base = "[HKEY_LOCAL_MACHINE\\SYSTEM"
	print "Windows Registry Editor Version 5.00\n"
	print base "\\]\n"
	print base "\\Empty]\n"
	print base "\\Sizes]"
	n = split("0 1 3 4 5 4000 4056 4060 16343 16344 16345 32688 32689 1048576", sizes, " ")
	for (i = 1; i <= n; i++)
		value(sizes[i])
	print "\n" base "\\Types]"
	for (i = 0; i < 12; i++)
		if (i != 4)
			printf "\"t%x\"=hex(%x):61,00,00,00,00,00,00,00\n", i, i
	print "\"dword\"=dword:0000abcd"
	print "@=hex(1):64,00,00,00"
	print "\"" many("n", 255) "\"=dword:00000001"
	print "\n" base "\\Names]\n"
	n = split("Größe Ключ 日本語 Straße ÿ Ā Ελλάδα", names, " ")
	for (i = 1; i <= n; i++)
		print base "\\Names\\" names[i] "]\n\"" names[i] "\"=dword:00000001\n"
	print base "\\Names\\" many("k", 255) "]\n"
	print base "\\Names\\" many("Ж", 255) "]\n"
	path = base "\\Deep"
	print path "]\n"
	for (i = 2; i < 510; i++) {
		path = path "\\d"
		print path "]\n"
	}
	print base "\\Many]\n"
	for (i = 0; i < subkeys; i++)
		printf "%s\\Many\\k%06d]\n\"v\"=dword:%08x\n\n", base, (i * 7919) % subkeys, i
}' >"$folder/source.reg"

# Each value with its key, in an order that does not depend on the hive's.
flatten() {
	awk '/^\[/ { key = $0; print key; next } /^["@]/ { print key " " $0 }' "$1" |
		LC_ALL=C sort
}
flatten "$folder/source.reg" >"$folder/source.txt"
keys=$(grep -c '^\[' "$folder/source.reg")
values=$(grep -c '^["@]' "$folder/source.reg")

for minor in 3 5; do
	"$reg2hive" --minor $minor --hive SYSTEM "$folder/source.reg" "$folder/hive"
	# Perl would print names in Latin-1 where it can, and warns of depth.
	PERL_UNICODE=SO hivexregedit --export "$folder/hive" '\' \
		--prefix 'HKEY_LOCAL_MACHINE\SYSTEM' >"$folder/export.reg" 2>"$folder/export.log" || {
		tail -1 "$folder/export.log" # more than 70,000 subkeys are too many for it
		exit 1
	}
	flatten "$folder/export.reg" >"$folder/export.txt"
	cmp "$folder/source.txt" "$folder/export.txt" || {
		diff "$folder/source.txt" "$folder/export.txt" | cut -c1-120 | head -20
		exit 1
	}
	reglookup "$folder/hive" >"$folder/lookup.txt" 2>"$folder/lookup.log"
	found=$(grep -c ',KEY,' "$folder/lookup.txt")
	found_values=$(($(wc -l <"$folder/lookup.txt") - 1 - found))
	echo "format 1.$minor: $keys keys, $values values; reglookup: $found, $found_values"
	[ "$found" -eq "$keys" ] && [ "$found_values" -eq "$values" ]
	if grep -v 'to encoding US-ASCII' "$folder/lookup.log"; then
		exit 1
	fi
done
