#!/bin/sh
# What is written to the disk in which order: sync_order.sh DRIVER LIBRARY
# No test can pull the plug: that each step is on the disk before the next one is seen from the calls.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-order.XXXXXX")
trap 'rm -rf "$folder"' EXIT
folder=$(cd "$folder" && pwd -P)
mkdir "$folder/place"
head -c 20000 /dev/zero >"$folder/place/SYSTEM"

status=0

# The calls that change names or wait for the disk, without what is closed or read between them.
calls() {
	grep -E '^[0-9]+ (fsync|fdatasync|rename|link|mkdir)' "$folder/log" |
		sed -e 's/^[0-9]* //' -e "s,$folder,," -e 's,/#[0-9]* (deleted),/unnamed,'
}

check() {
	if calls | diff -u "$folder/expected" - >"$folder/difference"; then
		echo "ok: $1"
	else
		echo "not ok: $1"
		cat "$folder/difference"
		status=1
	fi
	rm -f "$folder/log"
}

run() {
	LD_PRELOAD=$library KBM_FAULTS_BELOW="$folder/place:$folder/state" \
		KBM_FAULTS_LOG="$folder/log" "$driver" "$@"
}
driver=$1
library=$2

save() {
	echo "fsync /state/journal/$1/.entry.json.new"
	echo "renameat /state/journal/$1/.entry.json.new"
	echo "fsync /state/journal/$1"
}
back_up() {
	echo "fsync /state/journal/$1/unnamed"
	echo "linkat /state/journal/$1/backup-0"
	echo "fsync /state/journal/$1"
}

{
	echo "mkdir /state"
	echo "mkdir /state/journal"
	echo "fsync /state"
	echo "mkdirat /state/journal/1"
	echo "fsync /state/journal"
	save 1 # working
	save 1 # planned
	back_up 1
	save 1 # backed up
	echo "fsync /place/.SYSTEM.kbmend-1"
	save 1 # written
	echo "renameat /place/.SYSTEM.kbmend-1"
	echo "fsync /place"
	save 1 # replaced
	save 1 # fixed
} >"$folder/expected"
run apply "$folder/state" "$folder/place/SYSTEM"
unnamed=$(grep -n '/journal/1/\.$' "$folder/log" | sed 's/:.*//;q')
at=$(sed -n 's/ linkat .*//p' "$folder/log" | head -n 1)
check apply

{
	echo "mkdirat /state/journal/2"
	echo "fsync /state/journal"
	save 2
	save 2
	back_up 2
	save 2
	save 2
	echo "fsync /place/.SYSTEM.kbmend-2"
	echo "renameat /place/.SYSTEM.kbmend-2"
	echo "fsync /place"
	save 2
	save 2
} >"$folder/expected"
run undo "$folder/state" 1
check undo

# A backup whose name is not on the disk is none: it must not stand in the way of the next one.
rm -rf "$folder/state"
if KBM_FAULTS_AT=$((at + 1)) KBM_FAULTS_DO=EIO run apply "$folder/state" "$folder/place/SYSTEM" \
	2>"$folder/said"; then
	echo "not ok: the fault was at another call"
	status=1
elif [ -e "$folder/state/journal/1/backup-0" ]; then
	echo "not ok: a backup was left behind"
	status=1
else
	echo "ok: $(sed "s,$folder,," "$folder/said")"
fi

# Where a file system has no files without names, backups have theirs from the beginning.
rm -rf "$folder/state"
if KBM_FAULTS_AT=$unnamed KBM_FAULTS_DO=EOPNOTSUPP run apply "$folder/state" \
	"$folder/place/SYSTEM" && grep -q 'openat .*/backup-0$' "$folder/log" &&
	[ -s "$folder/state/journal/1/backup-0" ]; then
	echo "ok: backups where there are no files without names"
else
	echo "not ok: backups where there are no files without names"
	status=1
fi
exit $status
