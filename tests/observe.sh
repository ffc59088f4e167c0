#!/bin/sh
# What a check looked at, as a table, beside its findings and with every verdict.
# usage: observe.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh

# script NAME CHECK: a script around a check's body; KEY is a local.
script() {
	cat >"$scratch/$1.lua" <<LUA
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]]
return { api = 1, id = "$1", version = "1.0.0", severity = "info", title = "A table",
  needs = { registry = { "SYSTEM" } },
  check = function(target) $2 end }
LUA
}
observe() {
	name=$1
	shift
	"$kbmend" run "$scratch/$name.lua" -t $hive "$@"
}

script mixed '
  target:observe{ what = "SiteDN of the connector", where = { key = KEY, value = "SiteDN" },
    found = target.registry:get(KEY, "SiteDN").data, expected = "/o=Contoso/ou=SITE1",
    difference = "another site [ou=]", kb = "Q298565" }
  target:observe{ what = "This Server", found = "EXCH1", expected = "EXCH1" }
  target:observe{ what = "Logon Only As", expected = "EXCH1", difference = "is absent", kb = "Q155027" }
  target:observe{ what = "Journal \27[31mRecipient", found = "a ", expected = "a" , difference = "blank" }
  target:observe{ what = "ComputerName", found = "EXCH1" }
  target:observe{ what = "Nothing" }
  target:pass("seen")'
# table COMMAND...: the lines from the titles to the next empty one.
table() {
	"$@" 2>"$scratch/err" | sed -n '/^  source/,/^$/p' >"$scratch/out"
}
cat >"$scratch/mixed" <<'TEXT'
  source           found               expected            agrees        article
  SiteDN of the    /o=Contoso/         /o=Contoso/         another site  Q298565
  connector        ou=SITE2            ou=SITE1            [ou=]
  This Server      EXCH1               (the same)          yes
  Logon Only As    (absent)            EXCH1               is absent     Q155027
  Journal \x1B[31  "a "                a                   blank
  mRecipient
  ComputerName     EXCH1               (not known)         -
  Nothing          (absent)            (not known)         -

TEXT
table observe mixed
check diff -u "$scratch/mixed" "$scratch/out"
expect 0 "^✓ mixed  A table$" observe mixed
also "^1 script, 1 target: 1 pass\. Nothing was changed\.$"
# Asked for little, a script is still shown that has a table; asked for more, it says where each value is.
expect 0 "^✓ mixed  A table$" observe mixed -q
expect 0 '^    HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.Parameters.SiteDN$' observe mixed -v
# What is read by programs is whole.
expect 0 '^      "observations": \[$' observe mixed -f json
also '^          "what": "SiteDN of the connector",$'
also '^            "name": "SiteDN"$'
also '^          "found": "/o=Contoso/ou=SITE2",$'
also '^          "difference": "another site \[ou=\]",$'
also '^          "kb": "Q298565"$'
expect 0 '\{"what":"This Server","where":null,"found":"EXCH1","expected":"EXCH1","agrees":true,"difference":null,"kb":null\}' \
	observe mixed -f jsonl
also '\{"what":"Logon Only As","where":null,"found":null,"expected":"EXCH1","agrees":false,'
also '\{"what":"Nothing","where":null,"found":null,"expected":null,"agrees":null,'
also '"what":"Journal \\u001B\[31mRecipient"'

expect 0 "^[^,]*,mixed,[a-z]*,pass,observation,,This Server,,EXCH1,EXCH1,,$" observe mixed -f csv
also 'observation,,SiteDN of the connector,HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC.Parameters.SiteDN,/o=Contoso/ou=SITE2,'
also 'observation,,Journal \\x1B\[31mRecipient,'

# A table that has room needs no more; columns that nothing stands in are left out.
script small '
  target:observe{ what = "ComputerName", found = "EXCH1" }
  target:observe{ what = "Other", found = 7 }
  target:pass("seen")'
cat >"$scratch/small" <<'TEXT'
  source        found
  ComputerName  EXCH1
  Other         7

TEXT
table observe small
check diff -u "$scratch/small" "$scratch/out"
# Beside findings, above the plan; no verdict comes of a row.
script failing '
  target:observe{ what = "SiteDN", found = "a", expected = "b", difference = "other", kb = "Q298565" }
  target:fail{ id = "x", message = "it is wrong", because = "so" }'
cat >"$scratch/failing" <<'TEXT'
✗ failing  A table    info
  it is wrong
    because  so
  source  found  expected  agrees  article
  SiteDN  a      b         other   Q298565

TEXT
observe failing | sed -n '/^✗/,/^$/p' >"$scratch/out"
check diff -u "$scratch/failing" "$scratch/out"
script silent 'target:observe{ what = "x" }'
expect 1 "check must call target:pass, target:fail or target:unknown" observe silent
also "^  x +\(absent\)$"
# A run that could not look any further has what it had seen until then, and so has one that
# ends in a script's mistake.
script early 'target:observe{ what = "SiteDN", found = "a" }
  target:unknown("the rest is not to be seen")'
expect 1 "^  unknown: the rest is not to be seen" observe early
also "^  SiteDN  a$"
script mistaken 'target:observe{ what = "SiteDN", found = "a" }
  error("oops")'
expect 1 "oops" observe mistaken
also "^  SiteDN  a$"
# What a script says of a secret is masked, at its place and in words.
cat >"$scratch/secret.lua" <<'LUA'
return { api = 1, id = "secret", version = "1.0.0", severity = "info", title = "A secret",
  needs = { directory = true },
  check = function(target)
    target:observe{ what = "its password", where = { dn = "o=Contoso", attribute = "userPassword" },
      found = "hunter22", expected = "hunter23", difference = "hunter22 is old" }
    target:pass("seen")
  end }
LUA
secret() { "$kbmend" run "$scratch/secret.lua" -t examples/exch1/directory.ldif "$@"; }
expect 0 "^  its password" secret
never "hunter"
expect 0 '"found":"\(a secret; --include-secrets shows it\)"' secret -f jsonl
never "hunter"
expect 0 "hunter22 is old" secret --include-secrets -f jsonl
# The stock table: each value that holds a server's names, with and without a directory.
identity() { "$kbmend" run @identity -t $hive "$@"; }
expect 2 "^  SiteDN of +/o=Contoso/ +/o=Contoso/ +differs in +Q298565$" identity -t examples/exch1/directory.ldif
also "^  Site of +SITE1 +\(the same\) +yes +Q201164$"
also "^  Hostname of +exch1 +EXCH1 +yes +Q246793$"
also "^  Logon Only As +\(absent\) +\(none needed\) +yes +Q306308$"
also "^    ! run .kbmend run Q298565. on this target$"
expect 2 "^  Site of +SITE1 +\(not known\) +- +Q201164$" identity
also "^  Journal +\(absent\) +\(none needed\) +yes +Q188772$"
also "^  MSExchangeIMC +ou=SITE2 +than most values,$"
sed 's,ou=SITE2",ou=SITE1",' examples/exch1/SYSTEM.reg >"$scratch/agrees.reg"
expect 1 "^  Site of +SITE1 +Q201164$" "$kbmend" run @identity -t "$scratch/agrees.reg"
also "^  Journal +\(absent\) +Q188772$"
finish
