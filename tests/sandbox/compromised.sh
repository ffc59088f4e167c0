#!/bin/sh
# Attacks by native code from inside a jailed child, as whoever runs this and, as root, as an ordinary
# user too: compromised.sh KBMEND COMPROMISED-WORKER
# Each must end as the table says, leave no process and no file, and not touch the next script.
set -u
kbmend=$1
worker=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..

scratch=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-jail.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

# An installation whose worker is the compromised one, readable by everybody.
prefix=$scratch/prefix
mkdir -p "$prefix/bin" "$prefix/libexec/kbmend" "$prefix/share/kbmend"
cp "$kbmend" "$prefix/bin/kbmend"
cp "$worker" "$prefix/libexec/kbmend/kbmend-worker"
cp -RL "$root/scripts" "$root/stdlib" "$prefix/share/kbmend/"
cp "$root/examples/exch1/SYSTEM" "$root/examples/exch1/directory.ldif" "$scratch/"
chmod -R a+rX "$scratch"

forbidden='made a system call that the sandbox forbids'
protocol='broke the protocol'
held='the jail held'
crashed='crashed (signal 11)'
cpu='took more than 300 ms of CPU time'

# attack, what the report says of it
table="
open			$held
openat			$held
openat2			$forbidden
mknodat			$forbidden
mkdir			$forbidden
unlink			$forbidden
rename			$forbidden
stat			$held
read-stdin		$forbidden
write-stdout		$forbidden
write-stderr		$forbidden
writev			$held
dup			$forbidden
write-above		$forbidden
socket-inet		$forbidden
socket-unix		$forbidden
connect			$forbidden
sendmsg			$forbidden
execve			$forbidden
execveat		$forbidden
memfd-exec		$forbidden
fork			$forbidden
clone3			$forbidden
clone			$forbidden
ptrace			$forbidden
process-vm-readv	$forbidden
kill-parent		$forbidden
kill-all		$forbidden
tgkill-others		$held
pidfd-open		$forbidden
unshare			$forbidden
prlimit			$forbidden
prlimit-other		$forbidden
prctl-dumpable		$forbidden
prctl-parent-death	$forbidden
seccomp			$forbidden
io-uring		$forbidden
bpf			$forbidden
mmap-exec		$forbidden
mprotect-exec		$forbidden
mmap-file		$forbidden
mmap-shared		$forbidden
write-hive		$crashed
crash			$crashed
abort			$crashed
int80			$forbidden
x32			$forbidden
loop			script exceeded 300 ms of CPU time
loop-deaf		$cpu
memory			ended without an answer (status 9)
stack			$crashed
unknown-type		$protocol: a message of unknown type 238
oversized		$protocol: the message 'output' is larger than its limit
other-job		$protocol: the message 'result' belongs to another job
control-message		$protocol: the message 'exited' is not permitted now
early-done		$protocol: the message 'done' is not permitted now
half-frame		ended without an answer
malformed		$protocol: the message 'result' is malformed
pass-after-finding	$protocol: the verdict 'pass' came with findings
search-after-result	$protocol: the message 'search' is not permitted now
modify			$protocol: the message 'modify' is not permitted now
modified		$protocol: the message 'modified' is not permitted now
flood			$protocol: the message 'output' is not permitted now
flood-searches		$protocol: something follows a search before its answer
many-searches		$protocol: more than 1000 directory searches
change-elsewhere	$protocol: the path 'HKLM
observe-elsewhere	$protocol: the path 'HKLM
notapplicable-after-observation	$protocol: the verdict 'notapplicable' came with observations
escape-sequences	\\x1B]0;x
claim-refused		$protocol: it says that there is no sandbox
claim-usage		\\x1B[31mbecause I say so
claim-memory		\\x1B[31mbecause I say so
"

passed=0
failed=0
fail() {
	failed=$((failed + 1))
	echo "FAILED: $*"
	cat "$scratch/out" "$scratch/err"
}

script() { # id, first line
	printf '%s\nreturn { api = 1, id = "%s", version = "1.0.0", severity = "low", title = "t",\n' "$2" "$1"
	printf 'needs = { registry = { "SYSTEM" }, directory = true }, check = function() end }\n'
}

# While a script's header is read: one of each kind.
header_table="
openat			$held
socket-inet		$forbidden
execve			$forbidden
fork			$forbidden
kill-parent		$forbidden
crash			$crashed
loop-deaf		$cpu
memory			ended without an answer (status 9)
unknown-type		$protocol: a message of unknown type 238
early-done		$protocol: the message 'done' is not permitted now
half-frame		ended without an answer
flood-searches		$protocol: the message 'search' is not permitted now
modify			$protocol: the message 'modify' is not permitted now
claim-refused		$protocol: it says that there is no sandbox
claim-usage		\\x1B[31mbecause I say so
claim-memory		\\x1B[31mbecause I say so
"

# run_attacks TABLE FIRST-WORDS-OF-THE-SCRIPT PREFIX-OF-COMMAND...
run_attacks() {
	attacks=$1
	words=$2
	shift 2
	tab=$(printf '\t')
	home=$scratch/home
	printf '%s\n' "$attacks" | grep -v '^$' >"$scratch/table"
	while IFS="$tab" read -r attack expected; do
		expected=$(printf '%s' "$expected" | sed 's/^\t*//')
		rm -rf "$home"
		mkdir "$home"
		echo untouched >"$home/canary"
		script "$attack" "-- $words $attack" >"$home/$attack.lua"
		script next "-- harmless" >"$home/next.lua"
		chmod -R a+rwX "$home"
		(cd "$home" && exec env -i PATH="$PATH" HOME="$home" TMPDIR="$home" LC_ALL=C.UTF-8 "$@" \
			"$prefix/bin/kbmend" run "./$attack.lua" ./next.lua --timeout 0.3 --max-memory 32 \
			-t "$scratch/SYSTEM" -t "$scratch/directory.ldif") </dev/null >"$scratch/out" 2>"$scratch/err"
		status=$?
		wanted=1
		[ "$expected" = "$held" ] && wanted=0
		# Reports are wrapped: one line is compared.
		tr -s '\n ' '  ' <"$scratch/out" >"$scratch/line"
		if ! grep -qF -e "$expected" "$scratch/line"; then
			fail "$attack ($*): expected '$expected'"
		elif grep -q ESCAPED "$scratch/out" "$scratch/err"; then
			fail "$attack ($*): it got out"
		elif ! grep -q '✓ next' "$scratch/out"; then
			fail "$attack ($*): the next script suffered"
		elif [ "$status" -ne "$wanted" ]; then
			fail "$attack ($*): exit status $status, not $wanted"
		elif LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$scratch/out" "$scratch/err"; then
			fail "$attack ($*): a control byte reached the terminal"
		elif pgrep -f "^$prefix/" >/dev/null; then
			fail "$attack ($*): a process is left"
		elif [ "$(cat "$home/canary")" != untouched ] || [ "$(ls "$home" | wc -l)" -ne 3 ]; then
			fail "$attack ($*): a file was touched: $(ls "$home")"
		else
			passed=$((passed + 1))
		fi
	done <"$scratch/table"
}

run_attacks "$table" attack
run_attacks "$header_table" header-attack
if [ "$(id -u)" -eq 0 ]; then
	run_attacks "$table" attack setpriv --reuid=65534 --regid=65534 --clear-groups
	run_attacks "$header_table" header-attack setpriv --reuid=65534 --regid=65534 --clear-groups
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
