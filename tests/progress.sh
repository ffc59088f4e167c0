#!/bin/sh
# How far long work is, on a terminal only: reg export, diff, check and recover, and the reading of a .reg; find.sh has the same of dump and
# find. With a clock that runs fast a hive of 12 MB is long work.
# usage: progress.sh BUILD-FOLDER [CLOCK-LIBRARY]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
clock=$(realpath "${2:-/}")
if [ ! -f "$clock" ] || ! command -v script >/dev/null; then
	echo "skipped: no clock that runs fast, or no terminal"
	exit 0
fi

"$reg2hive" --big 12 --hive SYSTEM examples/exch1/SYSTEM.reg "$scratch/big" || exit 1
cd "$scratch" || exit 1
erase=$(printf '\r\033\\[K')
# on_terminal ARGUMENTS: kbmend reg so, as a person sees it.
on_terminal() {
	NO_COLOR=1 TERM=${term-xterm} script -qec \
		"LD_PRELOAD='$clock' KBM_FAST_CLOCK=100 '$kbmend' reg $*" /dev/null </dev/null >out 2>&1
}
# shows WORDS ARGUMENTS: a line of them, which is erased; and what the command says stays as it is.
shows() {
	words=$1
	shift
	rm -f made
	on_terminal "$@"
	also "$erase[0-9,]+ $words.*$erase"
	tr -d '\r' <out | sed "s/.*$(printf '\033')\[K//" | grep . >stays
	rm -f made
	"$kbmend" reg "$@" >plain 2>&1
	check cmp stays plain
	rm -f made
	on_terminal "$@" -q
	never "$words"
	rm -f made
	term=dumb on_terminal "$@"
	never "$words"
	rm -f made
	on_terminal "$@" "2>err"
	never "$words"
	check [ "$(grep -c "$words" err)" = 0 ]
}
shows "bytes written" export big -o made
shows "keys and values read" diff big big
shows "keys and values read" diff big big -f jsonl
shows "keys and values read" diff big big -f reg -o made
shows "cells checked" check big
# What a log holds is put into a new hive, which is checked.
cp big changed
"$build/tests/set_value" changed 'ControlSet001\Services\MSExchangeIMC\Parameters' First 1
mkdir dirty
cp big dirty/SYSTEM
"$build/tests/make_log" dirty dirty/SYSTEM 8 7
"$build/tests/make_log" entries dirty/SYSTEM.LOG1 7 big changed
shows "cells checked" recover dirty/SYSTEM -o made

# A large export is read before anything else is done with it. The one line that is asked for is no long work.
"$kbmend" reg export big -o big.reg -q
shows "bytes read" ls big.reg
on_terminal get big.reg 'HKLM\\SYSTEM\\ControlSet001\\Services\\MSExchangeIMC\\Parameters' SiteDN
also "[0-9] bytes read"
never "[0-9] lines?"
NO_COLOR=1 TERM=xterm script -qec "LD_PRELOAD='$clock' KBM_FAST_CLOCK=100 '$kbmend' run -t big.reg" /dev/null \
	</dev/null >out 2>&1
also "$erase[0-9,]+ bytes read.*$erase"

finish
