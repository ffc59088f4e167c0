# What tests in shell share: read with `.`, after $scratch is a folder. Counts in $passed and $failed.
passed=0
failed=0

fail() {
	failed=$((failed + 1))
	echo "FAILED: $*"
	head -c 4000 "$scratch/out" "$scratch/err" | sed 's/^/  | /'
}

# expect STATUS PATTERN COMMAND...: the exit status, and a line of stdout or stderr that matches. What
# came is in $scratch/out and $scratch/err.
expect() {
	status=$1
	pattern=$2
	shift 2
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	came=$?
	if [ "$came" -eq "$status" ] && cat "$scratch/out" "$scratch/err" | grep -qE -- "$pattern"; then
		passed=$((passed + 1))
	else
		fail "$*: expected status $status and /$pattern/, came $came"
	fi
}

# What else must be so.
check() {
	if "$@"; then passed=$((passed + 1)); else fail "$*"; fi
}
# What the last command printed, too, or did not print.
also() {
	if grep -qE -- "$1" "$scratch/out"; then passed=$((passed + 1)); else fail "nothing is /$1/"; fi
}
never() {
	if grep -qE -- "$1" "$scratch/out"; then fail "something is /$1/"; else passed=$((passed + 1)); fi
}

hash_of() {
	sha256sum <"$1" | cut -d ' ' -f 1
}

# The last lines of a test: its counts, and its exit status.
finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
