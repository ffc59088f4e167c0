#!/bin/sh
# Every stock script has cases of every kind: one that passes, one that fails with its plan, one that is not
# applicable, one that cannot be told, and one trap that its articles set (a folder trap-...).
set -u
cd "$(dirname "$0")/../.."
missing=0
count=0
lacks() {
	echo "$id has no $1"
	missing=$((missing + 1))
}
for script in scripts/*/*.lua; do
	id=$(basename "$script" .lua)
	case $script in # the profile of all of them has them all
	scripts/profiles/*) continue ;;
	scripts/exchange/identity.lua) ;; # has a profile of its own
	scripts/exchange/*) grep -qw "\"$id\"" scripts/profiles/exchange55.lua || lacks "line in scripts/profiles/exchange55.lua" ;;
	esac
	cases=tests/scripts/$id
	count=$((count + 1))
	for verdict in pass fail notapplicable unknown; do
		grep -qs "^verdict $verdict$" "$cases"/*/expected.txt || lacks "case with the verdict $verdict"
	done
	grep -qsE "^(change|manual) " "$cases"/*/expected.txt || lacks "case with a plan"
	ls -d "$cases"/trap-*/ >/dev/null 2>&1 || lacks "case of a trap"
done
echo "$count scripts, $missing missing"
[ "$count" -gt 0 ] && [ "$missing" -eq 0 ]
