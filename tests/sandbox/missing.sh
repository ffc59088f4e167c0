#!/bin/sh
# Systems that lack a part of the sandbox: missing.sh KBMEND WITHOUT
set -u
kbmend=$1
without=$2
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-missing.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
hive=examples/exch1/SYSTEM
ldif=examples/exch1/directory.ldif
passed=0
failed=0

# expect STATUS STDOUT-PATTERN STDERR-PATTERN COMMAND...; '-' for a pattern: that stream is empty
expect() {
	status=$1
	out=$2
	err=$3
	shift 3
	LC_ALL=C.UTF-8 "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	came=$?
	if [ "$came" -eq "$status" ] && matches "$out" out && matches "$err" err; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "FAILED: $*: exit status $came, expected $status, /$out/ and /$err/"
	head -n 20 "$scratch/out" "$scratch/err"
}

matches() {
	if [ "$1" = - ]; then
		[ ! -s "$scratch/$2" ]
	else
		grep -qE -e "$1" "$scratch/$2"
	fi
}

refusal='^kbmend: no sandbox: .*seccomp.*--unsafe-no-sandbox'
warning='^kbmend: warning: --unsafe-no-sandbox: system calls are not filtered here'

# Without a filter of system calls nothing from outside is touched, by no command ...
expect 3 - "$refusal" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif
expect 3 - "$refusal" "$without" seccomp "$kbmend" run -t $hive -t $ldif
expect 3 - "$refusal" "$without" seccomp "$kbmend" run ./examples/hello.lua -t $hive
expect 3 - "$refusal" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif -f json
expect 3 - "$refusal" "$without" seccomp "$kbmend" plan Q298565 -t $hive -t $ldif -o "$scratch/plan"
expect 3 - "$refusal" "$without" seccomp "$kbmend" list
expect 3 - "$refusal" "$without" seccomp "$kbmend" describe Q298565
expect 3 - "$refusal" "$without" seccomp "$kbmend" reg get $hive Select Current
expect 3 - "$refusal" "$without" seccomp "$kbmend" reg ls $hive
expect 3 - "$refusal" "$without" seccomp "$kbmend" reg dump $hive.reg
[ ! -e "$scratch/plan" ] || failed=$((failed + 1))
# ... unless somebody says so on the command line, each time.
unsafe=--unsafe-no-sandbox
expect 2 '✗ Q298565' "$warning" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe
expect 2 'run .* --unsafe-no-sandbox --emit' "$warning" \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe
expect 2 '"verdict": "fail"' "$warning" \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe -f json
expect 2 '✗ Q298565' "$warning" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe -q
expect 0 'Q298565' "$warning" "$without" seccomp "$kbmend" list $unsafe
expect 0 '^1$' "$warning" "$without" seccomp "$kbmend" reg get $hive Select Current $unsafe
# Where it is not needed, the sandbox is used, and the option is told to be needless.
expect 2 '✗ Q298565' '^kbmend: warning: .*not needed here' \
	"$kbmend" run Q298565 -t $hive -t $ldif $unsafe
# No file and no environment can say it.
mkdir -p "$scratch/config/kbmend"
echo "$unsafe" >"$scratch/config/kbmend/options"
expect 3 - "$refusal" env XDG_CONFIG_HOME="$scratch/config" KBMEND_OPTIONS=$unsafe \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif

# The other layers: carried on, told with -v only.
expect 2 '✗ Q298565' - "$without" landlock "$kbmend" run Q298565 -t $hive -t $ldif
expect 2 '✗ Q298565' '^kbmend: the sandbox goes without Landlock' \
	"$without" landlock "$kbmend" run Q298565 -t $hive -t $ldif -v
expect 2 '✗ Q298565' - "$without" mdwe "$kbmend" run Q298565 -t $hive -t $ldif
expect 2 '✗ Q298565' '^kbmend: the sandbox goes without MDWE' \
	"$without" mdwe "$kbmend" run Q298565 -t $hive -t $ldif -v
expect 3 - "$refusal" "$without" seccomp,landlock,mdwe "$kbmend" run Q298565 -t $hive -t $ldif
expect 2 '✗ Q298565' "$warning" \
	"$without" seccomp,landlock,mdwe "$kbmend" run Q298565 -t $hive -t $ldif $unsafe

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
