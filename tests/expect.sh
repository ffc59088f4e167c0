# What tests in shell share: read with `.`, after $scratch is a folder and $kbmend the program. Counts in $passed and $failed.
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
# The same of its errors.
errors() {
	if grep -qE -- "$1" "$scratch/err"; then passed=$((passed + 1)); else fail "no error is /$1/"; fi
}
silent() {
	if grep -qE -- "$1" "$scratch/err"; then fail "an error is /$1/"; else passed=$((passed + 1)); fi
}

hash_of() {
	sha256sum <"$1" | cut -d ' ' -f 1
}
# content FILE: what is in a hive, but for the times.
content() {
	"$kbmend" reg dump --canonical "$1" | awk -F '\t' '{ if ($1 == "K") print "K\t" $2; else print }'
}
# patch FILE OFFSET BYTES: printf's BYTES stand there then.
patch() {
	# shellcheck disable=SC2059 # the bytes are a format
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>"$scratch/dd"
}
# as_user COMMAND...: as a user who is not root. can_be_user: whether there is a way, and kbmend is there for that user.
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}
can_be_user() {
	as_user test -x "$kbmend" 2>/dev/null
}

# between FIRST SECOND: SECOND reads, and asks on a terminal; while it waits for its answer FIRST runs; then
# it is told yes. Its status is in $came, what it showed in $scratch/out. $build is the build's folder.
between() {
	[ -p "$scratch/answer" ] || mkfifo "$scratch/answer"
	: >"$scratch/shown"
	"$build/tests/ldap/with_terminal" "Type yes:" "$scratch/answer" sh -c \
		"exec $2 --color never </dev/tty" >"$scratch/shown" 2>&1 </dev/null &
	second=$!
	tries=0
	until grep -q "Type yes:" "$scratch/shown" || [ $tries -gt 2000 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
	sh -c "$1" >"$scratch/out" 2>"$scratch/err" </dev/null || fail "the first one: $?"
	printf yes >"$scratch/answer"
	wait "$second"
	came=$?
	cp "$scratch/shown" "$scratch/out"
}

# The last lines of a test: its counts, and its exit status.
finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
