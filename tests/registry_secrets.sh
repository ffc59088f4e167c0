#!/bin/sh
# A password in the registry, behind the program's path in ImagePath of MSExchangeKMS, goes nowhere: not into what
# is said of it in any format, not into plans, files or the journal. usage: registry_secrets.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/begin.sh

password=Tr0ub4dor3hunter2
key='HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\MSExchangeKMS'
hive_of SYSTEM SYSTEM '[HKEY_LOCAL_MACHINE\SYSTEM]

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000001
"Default"=dword:00000001

['"$key"']
"Type"=dword:00000010
"ImagePath"="C:\\Exchsrvr\\Bin\\Kmserver.exe '"$password"'"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\MSExchangeIS]
"Type"=dword:00000010
"ImagePath"="C:\\Exchsrvr\\Bin\\Store.exe "
'
cp "$scratch/SYSTEM" "$scratch/SYSTEM.before"

# Whether a file holds the password: as text, as the registry stores it, or that in hexadecimal, however it is laid out.
hex=$(printf %s "$password" | od -An -v -tx1 | tr -d ' \n' | sed 's/../&00/g')
tells() {
	tr -d '\000' <"$1" | grep -aqF "$password" ||
		tr -d ' ,\\\n\r' <"$1" | grep -aqiF "$hex"
}
# untold NAME STATUS PATTERN COMMAND...: the command's outputs do not hold it.
untold() {
	expect "$@"
	for stream in out err; do
		if tells "$scratch/$stream"; then fail "$*: the password is in $stream"; else passed=$((passed + 1)); fi
	done
}
# kept FILE...: neither do these.
kept() {
	for file; do
		[ -s "$file" ] || fail "$file is empty"
		if tells "$file"; then fail "the password is in $file"; else passed=$((passed + 1)); fi
	done
}

# What finds it where it is.
check tells "$scratch/SYSTEM"
check tells "$scratch/SYSTEM.reg"

# Every format, of every script that reads it; also when it is asked for secrets.
for target in "$scratch/SYSTEM" "$scratch/SYSTEM.reg"; do
	for script in Q235418 Q318746 Q134425; do
		status=2
		[ "$script" = Q134425 ] && status=0
		for format in text json jsonl; do
			untold $status . "$kbmend" run $script -t "$target" -f $format
		done
		untold $status . "$kbmend" run $script -t "$target" -v --include-secrets
	done
done
expect 2 'Kmserver.exe \(a secret, not told\)' "$kbmend" run Q235418 -t "$scratch/SYSTEM"
also 'afterwards: pass'
also 'libregf agrees'

# A script that wants to know everything is told nothing; what it was told it cannot write.
cat >"$scratch/probe.lua" <<'END'
return {
  api = 1, id = "probe", version = "1.0.0", title = "Everything there is", severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local path = "HKLM\\SYSTEM\\ControlSet001\\Services\\MSExchangeKMS"
    local key = target.registry:key(path)
    local value = key:get("imagepath")
    print(value.data, value.raw)
    for _, each in ipairs(key:values()) do
      print(each.name, each.data, each.raw)
    end
    local _, tried = target.registry:try_get(path .. "\\", "IMAGEPATH")
    target:fail{ id = "all", message = tried.data, found = tried.raw, because = "it is there",
      x_data = tried.data }
  end,
  fix = function(_, _, finding, plan)
    plan:set_value("HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS", "ImagePath", "REG_SZ",
      finding.x_data .. " ", { why = "a blank more" })
    plan:set_value("HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeKMS", "ImagePath", "REG_SZ",
      finding.x_data, { why = "the same" })
  end,
}
END
untold 1 'mask of a secret|another change' "$kbmend" run "$scratch/probe.lua" -t "$scratch/SYSTEM"
untold 1 . "$kbmend" run "$scratch/probe.lua" -t "$scratch/SYSTEM" -f json
sed 's/finding.x_data .. " "/finding.x_data/' "$scratch/probe.lua" >"$scratch/mask.lua"
untold 1 'the data end with the mask of a secret' "$kbmend" run "$scratch/mask.lua" -t "$scratch/SYSTEM"

# Files: a plan, and .reg files. What they took back is not in them.
untold 2 . "$kbmend" plan Q235418 Q318746 -t "$scratch/SYSTEM" -o "$scratch/plan.json"
kept "$scratch/plan.json"
untold 0 'not told' "$kbmend" show "$scratch/plan.json"
untold 0 'not told' "$kbmend" show "$scratch/plan.json" -f json
untold 2 . "$kbmend" run Q235418 -t "$scratch/SYSTEM" --emit "reg:$scratch/fix.reg"
kept "$scratch/fix.reg" "$scratch/fix.undo.reg"
tr -d '\000' <"$scratch/fix.undo.reg" >"$scratch/undo"
check grep -q 'ImagePath held a secret, which kbmend does not' "$scratch/undo"
if grep -q '^"ImagePath"' "$scratch/undo"; then fail 'the mask is written as a value'; fi

# It is applied without being told; the journal has no more than the backup of the file, which has it.
export XDG_STATE_HOME="$scratch/home"
state=$scratch/state
untold 0 . "$kbmend" apply "$scratch/plan.json" --yes --state-dir "$state"
content "$scratch/SYSTEM" >"$scratch/content"
check grep -q 'ImagePath' "$scratch/content"
if tells "$scratch/SYSTEM"; then fail 'the password is in the hive'; else passed=$((passed + 1)); fi
find "$state" -type f ! -name 'backup-*' >"$scratch/files"
check [ -s "$scratch/files" ]
while read -r file; do
	if tells "$file"; then fail "the password is in $file"; else passed=$((passed + 1)); fi
done <"$scratch/files"
check tells "$state/journal/1/backup-1"
check [ "$(stat -c %a "$state/journal/1/backup-1")" = 600 ]
for format in text json; do
	untold 0 . "$kbmend" history --state-dir "$state" -f $format
	untold 0 . "$kbmend" show 1 --state-dir "$state" -f $format
done
untold 0 'nothing|is so already|applied' "$kbmend" apply "$scratch/plan.json" --yes --state-dir "$state"

# The file of before comes back, byte by byte; by its changes alone it does not.
untold 2 'backup' "$kbmend" undo 1 -n --state-dir "$state"
untold 0 . "$kbmend" undo 1 --yes --state-dir "$state"
check cmp "$scratch/SYSTEM" "$scratch/SYSTEM.before"
untold 0 . "$kbmend" run Q235418 -t "$scratch/SYSTEM" --apply --yes --state-dir "$state"
"$build/tests/set_value" "$scratch/SYSTEM" 'ControlSet001\Services\MSExchangeIS' Changed since ||
	fail 'set_value'
untold 3 'held a secret' "$kbmend" undo 3 --yes --state-dir "$state"

# Who looks by hand is told so.
expect 0 "^Data is shown as it is, passwords and other secrets in it, too: nothing is" "$kbmend" reg --help
finish
