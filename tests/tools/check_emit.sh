#!/bin/sh
# Whether another program does with `--emit reg:` what was meant: check_emit.sh KBMEND REG2HIVE
# hivexregedit merges the fix into a hive, which then must pass, and the undo, which must bring the
# finding back. Then values of all types, in both forms, through hivexregedit and our own reader.
set -eu
kbmend=$1
reg2hive=$2
command -v hivexregedit >/dev/null || {
	echo "skipped: no hivexregedit"
	exit 77
}
cd "$(dirname "$0")/../.."
. tests/merge_reg.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
hive=$folder/SYSTEM

# The control set by number: for hivexregedit CurrentControlSet is a key like any other.
run() {
	status=0
	"$kbmend" run Q298565 -t "$hive" -t examples/exch1/directory.ldif --control-set 1 \
		"$@" >"$folder/output.txt" 2>&1 || status=$?
}
merge() {
	merge_reg "$hive" "$1" 'HKEY_LOCAL_MACHINE\SYSTEM' "${2-UTF-16}"
}
expect() {
	[ "$status" -eq "$1" ] || {
		echo "$2: exit status $status, not $1"
		cat "$folder/output.txt"
		exit 1
	}
	echo "ok $2"
}

"$reg2hive" --hive SYSTEM examples/exch1/SYSTEM.reg "$hive"
run --emit "reg:$folder/fix.reg" --emit-form 5
expect 2 "the hive fails, and the files are written"
merge "$folder/fix.reg"
run
expect 0 "after the fix it passes"
merge "$folder/fix.undo.reg"
run
expect 2 "after the undo it fails again"

# --- values of all types: each is compared by type and data when the script runs again ----------------
cat >"$folder/types.lua" <<'END'
local KEY = [[HKLM\SYSTEM\CurrentControlSet\Services\MSExchangeES]]
local LATIN, WIDE = "Grüße", "Ωμέγα — 日本 😀"
local VALUES = {
  both = {
    { "", "REG_SZ", "the default value" }, { "Empty", "REG_SZ", "" }, { "Text", "REG_SZ", LATIN },
    { 'Quoted "\\=;', "REG_SZ", [[a "b" \c\ ;d=]] }, { "Größe", "REG_SZ", "a name beyond ASCII" },
    { "Bytes", "REG_BINARY", ("\0\1\254\255"):rep(100) }, { "No bytes", "REG_BINARY", "" },
    { "None", "REG_NONE", "\1\2" }, { "Link", "REG_LINK", "\\Registry\\Machine" },
    { "Start", "REG_DWORD", 0xfffffffe }, { "Big", "REG_DWORD_BIG_ENDIAN", 7 },
    { "Eight", "REG_QWORD", 0x0123456789abcdef },
  },
  -- REGEDIT4 has their bytes in the code page, of which hivexregedit knows nothing.
  ansi = {
    { "Expand", "REG_EXPAND_SZ", "%SystemRoot%\\" .. LATIN },
    { "List", "REG_MULTI_SZ", { "one", LATIN, "€" } }, { "No list", "REG_MULTI_SZ", {} },
  },
  wide = {
    { "Wide", "REG_SZ", WIDE }, { WIDE, "REG_EXPAND_SZ", WIDE },
    { "List of all", "REG_MULTI_SZ", { LATIN, WIDE } },
  },
}
local function same(found, kind, data)
  if not found or found.type ~= kind then return false end
  if type(data) ~= "table" then return found.data == data end
  for i, text in ipairs(data) do
    if found.data[i] ~= text then return false end
  end
  return #found.data == #data
end
local function each(params, visit)
  for word in params.values:gmatch("%a+") do
    for _, value in ipairs(VALUES[word]) do visit(table.unpack(value)) end
  end
end

return {
  api = 1, id = "types", version = "1.0.0", severity = "low", title = "Values of all types",
  needs = { registry = { "SYSTEM" } },
  params = { values = { type = "string", help = "which of them", default = "both" } },
  check = function(target, params)
    local wrong
    each(params, function(name, kind, data)
      if not same(target.registry:get(KEY, name), kind, data) then wrong = wrong or name end
    end)
    if target.registry:get(KEY, "ObjectName") then wrong = wrong or "ObjectName" end
    if not wrong then return target:pass("all are so") end
    target:fail{ id = "value", message = "one is not: '" .. wrong .. "'", because = "it says so" }
  end,
  fix = function(_, params, _, plan)
    each(params, function(name, kind, data) plan:set_value(KEY, name, kind, data, { why = "a test" }) end)
    plan:delete_value(KEY, "ObjectName", { why = "a test" })
  end,
}
END

# types FILE VALUES ...: the script on a hive or an export.
types() {
	source=$1
	values=$2
	shift 2
	status=0
	"$kbmend" run "$folder/types.lua" -t "$source" -p "values=$values" --control-set 1 -v "$@" \
		>"$folder/output.txt" 2>&1 || status=$?
}
# round_trip FORM VALUES [ENCODING]: through our own reader, which sees what the file lists; and with
# an encoding through hivexregedit, whose undo must leave the hive's content as it was.
round_trip() {
	what="$2, version $1"
	rm -f "$folder"/all.*
	types "$hive" "$2" --emit "reg:$folder/all.reg" --emit-form "$1"
	expect 2 "$what: the files are written"
	types "$folder/all.reg" "$2"
	expect 0 "$what: our own reader finds all in it"
	[ $# -eq 3 ] || return 0
	"$kbmend" reg dump --canonical "$hive" >"$folder/before"
	merge "$folder/all.reg" "$3"
	types "$hive" "$2"
	expect 0 "$what: after the fix all are there"
	merge "$folder/all.undo.reg" "$3"
	types "$hive" "$2"
	expect 2 "$what: after the undo they are not"
	"$kbmend" reg dump --canonical "$hive" >"$folder/after"
	cmp "$folder/before" "$folder/after"
	echo "ok $what: the undo leaves nothing behind"
}
round_trip 4 both CP1252
round_trip 4 both,ansi
round_trip 5 both,ansi,wide UTF-16
types "$hive" wide --emit "reg:$folder/none.reg" --emit-form 4
expect 3 "wide, version 4: refused, for the code page lacks it"
