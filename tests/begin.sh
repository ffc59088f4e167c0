# How tests of kbmend in shell begin: read with `.` in the source's folder, with BUILD-FOLDER in $1 and perhaps
# FOLDER-OF-REAL-HIVES in $2. $scratch is short, so that paths stay on their lines.
build=$(cd "$1" && pwd) || exit 1
real=${2:-}
kbmend=$build/bin/kbmend
reg2hive=$build/tests/reg2hive
scratch=$(mktemp -d /tmp/kbm.XXXXXX) || exit 1
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8
hive=examples/exch1/SYSTEM
. tests/expect.sh

# text NAME LINES: a .reg file.
text() {
	printf 'Windows Registry Editor Version 5.00\n\n%s\n' "$2" >"$scratch/$1"
}
# hive_of NAME HIVE LINES [OPTION...]: NAME.reg, and NAME, the hive of what it says of HKEY_LOCAL_MACHINE\HIVE.
hive_of() {
	text "$1.reg" "$3"
	made=$scratch/$1
	below=$2
	shift 3
	"$reg2hive" --hive "$below" "$@" "$made.reg" "$made" || exit 1
}
