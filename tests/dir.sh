#!/bin/sh
# kbmend dir as a user types it, on LDIF files. usage: dir.sh BUILD-FOLDER
set -u
kbmend=$(cd "$1" && pwd)/bin/kbmend
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8
. "$here/expect.sh"

example=examples/exch1/directory.ldif
exchange=tests/data/exchange55.ldif
dir() {
	"$kbmend" dir "$@"
}

# The output is this, and the exit status 0.
same() {
	cat >"$scratch/expected"
	"$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	came=$?
	if [ "$came" -eq 0 ] && diff "$scratch/expected" "$scratch/out"; then
		passed=$((passed + 1))
	else
		fail "$*: came $came"
	fi
}

# --- search and get ---------------------------------------------------------------------------
same dir search rdn=EXCH1 -t $example <<'END'
cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso
  objectClass:        Computer
  cn:                 EXCH1
  rdn:                EXCH1
  Admin-Display-Name: Mail server, first floor
  Network-Address:    ncacn_ip_tcp:exch1.contoso.example
                      netbios:EXCH1
  serialNumber:       Version 5.5 (Build 2653.23: Service Pack 3)

1 entry
END
same dir search '(objectClass=Computer)' 1.1 -t $example <<'END'
cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso

cn=EXCH2,cn=Servers,cn=Configuration,ou=NORTH,o=Contoso

2 entries
END
same dir search '(objectClass=*)' rdn -s one -b /o=Contoso -t $example -t examples/exch1/SYSTEM -q <<'END'
ou=SITE1,o=Contoso
  rdn: SITE1

ou=NORTH,o=Contoso
  rdn: NORTH
END
same dir get /o=Contoso/ou=SITE1 Admin-Display-Name ou -t $example <<'END'
ou=SITE1,o=Contoso
  ou:                 SITE1
  Admin-Display-Name: Headquarters
END
same dir get ou=SITE1,o=Contoso rdn -f json -t $example <<'END'
[{"dn":"ou=SITE1,o=Contoso","attributes":{"rdn":["SITE1"]}}
]
END
same dir search '&(objectClass=Computer)(rdn=EXCH*)' rdn -f jsonl -b ou=SITE1,o=Contoso -t $example <<'END'
{"dn":"cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso","attributes":{"rdn":["EXCH1"]}}
END
same dir search 'rdn=Münster-01' rdn -f ldif -t $exchange <<'END'
version: 1

# dn: cn=Münster-01,cn=Servers,cn=Configuration,ou=North America,o=Org
dn:: Y249TcO8bnN0ZXItMDEsY249U2VydmVycyxjbj1Db25maWd1cmF0aW9uLG91PU5vcnRoIEFtZXJpY2Esbz1Pcmc=
# rdn: Münster-01
rdn:: TcO8bnN0ZXItMDE=
END
expect 0 'Assoc-NT-Account: +S-1-5-21-2127521184-1604012920-1887927527-' \
	dir search Assoc-NT-Account=* Assoc-NT-Account -t $exchange
expect 0 '^20 entries$' dir search -t $exchange
awk '{ if (length > 80) exit 1 }' "$scratch/out" || fail "lines longer than 80 columns"

# nothing, and no such name
expect 0 '^kbmend: no entry matches$' dir search cn=nobody -t $example
same dir search cn=nobody -f json -t $example <<'END'
[]
END
dir search cn=nobody -q -t $example >"$scratch/out" 2>&1
[ -s "$scratch/out" ] && fail "search -q said something"
expect 2 "^kbmend: no entry 'ou=SITE9,o=Contoso'$" dir get ou=SITE9,o=Contoso -t $example
expect 2 "^kbmend: no entry 'ou=SITE9,o=Contoso'$" dir search cn=x -b ou=SITE9,o=Contoso -t $example
expect 2 "^kbmend: no entry 'ou=SITE9,o=Contoso'$" dir tree ou=SITE9,o=Contoso -t $example
expect 2 "^kbmend: no entry 'ou=SITE9,o=Contoso'$" dir export ou=SITE9,o=Contoso -t $example
printf 'dn: cn=x,ou=1,o=A\ncn: x\n' >"$scratch/part.ldif"
expect 1 "does not hold 'ou=1,o=A' itself" dir get ou=1,o=A -t "$scratch/part.ldif"
expect 1 "cannot tell whether 'cn=y,o=A' exists" dir get cn=y,o=A -t "$scratch/part.ldif"

# mistakes
expect 64 "'cn' is not a filter .*'\(objectClass=\*\)' before them" dir search cn mail -t $example
expect 64 'usage: kbmend dir search ' dir search cn mail -t $example
expect 64 'is a name \(DN\), not a filter; .kbmend dir get. reads it' dir search ou=SITE1,o=Contoso -t $example
expect 64 'is a name \(DN\), not a filter' dir search /o=Contoso -t $example
expect 0 'no entry matches' dir search '(seeAlso=cn=x,o=Contoso)' -t $example
expect 0 'no entry matches' dir search 'Admin-Display-Name=Smith, John' -t $example
expect 64 "'o=Contoso' is not the name of an attribute" dir search cn=x o=Contoso -t $example
expect 64 "is a filter, not a name \(DN\); .kbmend dir search. takes it" dir get '(rdn=EXCH1)' -t $example
expect 64 "'rdn' is not a name \(DN\): byte 1" dir get rdn ou=SITE1,o=Contoso -t $example
expect 64 'operand is missing' dir get -t $example
expect 64 "'\(rdn=EXCH1': filter, byte 11: the '\)' is missing" dir search '(rdn=EXCH1' -t $example
expect 64 'no directory; -t FILE' dir search cn=x
expect 64 'SYSTEM: is not a directory' dir search cn=x -t examples/exch1/SYSTEM
expect 64 'both directories' dir search cn=x -t $example -t $exchange
expect 1 'missing.ldif: No such file' dir tree -t "$scratch/missing.ldif"
expect 64 'did you mean one\?' dir search cn=x -s onee -t $example
expect 64 "'ldif' is not text\|json\|jsonl" dir tree -f ldif -t $example
expect 64 "'ldif' is not text\|json\|jsonl" "$kbmend" list -f ldif
expect 64 'does not belong to this command' dir get o=Contoso --scope one -t $example
expect 64 '--depth: .65. is not a number from 0 to 64' dir tree --depth 65 -t $example
expect 64 'BASE and -b are the same' dir tree o=Contoso -b o=Contoso -t $example
expect 64 'unexpected operand' dir export o=Contoso rdn -t $example
for command in search get tree export; do
	expect 0 "^usage: kbmend dir $command " dir $command --help
	awk '{ if (length > 80) exit 1 }' "$scratch/out" || fail "dir $command --help: longer than 80 columns"
done

# --- tree -------------------------------------------------------------------------------------
same dir tree --depth 2 -t $example <<'END'
o=Contoso
├── ou=SITE1
│   ├── cn=Configuration  (11 below)
│   └── cn=Recipients  (4 below)
└── ou=NORTH
    ├── cn=Configuration  (10 below)
    └── cn=Recipients  (1 below)

33 entries, 7 shown
END
LC_ALL=C same dir tree /o=Contoso/ou=NORTH/cn=Recipients -q -t $example <<'END'
cn=Recipients,ou=NORTH,o=Contoso
`-- cn=larsn
END
same dir tree --depth 0 -f jsonl -t $example <<'END'
{"dn":"o=Contoso","depth":0,"below":32}
END

# --- secrets, and what a terminal would obey --------------------------------------------------
cat >"$scratch/odd.ldif" <<'END'
dn: cn=child,o=A
cn: child
MTA-Local-Cred: hunter2

dn:: bz1BG1sySg==
o:: G1sySg==

dn:
objectClass: top

dn: o=A
userPassword: letmein
userPassword:: cGFzc3dvcmQ=
description:: YQpiOiBj
END
expect 0 'MTA-Local-Cred: \(a secret; --include-secrets shows it\)' dir get cn=child,o=A -t "$scratch/odd.ldif"
expect 0 'MTA-Local-Cred: hunter2' dir get cn=child,o=A --include-secrets -t "$scratch/odd.ldif"
expect 0 '"MTA-Local-Cred":\[\{"masked":true\}\]' dir get cn=child,o=A -f json -t "$scratch/odd.ldif"
expect 0 '^# MTA-Local-Cred: \(a secret, left out\)$' dir get cn=child,o=A -f ldif -t "$scratch/odd.ldif"
expect 0 '^\(root DSE\)$' dir get '' -t "$scratch/odd.ldif"
for format in text json jsonl ldif; do
	dir search -f $format -t "$scratch/odd.ldif" >"$scratch/out" 2>"$scratch/err"
	grep -q "$(printf '\033')" "$scratch/out" && fail "-f $format: an escape sequence came through"
	grep -qE 'hunter2|letmein|cGFzc3dvcmQ' "$scratch/out" && fail "-f $format: a secret came through"
done
expect 0 'o=A\\x1B\[2J' dir tree -t "$scratch/odd.ldif"

# what a format cannot hold ends the output, which then says that it is not whole
printf 'dn: o=A\no: A\n\ndn: o=B\no: B\ncontrol: x\n' >"$scratch/word.ldif"
expect 1 "^kbmend: entry 'o=B': an attribute is called as a word of LDIF" dir search -f ldif -t "$scratch/word.ldif"
grep -q "^# incomplete: entry 'o=B'" "$scratch/out" || fail "-f ldif: cut, and does not say so"
grep -q '^dn: o=A' "$scratch/out" && ! grep -q '^dn: o=B' "$scratch/out" || fail "-f ldif: a half entry"
expect 0 '^  control: x$' dir search -t "$scratch/word.ldif"
expect 1 'a word of LDIF' dir export -t "$scratch/word.ldif" -o "$scratch/half.ldif"
[ -e "$scratch/half.ldif" ] && fail "a failed export left a file behind"

# --- export -----------------------------------------------------------------------------------
# parents first, the root DSE with it, secrets left out and counted
same dir export -t "$scratch/odd.ldif" <<END
version: 1
# kbmend dir export
# source: $scratch/odd.ldif
# entries: 4
# not whole: 3 values of secrets are left out (--include-secrets)

dn:
objectClass: top

dn: o=A
# userPassword: (a secret, left out)
# userPassword: (a secret, left out)
# description: a\\nb: c
description:: YQpiOiBj

dn: cn=child,o=A
cn: child
# MTA-Local-Cred: (a secret, left out)

# dn: o=A\\x1B[2J
dn:: bz1BG1sySg==
o:: G1sySg==
END
expect 0 'not whole: 3 values of secrets left out' dir export -q -t "$scratch/odd.ldif"
expect 0 'not whole: 1 value of secrets' dir export cn=child,o=A -q -t "$scratch/odd.ldif"
expect 0 '^# base: cn=child,o=A$' dir export cn=child,o=A -q -t "$scratch/odd.ldif"
dir export --include-secrets -t "$scratch/odd.ldif" >"$scratch/out" 2>"$scratch/err"
grep -q '^userPassword: letmein' "$scratch/out" || fail "--include-secrets left one out"
grep -q 'not whole' "$scratch/out" "$scratch/err" && fail "a whole export says that it is not"

(umask 022 && dir export -q --include-secrets -t "$scratch/odd.ldif" -o "$scratch/secret.ldif")
[ "$(stat -c %a "$scratch/secret.ldif")" = 600 ] || fail "others may read exported secrets"

# a new file, whole or none
expect 0 'copy.ldif: 20 entries$' dir export -t $exchange -o "$scratch/copy.ldif"
[ -s "$scratch/out" ] && fail "export -o wrote to standard output"
cp "$scratch/copy.ldif" "$scratch/before.ldif"
expect 3 'copy.ldif: is there already' dir export -t $example -o "$scratch/copy.ldif"
cmp -s "$scratch/copy.ldif" "$scratch/before.ldif" || fail "export wrote over a file"
expect 64 'names a file, and never standard output: a file called - is ./-' dir export -t $example -o -
expect 1 'cannot be created' dir export -t $example -o "$scratch/nowhere/x.ldif"
printf 'dn: o=A\no: A\n\ndn: cn=g,o=A\nmember;range=0-1499: o=A\n' >"$scratch/cut.ldif"
expect 1 "holds only a part of 'member;range=0-1499'" dir export -t "$scratch/cut.ldif" -o "$scratch/half.ldif"
[ -e "$scratch/half.ldif" ] && fail "a failed export left a file behind"
dir export -t "$scratch/cut.ldif" >"$scratch/out" 2>/dev/null
[ -s "$scratch/out" ] && fail "a failed export wrote to standard output"
printf 'dn: o=A\no: A\n\ndn: no name\n' >"$scratch/broken.ldif"
expect 1 'broken.ldif: line 4' dir export -t "$scratch/broken.ldif" -o "$scratch/half.ldif"
[ -e "$scratch/half.ldif" ] && fail "a failed export left a file behind"

# The copy has the same entries: a copy of it differs in where it is from, and everybody finds the
# same things in it.
for original in $example $exchange; do
	rm -f "$scratch/copy.ldif"
	dir export -q -t $original -o "$scratch/copy.ldif" || fail "export of $original"
	dir export -t "$scratch/copy.ldif" | grep -v '^# source: ' >"$scratch/again"
	grep -v '^# source: ' "$scratch/copy.ldif" | cmp -s - "$scratch/again" ||
		fail "$original: the copy's copy differs"
	for query in '(objectClass=*)' '(objectClass=Computer)' '(rdn=M*)' '(!(rdn=EXCH1))'; do
		dir search "$query" -f json -t $original >"$scratch/left"
		dir search "$query" -f json -t "$scratch/copy.ldif" >"$scratch/right"
		cmp -s "$scratch/left" "$scratch/right" || fail "$original: $query has another answer"
	done
	"$kbmend" run Q298565 -f digest -t examples/exch1/SYSTEM -t $original >"$scratch/left"
	left=$?
	"$kbmend" run Q298565 -f digest -t examples/exch1/SYSTEM -t "$scratch/copy.ldif" >"$scratch/right"
	[ $? -eq $left ] || fail "$original: Q298565 exits differently on the copy"
	[ -s "$scratch/left" ] || fail "$original: no digest"
	diff "$scratch/left" "$scratch/right" || fail "$original: Q298565 finds something else in the copy"
	passed=$((passed + 1))
done
finish
