#!/bin/sh
# kbmend dn parse, compare and convert as a user types them. usage: dn.sh BUILD-FOLDER
set -u
kbmend=$(cd "$1" && pwd)/bin/kbmend
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# expect STATUS STREAM PATTERN ARGUMENTS...: the exit status, and a line of out or err that matches.
expect() {
	status=$1
	stream=$2
	pattern=$3
	shift 3
	"$kbmend" dn "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	came=$?
	if [ "$came" -eq "$status" ] && grep -qE -- "$pattern" "$scratch/$stream"; then
		return
	fi
	failed=$((failed + 1))
	echo "FAILED: kbmend dn $*"
	echo "  expected status $status and /$pattern/ on std$stream, came $came:"
	sed 's/^/  | /' "$scratch/out" "$scratch/err"
}

site='/o=Org/ou=Site'

# exit statuses
expect 0 out '^identical$' compare "$site" 'ou=Site,o=Org'
expect 2 out '^equivalent: case$' compare "$site" 'ou=SITE,o=Org'
expect 2 out '^different: value$' compare "$site" 'ou=Site2,o=Org'
expect 1 err '^kbmend: right name: byte 1: .* address type' compare "$site" "EX:$site"
expect 1 err '^kbmend: left name: byte 15: ' compare "$site/" "$site"
expect 64 err 'operand is missing' compare "$site"
expect 64 err 'unexpected operand' compare "$site" "$site" "$site"

# forms
expect 1 err "begins with '/'" parse 'o=Org/ou=Site'
expect 0 out '^form  ldap, 1 part$' parse --form ldap 'o=Org/ou=Site'
expect 1 err '^kbmend: name: byte 1: ' parse --form=x500 'ou=Site,o=Org'
expect 2 out '^different: ' compare --left-form=ldap 'o=Org/ou=Site' "$site"
expect 1 err 'right name' compare --right-form=ldap "$site" "$site"
expect 64 err 'x501' parse --form=x501 "$site"

# reports
expect 0 out '^ldap  ou=Site,o=Org$' parse "$site"
expect 0 out '^x500  /o=Org/ou=Site$' parse 'ou=Site, o=Org'
expect 2 out '"kinds":\["missing"\]' compare -f jsonl /o=Org "$site"
expect 0 out '"differences": \[\]' compare -f json "$site" "$site"
expect 0 out '"x500": "/o=Org/ou=Site"' parse -f json "$site"

# conversions
expect 0 out '^ou=Site,o=Org$' convert "$site"
expect 0 out '^/o=Org/ou=Site$' convert 'OU=Site, o=Org' 'ou=Site,o=Org'
expect 0 out '^/o=Org/OU=Site$' convert 'OU=Site, o=Org'
expect 0 out '^cn=a\\,b,o=Org$' convert '/o=Org/cn=a,b'
expect 0 out '^/o=Org/cn=a,b$' convert 'cn=a\2cb,o=Org'
expect 0 out '^ou=Site,o=Org$' convert --to ldap 'ou=Site ; o="Org"'
expect 0 out '^/o=Org/ou=Site$' convert --to=x500 "$site"
expect 0 out '^o=Org/ou=Site$' convert --form ldap --to ldap 'o=Org/ou=Site'
expect 0 out '^cn=a\\u\{202E\}b,o=Org$' convert "$(printf '/o=Org/cn=a\342\200\256b')"
expect 1 err "^kbmend: name: .*holds a '/'" convert 'cn=TCP/IP,o=Org'
expect 1 err '^kbmend: name: .*several types' convert 'cn=a+sn=b,o=Org'
expect 1 err '^kbmend: name: .*#hex' convert 'cn=#04024869,o=Org'
expect 1 err '^kbmend: name: .*no empty name' convert ''
expect 1 err "^kbmend: name: byte 1: .*begins with '/'" convert 'o=Org/ou=Site'
expect 1 err '^kbmend: name 2: .*holds a' convert "$site" 'cn=a/b,o=Org' 'ou=Last,o=Org'
expect 1 out '^/o=Org/ou=Last$' convert "$site" 'cn=a/b,o=Org' 'ou=Last,o=Org'
expect 1 out '"reason": "the X.500 form cannot hold part 2' convert -f json 'cn=a/b,o=Org'
expect 1 out '"form":null,"to":null,"converted":null,"reason":"' convert -f jsonl 'nothing'
expect 0 out '"form":"x500","to":"ldap","converted":"ou=Site,o=Org"\}$' convert -f jsonl "$site"
expect 64 err 'operand is missing' convert
expect 64 err "'x501' is not ldap.x500; did you mean x500" convert --to x501 "$site"
expect 64 err 'unknown option --too; did you mean --to' convert --too ldap "$site"
expect 64 err "did you mean 'dn convert'" covnert "$site"
expect 64 err 'option --to does not belong' parse --to ldap "$site"
if [ "$("$kbmend" dn convert "$("$kbmend" dn convert "$site")")" != "$site" ]; then
	failed=$((failed + 1))
	echo "FAILED: dn convert there and back"
fi

if "$kbmend" dn compare -q "$site" /o=Org | grep -q .; then
	failed=$((failed + 1))
	echo "FAILED: dn compare -q printed something"
fi

[ "$failed" -eq 0 ] || exit 1
