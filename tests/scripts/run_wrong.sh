#!/bin/sh
# Runs the scripts of wrong/, each wrong on purpose, and checks what the program says about them.
#   run_wrong.sh KBMEND [SCRIPT...]
# A script's first lines say what must come: `-- expect WORDS` is the beginning of a line of the
# digest (-f digest), in which ... stands for anything, or of stderr when it begins with `stderr`.
set -u
kbmend=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
example=$here/../../examples/exch1
work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-wrong.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

count=0
failed=0
[ $# -gt 0 ] || set -- "$here"/wrong/*.lua
for script; do
	count=$((count + 1))
	"$kbmend" run "$script" -t "$example/SYSTEM.reg" -t "$example/directory.ldif" --timeout 1 \
		-f digest >"$work/digest" 2>"$work/stderr" </dev/null
	status=$?
	[ -s "$work/digest" ] || echo "verdict none" >"$work/digest"
	sed 's/^/stderr /' "$work/stderr" >>"$work/digest"
	sed -n 's/^-- expect //p' "$script" >"$work/expected"
	[ -s "$work/expected" ] || echo "nothing is expected" >"$work/expected"
	[ "$status" -ne 0 ] || echo "an exit status other than 0" >>"$work/expected"
	while IFS= read -r words; do
		# A pattern for the beginning of a line, in which ... is the only wildcard.
		pattern=$(printf '%s\n' "$words" | sed 's/[][\.*^$]/\\&/g; s/\\\.\\\.\\\./.*/g')
		grep -q "^$pattern" "$work/digest" && continue
		failed=$((failed + 1))
		echo "FAIL $(basename "$script"): no line begins with: $words"
		sed 's/^/  | /' "$work/digest"
	done <"$work/expected"
done
echo "$count scripts, $failed expectations not met"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]
