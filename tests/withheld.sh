#!/bin/sh
# A directory's secrets as scripts meet them: they are told only where --include-secrets says so.
# usage: withheld.sh BUILD-FOLDER
set -u
kbmend=$(cd "$1" && pwd)/bin/kbmend
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8
. "$here/expect.sh"
cd "$scratch" || exit 1
umask 022

cat >directory.ldif <<'END'
dn: o=Contoso
o: Contoso

dn: cn=MTA,o=Contoso
cn: MTA
MTA-Local-Cred: hunter2
description: old
END

# script NAME CHECK FIX: a script that has the entry as `entry`.
script() {
	cat >"$1.lua" <<END
return {
  api = 1,
  id = "$1",
  version = "1.0.0",
  title = "The credentials of the MTA",
  severity = "low",
  needs = { directory = true },
  check = function(target)
    local entry = target.directory:read("cn=MTA,o=Contoso")
    $2
  end,
  fix = function(_, _, finding, plan)
    $3
  end,
}
END
}
kbmend() {
	"$kbmend" "$@" -t directory.ldif
}
quiet() {
	if grep -rq -e hunter2 -e 68756e74657232 out err "$@" 2>/dev/null; then
		fail "the secret was told: $*"
	else
		passed=$((passed + 1))
	fi
}

# --- what is not told is not there for scripts, and not absent either -------------------------
advice='is a secret;'
manual='plan:manual("look", { why = "a test" })'
for way in 'entry["MTA-Local-Cred"]' 'entry:values("mta-local-cred")' \
	'entry["MTA-Local-Cred;binary"]' 'pcall(entry.values, entry, "MTA-Local-Cred")' \
	'pcall(function() return entry["MTA-Local-Cred"] end)'; do
	script told "local told = $way; print(told) target:pass('there: ' .. #told)" "$manual"
	expect 1 '[Cc]red.* of cn=MTA,o=Contoso is a secret;' kbmend run ./told.lua
	quiet
done
script named 'target:pass(table.concat(entry:attributes(), " "))' "$manual"
expect 0 'cn MTA-Local-Cred description' kbmend run ./named.lua
quiet

# --- a filter finds no secret out -------------------------------------------------------------
for filter in '(MTA-Local-Cred=h*)' '(&(cn=MTA)(!(mta-local-cred=hunter2)))' \
	'(MTA-Local-Cred>=h)' '(userPassword=x)'; do
	script filtered "local found = target.directory:search{ base = 'o=Contoso',
      filter = '$filter' } target:pass('found ' .. #found)" "$manual"
	expect 1 'the filter compares [-A-Za-z]*, a secret; --include-secrets' \
		kbmend run ./filtered.lua
done
script present "local found = target.directory:search{ base = 'o=Contoso',
      filter = '(MTA-Local-Cred=*)' } target:pass('found ' .. #found)" "$manual"
expect 0 'found 1' kbmend run ./present.lua

# --- a plan -----------------------------------------------------------------------------------
# One that changes another attribute of the entry: the secret is in what the plan rests on.
script other 'if entry.description[1] == "new" then return target:pass("it is new") end
    target:fail{ id = "old", message = "it is old", because = "it says so" }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "description", { "new" }, { why = "a test" })'
expect 2 '^next: kbmend run ./other.lua -t directory.ldif --emit ldif:fix.ldif$' kbmend run ./other.lua
quiet
expect 2 'wrote other.json' kbmend plan ./other.lua -o other.json
quiet other.json
expect 0 'MTA-Local-Cred' cat other.json
expect 0 'description' "$kbmend" show other.json

# One that changes the secret itself: what is there now cannot be written down unasked.
script secret 'target:fail{ id = "weak", message = "it is weak", because = "all are" }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "MTA-Local-Cred", { "s3cret" }, { why = "a test" })'
expect 1 "MTA-Local-Cred of cn=MTA,o=Contoso $advice" kbmend run ./secret.lua
quiet

# One that gives a secret to an entry that has none, and guesses what is right: neither is shown,
# and no plan that has it is written unasked.
script given 'if entry.description[1] == "new" then return target:pass("it is new") end
    target:fail{ id = "bare", message = "no password", because = "it says so", expected = "hunter2",
      where = { dn = entry.dn, attribute = "userPassword" } }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "userPassword", { "hunter2" }, { why = "a test" })
    plan:modify_entry("cn=MTA,o=Contoso", "description", { "new" }, { why = "a test" })'
mask='.a secret; --include-secrets shows it.'
expect 2 "[+] userPassword *\"$mask\"" kbmend run ./given.lua
quiet
expect 2 "expected *$mask" kbmend run ./given.lua
expect 2 '^next: .*--include-secrets --emit ldif:fix.ldif$' kbmend run ./given.lua
for format in json jsonl; do
	expect 2 "$mask" kbmend run -f "$format" ./given.lua
	quiet
done
refused='userPassword of cn=MTA,o=Contoso, a secret: --include-secrets'
expect 3 "$refused" kbmend plan ./given.lua -o given.json
quiet
[ ! -e given.json ] || fail "a plan with a secret was written"
expect 3 "$refused" kbmend plan ./given.lua
quiet
expect 2 'wrote given.json' kbmend plan ./given.lua --include-secrets -o given.json
expect 0 '^600$' stat -c %a given.json
expect 0 'hunter2' cat given.json
for format in text json jsonl; do
	expect 0 'hunter2' "$kbmend" show --include-secrets -f "$format" given.json
done
expect 0 "[+] userPassword *\"$mask\"" "$kbmend" show -v given.json
grep -q hunter2 out && fail "show told the secret"
for format in json jsonl; do
	expect 3 "$refused" "$kbmend" show -f "$format" given.json
	quiet
done

# --- asked for --------------------------------------------------------------------------------
script told 'if entry["MTA-Local-Cred"][1] == "better" then return target:pass("it is better") end
    target:fail{ id = "weak", message = "it is weak", because = "it says so" }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "MTA-Local-Cred", { "better" }, { why = "a test" })'
expect 2 'next: kbmend run ./told.lua -t directory.ldif --include-secrets --emit ldif:fix.ldif' \
	kbmend run ./told.lua --include-secrets
expect 2 'hunter2' kbmend run ./told.lua --include-secrets
expect 2 'wrote told.json' kbmend plan ./told.lua --include-secrets -o told.json
expect 0 '^600$' stat -c %a told.json
expect 0 'hunter2' cat told.json
script filtered "local found = target.directory:search{ base = 'o=Contoso',
      filter = '(MTA-Local-Cred=h*)' } target:pass('found ' .. #found)" "$manual"
expect 0 'found 1' kbmend run ./filtered.lua --include-secrets
script filtering 'local found = target.directory:search{ base = "o=Contoso",
      filter = "(MTA-Local-Cred=hunter2)", attributes = { "cn" } }
    if entry.description[1] == "seen" then return target:pass("it is seen") end
    target:fail{ id = "seen", message = "found " .. #found, because = "it says so" }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "description", { "seen" }, { why = "a test" })'

# Where it was asked for, a plan has it; shown without asking, neither what is compared nor what is said of it
# tells.
expect 2 'wrote filtered.json' kbmend plan ./filtering.lua --include-secrets -o filtered.json
expect 0 'a secret; --include-secrets shows it. = 1 entry' "$kbmend" show -v filtered.json
quiet
expect 3 'the plan rests on MTA-Local-Cred of .*o=Contoso, a secret' "$kbmend" show -f json filtered.json
quiet

# Its own check may read what a plan sets: not even its words tell it.
script reading 'if entry.userPassword then target:unknown("reads " .. entry.userPassword[1]) end
    target:fail{ id = "bare", message = "no password", because = "it says so" }' \
	'plan:modify_entry("cn=MTA,o=Contoso", "userPassword", { "hunter2" }, { why = "it was not hunter2" })'
expect 1 "afterwards: unknown: reads .a secret" kbmend run ./reading.lua
quiet
expect 1 "a secret" kbmend run -f json ./reading.lua
quiet
expect 3 "not shown to cure: reads .a secret" kbmend plan ./reading.lua
quiet

# --- an export without secrets is not one of a directory without ------------------------------
"$kbmend" dir export -q -t directory.ldif -o masked.ldif 2>err || fail "dir export"
"$kbmend" dir export -q --include-secrets -t directory.ldif -o whole.ldif || fail "dir export"
script told 'local told = entry["MTA-Local-Cred"] target:pass(told and told[1] or "none")' "$manual"
expect 1 "MTA-Local-Cred of cn=MTA,o=Contoso $advice" "$kbmend" run ./told.lua -t masked.ldif
expect 1 "MTA-Local-Cred of cn=MTA,o=Contoso $advice" \
	"$kbmend" run ./told.lua --include-secrets -t masked.ldif
expect 0 'hunter2' "$kbmend" run ./told.lua --include-secrets -t whole.ldif
expect 1 "cannot be known: 'MTA-Local-Cred' has only" \
	"$kbmend" run ./filtered.lua --include-secrets -t masked.ldif
expect 0 'found 1' "$kbmend" run ./present.lua -t masked.ldif
expect 0 '^  MTA-Local-Cred:' "$kbmend" dir get cn=MTA,o=Contoso -t masked.ldif
expect 0 '^# MTA-Local-Cred: .a secret, left out.$' "$kbmend" dir export --include-secrets -t masked.ldif
cp out again.ldif
expect 0 '^# not whole: 1 value of secrets is left out' cat again.ldif
# A comment is one where it names no secret, or is none of ours.
printf '%s\n' '# userPassword: (a secret, left out)' 'version: 1' '# description: (a secret, left out)' \
	'dn: o=A' '# cn: (a secret, left out)' 'o: A' '#userPassword: (a secret, left out)' \
	'# userPassword: (a secret,' '  left out)' '# : (a secret, left out)' \
	'# user Password: (a secret, left out)' '# (a secret, left out)' '' >comments.ldif
printf '%s\n' 'o=A' '  o: A' >expected
expect 0 '^  o: A$' "$kbmend" dir get o=A -t comments.ldif
diff expected out >/dev/null || fail "comments were taken for attributes"

finish
