#!/bin/sh
# What `--emit` writes, refuses and offers: plans for regedit, for ldapmodify, for both.
# usage: emit.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
kbmend=$build/bin/kbmend
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
hive=examples/exch1/SYSTEM
ldif=examples/exch1/directory.ldif
. tests/expect.sh

# script NAME CHANGE...: one that fails until the changes of its fix are made.
script() {
	name=$1
	shift
	{
		cat <<LUA
local KEY = [[HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeES]]
return {
  api = 1, id = "$name", version = "1.0.0", severity = "low", title = "Wants something",
  needs = { registry = { "SYSTEM" }, directory = true },
  check = function(target)
    local value, entry = target.registry:get(KEY, "Wanted"), target.directory:read("o=Contoso")
    if value or entry.description or entry.userPassword then return target:pass("it is there") end
    target:fail{ id = "absent", message = "it is not there", because = "it says so" }
  end,
  fix = function(_, _, _, plan)
LUA
		printf '%s\n' "$@"
		printf '  end,\n}\n'
	} >"$scratch/$name.lua"
}
registry='plan:set_value(KEY, "Wanted", "REG_SZ", "x", { why = "a test" })'
directory='plan:modify_entry("o=Contoso", "description", { "ours" }, { why = "a test" })'
secret='plan:modify_entry("o=Contoso", "userPassword", { "sesame" }, { why = "a test" })'
manual='plan:manual("start it")'
script registry "$registry"
script directory "$directory" "$manual"
script both "$registry" "$directory"
script secret "$secret"
script mixed "$registry" "$secret"
script manual "$manual"
run() {
	name=$1
	shift
	"$kbmend" run "$scratch/$name.lua" -t $hive -t $ldif "$@"
}
# files NAME...: these are there, and no others.
files() {
	found=$(cd "$scratch" && echo out.*)
	[ "$found" = "${*:-out.*}" ] || fail "there are the files $found, not $*"
	passed=$((passed + 1))
	rm -f "$scratch"/out.*
}

# --- what goes where -------------------------------------------------------------------------------
expect 2 "wrote .*/out.ldif and, to take it back, .*/out.undo.ldif" run directory --emit "ldif:$scratch/out.ldif"
expect 0 "^description: ours$" cat "$scratch/out.ldif"
expect 0 "^# by hand, step 2: start it$" cat "$scratch/out.ldif"
expect 0 "^delete: description$" cat "$scratch/out.undo.ldif"
files out.ldif out.undo.ldif
expect 2 "wrote .*/bare and, to take it back, .*/bare.undo.ldif" run directory --emit "ldif:$scratch/bare"
expect 0 "^add: description" cat "$scratch/bare"
expect 2 "wrote .*/out.LDIF and, to take it back, .*/out.undo.ldif" run directory --emit "ldif:$scratch/out.LDIF"
files out.LDIF out.undo.ldif
expect 2 "wrote .*/out.reg and.*out.undo.reg" run both --emit "ldif:$scratch/out.ldif" --emit "reg:$scratch/out.reg"
expect 0 "not in this file: change 1, in the registry, of HKLM" cat "$scratch/out.ldif"
expect 0 "not in this file: change 2, in the directory, of o=Contoso" cat "$scratch/out.reg"
files out.ldif out.reg out.undo.ldif out.undo.reg
# `plan` does it, too, beside the plan itself.
expect 2 '"schema": "kbmend.plan/1"' "$kbmend" plan "$scratch/both.lua" -t $hive -t $ldif \
	--emit "ldif:$scratch/out.ldif"
files out.ldif out.undo.ldif
expect 2 "wrote .*/out.json" "$kbmend" plan "$scratch/both.lua" -t $hive -t $ldif -o "$scratch/out.json" \
	--emit "ldif:$scratch/out.ldif" --emit "reg:$scratch/out.reg" --emit-form 4
expect 0 "^REGEDIT4" head -n 1 "$scratch/out.reg"
files out.json out.ldif out.reg out.undo.ldif out.undo.reg
# The same again: the same bytes.
for name in one two; do
	expect 2 . run both -q --emit "ldif:$scratch/$name.ldif"
done
expect 0 "^same$" sh -c "cmp '$scratch/one.ldif' '$scratch/two.ldif' && echo same"

# --- what is refused: all or nothing is written --------------------------------------------------------
expect 3 "nothing in the directory: .*; --emit reg:FILE writes what it changes in the registry" \
	run registry --emit "ldif:$scratch/out.ldif"
expect 3 "nothing in the registry: .*; --emit ldif:FILE writes what it changes in the directory" \
	run directory --emit "reg:$scratch/out.reg"
expect 3 "nothing in the directory: there is no LDIF file to write$" run manual --emit "ldif:$scratch/out.ldif"
expect 3 "nothing in the registry: there is no .reg file to write$" run manual --emit "reg:$scratch/out.reg"
expect 3 "nothing in the directory" run registry --emit "reg:$scratch/out.reg" --emit "ldif:$scratch/out.ldif"
files
for there in out.ldif out.undo.ldif; do
	echo mine >"$scratch/$there"
	expect 3 "$there: is there already" run both --emit "reg:$scratch/out.reg" --emit "ldif:$scratch/out.ldif"
	expect 0 "^mine$" cat "$scratch/$there"
	files $there
done
expect 3 "out.x: is there already" run both --emit "reg:$scratch/out.x" --emit "ldif:$scratch/out.x"
files

# --- secrets ------------------------------------------------------------------------------------------
expect 3 "no LDIF is written: the plan sets userPassword of o=Contoso, a secret" run secret --emit "ldif:$scratch/out.ldif"
expect 3 "no LDIF is written: " run mixed --emit "ldif:$scratch/out.ldif" --emit "reg:$scratch/out.reg"
files
expect 2 "next: .* --include-secrets --emit ldif:fix.ldif$" run secret
expect 2 "wrote" run secret --include-secrets --emit "ldif:$scratch/out.ldif"
expect 0 "^userPassword: sesame$" cat "$scratch/out.ldif"
expect 0 "^-rw-------" ls -l "$scratch/out.ldif"
expect 0 "^-rw-------" ls -l "$scratch/out.undo.ldif"
files out.ldif out.undo.ldif
# Nothing of it goes to regedit.
expect 2 "wrote" run mixed --emit "reg:$scratch/out.reg"
if grep -aq sesame "$scratch/out.reg"; then fail "a secret is in the .reg file"; fi
files out.reg out.undo.reg

# --- what is offered, and mistakes ----------------------------------------------------------------------
expect 2 "^next: kbmend run .* --apply$" run registry
expect 2 "^next: kbmend run .* --emit ldif:fix.ldif$" run directory
expect 2 "^next: kbmend run .* --emit reg:fix.reg --emit ldif:fix.ldif$" run both
expect 64 "is not reg:FILE or ldif:FILE" run both --emit "$scratch/out.ldif"
expect 64 "is given twice" run both --emit ldif:a --emit ldif:b
expect 64 "two files are written" run both --emit ldif:-
expect 0 "reg:FILE.ldif:FILE" "$kbmend" plan --help

finish
