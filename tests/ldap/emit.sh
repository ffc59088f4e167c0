#!/bin/sh
# What `--emit ldif:` writes is carried out by ldapmodify: after the fix the script passes, after the undo it
# fails as before; where a value has moved meanwhile the server refuses, and nothing is changed.
# usage: emit.sh KBMEND
set -u
kbmend=$1
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
if ! command -v ldapmodify >/dev/null; then
	echo "ldapmodify is missing"
	exit 77
fi
site="ou=SITE1,o=Contoso"
organization="o=Contoso"

cat >"$scratch/names.lua" <<'END'
local SITE, ORGANIZATION = "ou=SITE1,o=Contoso", "o=Contoso"
local WANTED = {
  { SITE, "Admin-Display-Name", { "München, 1. Stock" } },
  { SITE, "description", { " with blanks ", "second", ":third", "two\nlines" } },
  { ORGANIZATION, "Admin-Display-Name", {} },
}
local function same(entry, name, values)
  local found = {}
  for _, value in ipairs(entry[name] or {}) do found[value] = true end
  for _, value in ipairs(values) do
    if not found[value] then return false end
  end
  return #(entry[name] or {}) == #values
end

return {
  api = 1, id = "names", version = "1.0.0", severity = "low", title = "Entries are described",
  needs = { directory = true },
  check = function(target)
    for _, wanted in ipairs(WANTED) do
      if not same(target.directory:read(wanted[1]), wanted[2], wanted[3]) then
        return target:fail{ id = "bare", message = "one is not", because = wanted[1] .. " says so" }
      end
    end
    target:pass("all are")
  end,
  fix = function(_, _, _, plan)
    for _, wanted in ipairs(WANTED) do
      plan:modify_entry(wanted[1], wanted[2], wanted[3], { why = "a test: ü" })
    end
    plan:manual("tell München")
  end,
}
END

run() {
	"$kbmend" run "$scratch/names.lua" -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password" "$@"
}
modify() {
	ldapmodify -x -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password" "$@"
}
content() {
	ldapsearch -x -LLL -o ldif-wrap=no -H "$slapd_ldap" -D "$slapd_user" -y "$slapd_password" \
		-b "$slapd_base" '(objectClass=*)' | sort
}

slapd_writable=1
slapd_start example examples/exch1/directory.ldif
content >"$scratch/before"
check [ "$(wc -l <"$scratch/before")" -gt 100 ]
expect 2 "next: kbmend run .* --apply$" run
expect 2 "wrote .*fix.ldif and, to take it back, .*fix.undo.ldif" run --emit "ldif:$scratch/fix.ldif"
check grep -q '^# made for ldap://' "$scratch/fix.ldif"
check [ "$(grep -c '^dn: ' "$scratch/fix.ldif")" -eq 2 ]

# --- there and back ---------------------------------------------------------------------------------
expect 0 "modifying entry .$site." modify -f "$scratch/fix.ldif"
expect 0 "1 pass" run -v
expect 0 "München, 1. Stock" "$kbmend" dir get -H "$slapd_ldap" "$site"
content >"$scratch/fixed"
check [ "$(diff "$scratch/before" "$scratch/fixed" | grep -c '^[<>]')" -eq 7 ]
# Twice is once too often: the old values are gone.
expect 16 "No such attribute|no such value" modify -f "$scratch/fix.ldif"
content >"$scratch/out"
check cmp "$scratch/fixed" "$scratch/out"
expect 0 "modifying entry" modify -f "$scratch/fix.undo.ldif"
content >"$scratch/out"
check cmp "$scratch/before" "$scratch/out"
expect 2 "1 fail" run

# --- what moved is not overwritten, and of that entry nothing is changed ------------------------------
# moved ATTRIBUTE VALUE ENTRY: after somebody gave the attribute another value, the fix is refused.
moved() {
	printf 'dn: %s\nchangetype: modify\nreplace: %s\n%s: %s\n' "$3" "$1" "$1" "$2" >"$scratch/other.ldif"
	expect 0 "modifying" modify -f "$scratch/other.ldif"
	"$kbmend" dir get -H "$slapd_ldap" "$3" >"$scratch/moved"
	expect 16 "No such attribute|no such value" modify -f "$4"
	"$kbmend" dir get -H "$slapd_ldap" "$3" >"$scratch/out"
	check grep -q -- "$2" "$scratch/moved"
	check cmp "$scratch/moved" "$scratch/out"
}
moved Admin-Display-Name "Somebody else's" "$site" "$scratch/fix.ldif"
printf 'dn: %s\nchangetype: modify\nreplace: Admin-Display-Name\nAdmin-Display-Name: Headquarters\n' \
	"$site" >"$scratch/other.ldif"
expect 0 "modifying" modify -f "$scratch/other.ldif"
expect 0 "modifying entry .$organization." modify -f "$scratch/fix.ldif"
moved description third "$site" "$scratch/fix.undo.ldif"

finish
