#!/bin/sh
# Writes what the cases of a stock script say of it, ID.facts, for `kbmend describe`: where it looks (reads.txt), what
# it may change, what is left to people, and one case as a sample.
# usage: facts.sh SOURCE OUTPUT-FOLDER
set -eu
source=$1
output=$2
mkdir -p "$output"
rm -f "$output"/*.facts
for script in "$source"/scripts/*/*.lua; do
	case $script in
	*/profiles/*) continue ;; # may be called as a script is
	esac
	id=$(basename "$script" .lua)
	cases=$source/tests/scripts/$id
	[ -d "$cases" ] || continue
	chosen=
	[ ! -f "$cases/sample.txt" ] || chosen=$(cat "$cases/sample.txt")
	if [ -n "$chosen" ] && ! grep -q '^verdict fail$' "$cases/$chosen/expected.txt"; then
		echo "facts.sh: $cases/sample.txt names no case that fails" >&2
		exit 1
	fi
	hash=$(sha256sum <"$script")
	{
		echo "script ${hash%% *}"
		[ ! -f "$cases/reads.txt" ] || sed '/^search /!s/^/place /' "$cases/reads.txt"
		for case in "$cases"/*/expected.txt; do
			echo "case $(basename "$(dirname "$case")")"
			cat "$case"
		done | LC_ALL=C awk -v chosen="$chosen" '
			# A line that is there for the first time.
			function once(line) { if (!(line in seen)) { seen[line] = 1; print line } }
			# The sample is a case that fails: the one of sample.txt; else one with a change if
			# there is one, a plain one of these, and the first of these.
			function end_case(  rank) {
				rank = fails * (1 + plain + 2 * changes + 4 * (name == chosen))
				if (rank > best) { best = rank; sample = text }
			}
			/^case / {
				end_case()
				name = $2
				text = "sample case " name "\n"
				plain = name !~ /^(absent|cluster|trap-|companion)/
				fails = changes = 0
				next
			}
			/^(exit|reason|read) / { next }
			{ text = text "sample " $0 "\n" }
			/^verdict fail$/ { fails = 1 }
			/^change / { changes = 1; line = $0; sub(/, risk [a-z]+$/, "", line); once(line) }
			/^manual / { once($0) }
			END { end_case(); printf "%s", sample }'
	} >"$output/$id.facts"
done
