#!/bin/sh
# The first five minutes: installs what kbmend needs on Debian 12, builds it, and diagnoses Q298565 on
# the example server, once from its registry hive and once from a .reg export. Changes neither.
set -eu
cd "$(dirname "$0")/.."

sh examples/install-packages.sh gcc libc6-dev cmake ninja-build pkg-config liblua5.4-dev \
	libjansson-dev nettle-dev libunistring-dev libseccomp-dev libpcre2-dev \
	libregf-dev libbfio-dev libldap-dev libgnutls28-dev

echo "building (build/release)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset release && cmake --build --preset release; } >"$log" 2>&1; then
	tail -n 40 "$log" >&2
	exit 1
fi
PATH="$PWD/build/release/bin:$PATH"

before=$(sha256sum examples/exch1/SYSTEM)

show() {
	registry=$1
	echo
	echo "\$ kbmend run Q298565 -t $registry -t examples/exch1/directory.ldif"
	status=0
	kbmend run Q298565 -t "$registry" -t examples/exch1/directory.ldif || status=$?
	echo
	case $status in
	2) echo "exit status 2: a problem is present, and the plan above would end it" ;;
	*)
		echo "exit status $status: 2 was expected, for the example holds the fault" >&2
		exit 1
		;;
	esac
}

show examples/exch1/SYSTEM
show examples/exch1/SYSTEM.reg

after=$(sha256sum examples/exch1/SYSTEM)
echo
echo "SHA-256 of examples/exch1/SYSTEM"
echo "  before  ${before%% *}"
echo "  after   ${after%% *}"
if [ "$before" != "$after" ]; then
	echo "the hive was changed: that must not happen" >&2
	exit 1
fi
echo "  the same: a dry run changes nothing"
