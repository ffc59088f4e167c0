#!/bin/sh
# Checks that the example's binary hive is what its .reg export says, to the byte.
#   example_hive.sh REG2HIVE
# With UPDATE=1 in the environment the hive is made anew.
set -eu
reg2hive=$1
example=$(cd "$(dirname "$0")/../../examples/exch1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-hive.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Format 1.3 is what NT 4.0 writes; the time is 2002-03-04 00:00 UTC.
"$reg2hive" --minor 3 --hive SYSTEM --time 126596736000000000 "$example/SYSTEM.reg" "$work/SYSTEM"
[ -z "${UPDATE:-}" ] || cp "$work/SYSTEM" "$example/SYSTEM"
cmp "$work/SYSTEM" "$example/SYSTEM"
