#!/bin/sh
# Runs a stock script on every case of its folder, once on the .reg export and once on a hive built
# from it, and compares verdict, findings and plan of both with expected.txt.
#   run_cases.sh KBMEND REG2HIVE LUA ID [CASE...]
# With UPDATE=1 in the environment expected.txt is written anew: read the difference before you
# commit it. A case is a folder with
#   target.reg      the registry          directory.ldif  the directory; default: the one beside it
#   params          NAME=VALUE a line     no-directory    there is no directory
#   dirty           only the hive is run, marked as not written to its end
#   no-hive         only the export is run: it holds a part of a registry, which no hive does
set -u
kbmend=$1
reg2hive=$2
lua=$3
id=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
cases=$here/$id
script=$(find "$here/../../scripts" -name "$id.lua" ! -path "*/profiles/*")
[ -f "$script" ] || {
	echo "no stock script $id"
	exit 1
}
work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-cases.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

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

# digest TARGET CASE: what the program says, without what differs from run to run.
digest() {
	file=$1
	case=$2
	set -- -t "$file"
	if [ -f "$case/directory.ldif" ]; then
		set -- "$@" -t "$case/directory.ldif"
	elif [ ! -f "$case/no-directory" ]; then
		set -- "$@" -t "$cases/directory.ldif"
	fi
	if [ -f "$case/params" ]; then
		while IFS= read -r line; do
			set -- "$@" -p "$line"
		done <"$case/params"
	fi
	"$kbmend" run "$script" "$@" -f json >"$work/json" 2>"$work/stderr"
	echo "exit $?"
	{
		"$lua" "$here/digest.lua" "$work/json" 2>&1
		cat "$work/stderr"
	} | sed "s|$work/||g"
}

count=0
failed=0
[ $# -gt 0 ] || set -- "$cases"/*/
for name; do
	case=$cases/$(basename "$name")
	count=$((count + 1))
	sources="reg hive"
	[ -f "$case/dirty" ] && sources=hive
	[ -f "$case/no-hive" ] && sources=reg
	for source in $sources; do
		target=$case/target.reg
		if [ "$source" = hive ]; then
			target=$work/hive
			"$reg2hive" --minor 3 --hive SYSTEM "$case/target.reg" "$target" || {
				failed=$((failed + 1))
				continue
			}
			[ -f "$case/dirty" ] && make_dirty "$target"
		fi
		digest "$target" "$case" >"$work/found"
		[ -z "${UPDATE:-}" ] || [ "$source" != "${sources%% *}" ] ||
			cp "$work/found" "$case/expected.txt"
		diff -u --label expected --label "from the $source" \
			"$case/expected.txt" "$work/found" && continue
		echo "FAIL $(basename "$name") ($source)"
		failed=$((failed + 1))
	done
done
echo "$count cases, $failed differences"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]
