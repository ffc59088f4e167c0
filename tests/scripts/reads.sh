#!/bin/sh
# Where a script looks in all of its cases: compares that with reads.txt beside them, which `kbmend describe` shows.
#   reads.sh KBMEND LUA ID
# With UPDATE=1 in the environment reads.txt is written anew.
set -u
kbmend=$1
lua=$2
id=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/digest.sh"
open_cases "$id"

for case in "$cases"/*/; do
	case=${case%/}
	digest_of "$case/target.reg" "$case" -v | sed -n 's/^reads //p'
done >"$work/reads"
"$lua" "$here/fold_reads.lua" <"$work/reads" >"$work/found" || exit 1
[ -s "$work/found" ] || {
	echo "$id reads nothing"
	exit 1
}
[ -z "${UPDATE:-}" ] || cp "$work/found" "$cases/reads.txt"
diff -u --label reads.txt --label found "$cases/reads.txt" "$work/found"
