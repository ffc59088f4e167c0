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
export LC_ALL=C.UTF-8
. tests/expect.sh

# streams STATUS STDOUT-PATTERN STDERR-PATTERN COMMAND...; '-' for a pattern: that stream is empty
streams() {
	on_out=$2
	on_err=$3
	wanted=$1
	shift 3
	expect "$wanted" . "$@"
	matches "$on_out" out || fail "$*: stdout is not /$on_out/"
	matches "$on_err" err || fail "$*: stderr is not /$on_err/"
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

# An installation in which somebody edited a module of the stdlib: what headers say is not known.
mkdir "$scratch/edited"
cp -RL "$(dirname "$kbmend")/../bin" "$(dirname "$kbmend")/../libexec" "$scratch/edited"
mkdir -p "$scratch/edited/share/kbmend"
cp -RL scripts stdlib "$scratch/edited/share/kbmend"
echo >>"$scratch/edited/share/kbmend/stdlib/kb/services.lua"
edited=$scratch/edited/bin/kbmend

# Without a filter of system calls nothing from outside is touched, by no command ...
streams 3 - "$refusal" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif
streams 3 - "$refusal" "$without" seccomp "$kbmend" run -t $hive -t $ldif
streams 3 - "$refusal" "$without" seccomp "$kbmend" run ./examples/hello.lua -t $hive
streams 3 - "$refusal" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif -f json
streams 3 - "$refusal" "$without" seccomp "$kbmend" plan Q298565 -t $hive -t $ldif -o "$scratch/plan"
streams 3 - "$refusal" "$without" seccomp "$kbmend" list --scripts examples
streams 3 - "$refusal" "$without" seccomp "$kbmend" describe ./examples/hello.lua
streams 3 - "$refusal" "$without" seccomp "$edited" list
streams 3 - "$refusal" "$without" seccomp "$edited" describe Q298565
streams 3 - "$refusal" "$without" seccomp "$kbmend" reg get $hive Select Current
streams 3 - "$refusal" "$without" seccomp "$kbmend" reg ls $hive
streams 3 - "$refusal" "$without" seccomp "$kbmend" reg dump $hive.reg
[ ! -e "$scratch/plan" ] || fail "a plan was written"
# What the stock files say is known, so that nothing need be run to tell it ...
streams 0 'Q298565' - "$without" seccomp "$kbmend" list
streams 0 '^Q298565' - "$without" seccomp "$kbmend" describe Q298565
streams 0 'Q298565' - "$without" seccomp "$kbmend" search 4086
# ... and all the rest goes on if somebody says so on the command line, each time.
unsafe=--unsafe-no-sandbox
streams 2 '✗ Q298565' "$warning" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe
streams 2 'run .* --unsafe-no-sandbox --apply' "$warning" \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe
streams 2 '"verdict": "fail"' "$warning" \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe -f json
streams 2 '✗ Q298565' "$warning" "$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif $unsafe -q
streams 0 'Q298565' "$warning" "$without" seccomp "$edited" list $unsafe
streams 0 'Q298565' "$warning" "$without" seccomp "$kbmend" list $unsafe
streams 0 '^1$' "$warning" "$without" seccomp "$kbmend" reg get $hive Select Current $unsafe
# Where it is not needed, the sandbox is used, and the option is told to be needless.
streams 2 '✗ Q298565' '^kbmend: warning: .*not needed here' \
	"$kbmend" run Q298565 -t $hive -t $ldif $unsafe
# No file and no environment can say it.
mkdir -p "$scratch/config/kbmend"
echo "$unsafe" >"$scratch/config/kbmend/options"
streams 3 - "$refusal" env XDG_CONFIG_HOME="$scratch/config" KBMEND_OPTIONS=$unsafe \
	"$without" seccomp "$kbmend" run Q298565 -t $hive -t $ldif

# The other layers: carried on, told with -v only.
streams 2 '✗ Q298565' - "$without" landlock "$kbmend" run Q298565 -t $hive -t $ldif
streams 2 '✗ Q298565' '^kbmend: the sandbox goes without Landlock' \
	"$without" landlock "$kbmend" run Q298565 -t $hive -t $ldif -v
streams 2 '✗ Q298565' - "$without" mdwe "$kbmend" run Q298565 -t $hive -t $ldif
streams 2 '✗ Q298565' '^kbmend: the sandbox goes without MDWE' \
	"$without" mdwe "$kbmend" run Q298565 -t $hive -t $ldif -v
streams 3 - "$refusal" "$without" seccomp,landlock,mdwe "$kbmend" run Q298565 -t $hive -t $ldif
streams 2 '✗ Q298565' "$warning" \
	"$without" seccomp,landlock,mdwe "$kbmend" run Q298565 -t $hive -t $ldif $unsafe

finish
