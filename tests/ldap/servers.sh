# What the tests with servers share: read with `.` from the top of the source tree. Makes $scratch, and
# ends every server with the test, however it ends.
#
#   misbehave_start MODE [URL]   sets misbehave_pid, misbehave_port, misbehave_url, misbehave_log
#   misbehave_stop PID           ends one
#   await WORDS FILE             until a line of FILE matches; not for ever
#   said                         what the last command said: stderr, and a run's reasons as JSON has them
scratch=$(mktemp -d) || exit 1
trap 'slapd_stop_all; misbehave_stop_all; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT PIPE TERM
. tests/expect.sh
. tests/ldap/slapd.sh
misbehave_pids=""
misbehave_count=0

# The user's and the caller's settings for libldap are none of a test's business.
unset LDAPNOINIT LDAPCONF LDAPRC LDAPTLS_REQCERT LDAPTLS_CACERT KRB5CCNAME
export HOME="$scratch"

misbehave_start() {
	misbehave_count=$((misbehave_count + 1))
	misbehave_log=$scratch/misbehave.$misbehave_count
	mkfifo "$misbehave_log.port"
	setpriv --pdeathsig KILL "$misbehave" "$1" "$misbehave_log" ${2+"$2"} >"$misbehave_log.port" &
	misbehave_pid=$!
	misbehave_pids="$misbehave_pids $misbehave_pid"
	read -r misbehave_port <"$misbehave_log.port"
	misbehave_url=ldap://127.0.0.1:$misbehave_port
}

misbehave_stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

misbehave_stop_all() {
	for misbehave_pid in $misbehave_pids; do
		misbehave_stop "$misbehave_pid"
	done
}

await() {
	await_tries=0
	until grep -qE -- "$1" "$2" 2>/dev/null; do
		await_tries=$((await_tries + 1))
		[ "$await_tries" -lt 5000 ] || return 1
	done
}

said() {
	cat "$scratch/err"
	sed -n 's/^ *"reason": "\(..*\)",$/\1/p' "$scratch/out"
}
