# Sourced by those who run scripts and compare what they say; $kbmend and $work are theirs.

# digest RUN-ARGUMENTS...: what the run came to, as `kbmend test` compares it, and what was said to stderr.
digest() {
	"$kbmend" run "$@" -f digest >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	[ -s "$work/stdout" ] || printf 'exit %d\nverdict none\n' "$status" >"$work/stdout"
	[ "$(head -n 1 "$work/stdout")" = "exit $status" ] || echo "the exit status was $status"
	cat "$work/stdout" "$work/stderr"
}
