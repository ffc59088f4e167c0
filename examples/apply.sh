#!/bin/sh
# Q298565 carried out on a copy of the example's hive, and taken back: usage: apply.sh
# `kbmend` must be in PATH. Nothing of the example is changed.
set -eu
cd "$(dirname "$0")/exch1"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp SYSTEM directory.ldif "$folder"
cd "$folder"
export XDG_STATE_HOME="$folder"

show() {
	echo "> kbmend $*"
	kbmend "$@" 2>&1 | sed "s#$folder#~#"
	echo
}

show run Q298565 -q -t SYSTEM -t directory.ldif --apply --yes
show history | sed 's/20..-..-..T..:..:..Z/(the time)          /'
show undo 1 --yes -q
cmp SYSTEM "$OLDPWD/SYSTEM" && echo "SYSTEM is what it was, byte by byte"
