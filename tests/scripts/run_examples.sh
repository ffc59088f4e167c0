#!/bin/sh
# Runs the examples as README.md shows them, on the hive and on the .reg export, and compares what
# they say with examples/NAME.txt; checks that their files stay as they are.
#   run_examples.sh KBMEND
# With UPDATE=1 in the environment the expectations are written anew.
set -u
kbmend=$1
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-examples.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
. "$here/digest.sh"
failed=0

# compare NAME SCRIPT TARGET...
compare() {
	name=$1
	shift
	digest "$@" >"$work/digest"
	[ -z "${UPDATE:-}" ] || cp "$work/digest" "$here/examples/$name.txt"
	diff -u "$here/examples/$name.txt" "$work/digest" || failed=1
}

cksum examples/*/* >"$work/before"
for system in examples/exch1/SYSTEM examples/exch1/SYSTEM.reg; do
	compare Q298565 Q298565 -t $system -t examples/exch1/directory.ldif
	compare hello examples/hello.lua -t $system
done
compare last-known-good Q298565 -t examples/exch1/SYSTEM -t examples/exch1/directory.ldif \
	--control-set lastknowngood

# computer NAME [REGISTRY-EDIT [DIRECTORY-EDIT]]: the same after edits with sed
computer() {
	sed "${2:-}" examples/ad1/computer.reg >"$work/computer.reg"
	sed "${3:-}" examples/ad1/directory.ldif >"$work/directory.ldif"
	compare "computer-name-$1" ./examples/computer-name.lua -t "$work/computer.reg" \
		-t "$work/directory.ldif"
}
recorded='^"Distinguished-Name"='
compare computer-name ./examples/computer-name.lua -t examples/ad1/computer.reg \
	-t examples/ad1/directory.ldif
computer same "/$recorded/s/Sales/Accounting/"
computer case "/$recorded/s/.*/\"Distinguished-Name\"=\"cn=pc-0042,ou=ACCOUNTING,ou=Workstations,dc=Contoso,dc=example\"/"
computer renamed "/$recorded/{s/Sales/Accounting/;s/PC-0042/PC-0041/;}"
computer absent "s/PC-0042\"/PC-0044\"/;s/pc-0042/pc-0044/"
computer several "" "s/^dNSHostName: pc-0043/dNSHostName: pc-0042/"
computer workgroup "/$recorded/d"
computer not-a-name "/$recorded/s/=\".*/=\"PC-0042\"/"
computer other-domain "/$recorded/s/DC=contoso/DC=fabrikam/"
computer unnamed '/"ComputerName"/d'
cksum examples/*/* | diff "$work/before" - || failed=1
exit $failed
