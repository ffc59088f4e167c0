# Sourced by those who run scripts and compare what they say; $kbmend, $here and $work are theirs, and
# where they are about cases, which open_cases names, the folder $cases and $script.

# open_cases ID: of a stock script; makes $work, which goes with who called.
open_cases() {
	cases=$here/$1
	script=$(find "$here/../../scripts" -name "$1.lua" ! -path "*/profiles/*")
	[ -f "$script" ] || {
		echo "no stock script $1"
		exit 1
	}
	work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-cases.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
}

# digest RUN-ARGUMENTS...: what the run came to, as `kbmend test` compares it, and what was said to stderr.
digest() {
	"$kbmend" run "$@" -f digest >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	[ -s "$work/stdout" ] || printf 'exit %d\nverdict none\n' "$status" >"$work/stdout"
	[ "$(head -n 1 "$work/stdout")" = "exit $status" ] || echo "the exit status was $status"
	cat "$work/stdout" "$work/stderr"
}

# with_case TARGET CASE COMMAND...: the command, with the target and all that the case gives behind it.
with_case() {
	file=$1
	case=$2
	shift 2
	set -- "$@" -t "$file"
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
	if [ -f "$case/options" ]; then
		while IFS= read -r line; do
			set -- "$@" "--$line"
		done <"$case/options"
	fi
	"$@"
}

# digest_of TARGET CASE [OPTIONS]: what the program says, wherever the case lies.
digest_of() {
	file=$1
	case=$2
	shift 2
	with_case "$file" "$case" digest "$script" "$@" | sed "s|$work/||g; s|$case/||g; s|$cases/||g"
}
