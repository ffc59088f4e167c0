#!/bin/sh
# Targets that are folders: what is found in them, whose it is, what is refused, and plans on them from
# the run to the undo. The folders are made here, of hives that reg2hive makes.
# usage: folder.sh BUILD-FOLDER [FOLDER-OF-REAL-HIVES [LUA]]
set -u
cd "$(dirname "$0")/.."
. tests/begin.sh
lua=${3:-lua5.4}
XDG_STATE_HOME=$scratch/state
export XDG_STATE_HOME
ldif=examples/exch1/directory.ldif

# --- hives and scripts -------------------------------------------------------------------------
h='HKEY_LOCAL_MACHINE\H'
hive_of user H "[$h\\Control Panel]
[$h\\Software\\Test]
\"Who\"=\"nobody\"" --minor 3
hive_of classes H "[$h\\Local Settings]
[$h\\.txt]
@=\"text\"" --minor 3
hive_of software H "[$h\\Microsoft]
[$h\\Classes\\.doc]
@=\"a document\"" --minor 3
hive_of other H "[$h\\Key]
\"Who\"=\"nobody\"" --minor 3 # its content says nothing
cp examples/exch1/SYSTEM "$scratch/system"

# read_json CHUNK: Lua on the JSON that the last command printed.
read_json() {
	"$lua" -e "package.path = 'tests/scripts/?.lua'
local json = require('json')
local document = json.read(io.read('a'))
$1" <"$scratch/out"
}
# whole SCRIPT NEEDS BODY: a script with that check.
script() {
	cat >"$scratch/$1.lua" <<-END
		return { api = 1, id = "$1", version = "1.0.0", severity = "low", title = "t",
		  needs = { registry = { $2 } }, check = function(target) $3 return target:pass("fine") end,
		  fix = function(_, _, finding, plan)
		    plan:set_value(finding.x_key, "Who", "REG_SZ", finding.expected, { why = "w" }) end }
	END
}
script users '"HKU"' 'print(table.concat(target.users, " "))'
script who '"HKU"' '
  for _, user in ipairs(target.users) do
    local key = "HKU\\" .. user .. "\\Software\\Test"
    local who = target.registry:get(key, "Who")
    local text = target.registry:get("HKU\\" .. user .. "\\Software\\Classes\\.txt", "")
    print(user, who and who.data, text and text.data)
    if who and who.data ~= user then
      target:fail{ id = "who", message = user, where = { key = key, value = "Who" }, found = who.data,
        expected = user, because = key, x_key = key }
    end
  end'
script doc '"SOFTWARE"' 'print(target.name, target.registry:get("HKLM\\SOFTWARE\\Classes\\.doc", "").data)'
script eve '"HKU"' 'local key = "HKU\\eve\\Key"
  if target.registry:get(key, "Who").data ~= "eve" then
    target:fail{ id = "who", message = "m", expected = "eve", because = key, x_key = key } end'
script alice '"HKU"' 'local key = "HKU\\alice\\Software\\Test"
  if target.registry:get(key, "Who").data ~= "alice" then
    target:fail{ id = "who", message = "m", expected = "alice", because = key, x_key = key } end'
script current '"HKU"' 'target.registry:get("HKCU\\Software", "x")'
script outside '"SYSTEM"' 'target.registry:get("HKEY_CURRENT_USER\\Software", "x")'
script bob '"HKU"' 'print(target.registry:try_get("HKU\\alice\\Software\\Test", "Who"))
  target.registry:get("HKU\\bob\\Software\\Test", "Who")'

run() { "$kbmend" run "$@"; }
users() { run "$scratch/users.lua" -v "$@"; }
who() { run "$scratch/who.lua" -v "$@"; }
imc() { run Q298565 "$@" -t $ldif; }

# --- images ------------------------------------------------------------------------------------
nt4=$scratch/nt4
mkdir -p "$nt4/WINNT/system32/config" "$nt4/WINNT/Profiles/Administrator" "$nt4/WINNT/Profiles/jdoe" \
	"$nt4/WINNT/Profiles/All Users"
cp "$scratch/system" "$nt4/WINNT/system32/config/system"
cp "$scratch/user" "$nt4/WINNT/system32/config/default"
cp "$scratch/software" "$nt4/WINNT/system32/config/software"
: >"$nt4/WINNT/system32/config/system.LOG"
cp "$scratch/user" "$nt4/WINNT/Profiles/Administrator/NTUSER.DAT"
cp "$scratch/user" "$nt4/WINNT/Profiles/jdoe/ntuser.dat"

xp=$scratch/xp
way='Local Settings/Application Data/Microsoft/Windows'
mkdir -p "$xp/WINDOWS/system32/config" "$xp/Documents and Settings/alice/$way"
cp "$scratch/system" "$xp/WINDOWS/system32/config/SYSTEM"
cp "$scratch/user" "$xp/Documents and Settings/alice/NTUSER.DAT"
cp "$scratch/classes" "$xp/Documents and Settings/alice/$way/UsrClass.dat"

seven=$scratch/7
mkdir -p "$seven/Windows/System32/config/systemprofile" "$seven/Users/alice/AppData/Local/Microsoft/Windows" \
	"$seven/Users/bob" "$seven/Users/Public/Documents" "$seven/Windows/ServiceProfiles/LocalService"
cp "$scratch/system" "$seven/Windows/System32/config/SYSTEM"
cp "$scratch/software" "$seven/Windows/System32/config/SOFTWARE"
cp "$scratch/user" "$seven/Windows/System32/config/DEFAULT"
cp "$scratch/user" "$seven/Users/alice/NTUSER.DAT"
cp "$scratch/user" "$seven/Users/bob/NTUSER.DAT"
cp "$scratch/user" "$seven/Windows/ServiceProfiles/LocalService/NTUSER.DAT"
cp "$scratch/classes" "$seven/Users/alice/AppData/Local/Microsoft/Windows/UsrClass.dat"
ln -s "$seven/Users" "$seven/Documents and Settings" # as drivers for NTFS show junctions
ln -s "$seven/ProgramData" "$seven/Users/All Users"
ln -s "$seven/Users/Default" "$seven/Users/Default User"
ln -s "$seven/Users/alice/AppData/Local" "$seven/Users/alice/Local Settings"

# --- which folder it is --------------------------------------------------------------------------
for folder in "$nt4" "$nt4/" "$nt4/WINNT" "$nt4/WINNT/system32" "$nt4/WINNT/system32/config" \
	"$nt4/WINNT/system32/config/"; do
	expect 2 "^target EXCH1   $nt4/WINNT/system32/config/system$" imc -t "$folder"
	also "^ +ControlSet001 \(Current\)   SYSTEM hive 1.3, clean$"
	also "^next: kbmend run Q298565 -t $folder -t $ldif --apply$"
	never 'default|NTUSER' # what no script needs is not opened
done
expect 2 "^target EXCH1   $xp/WINDOWS/system32/config/SYSTEM$" imc -t "$xp"
expect 2 "^target EXCH1   $seven/Windows/System32/config/SYSTEM$" imc -t "$seven"
(cd "$seven" && "$kbmend" run Q298565 -t . -t "$OLDPWD/$ldif") >"$scratch/out" 2>&1
also "^target EXCH1   \./Windows/System32/config/SYSTEM$"
ln -s "$seven" "$scratch/link" # what a person names may be one
expect 2 "^target EXCH1   $scratch/link/Windows/System32/config/SYSTEM$" imc -t "$scratch/link"
expect 0 "ControlSet002 \(2\)   SYSTEM hive 1.3, clean$" imc -t "$nt4" --control-set 2
expect 0 "printed EXCH1 a document$" run "$scratch/doc.lua" -v -t "$seven"
also "^ +$seven/Windows/System32/config/SOFTWARE$"
expect 1 "the target has no SOFTWARE hive" run "$scratch/doc.lua" -v -t "$xp"
expect 0 "printed EXCH1 a document$" run "$scratch/doc.lua" -v -t "$xp" -t "$seven/Windows/System32/config/SOFTWARE"

# --- whose hives -----------------------------------------------------------------------------------
expect 0 "printed \.DEFAULT Administrator jdoe$" users -t "$nt4"
expect 0 "printed \.DEFAULT Administrator jdoe$" users -t "$nt4/WINNT"
expect 0 "printed \.DEFAULT$" users -t "$nt4/WINNT/system32/config" # nothing outside what was named
expect 0 "printed alice$" users -t "$xp"
expect 0 "printed \.DEFAULT alice bob LocalService$" users -t "$seven"
check [ "$(grep -c warning "$scratch/err")" -eq 0 ] # links that are as they should be are no news
expect 0 "printed alice$" users -t "$seven/Users/alice"
expect 0 "printed alice bob$" users -t "$seven/Users"
expect 0 "printed Administrator jdoe$" users -t "$nt4/WINNT/Profiles"
expect 2 "printed alice nobody text$" who -t "$xp"
expect 2 "^    alice nobody text$" who -t "$seven"
also "^  printed \.DEFAULT nobody nil$"
also "^    bob nobody nil$"
also "HKU.bob hive 1.3, clean$"
also "HKU.alice.Software.Classes hive 1.3, clean$"

# A user's hive by itself: the folder's name is the user's, of DEFAULT it is .DEFAULT.
expect 0 "printed alice$" users -t "$seven/Users/alice/NTUSER.DAT"
expect 0 "printed alice bob$" users -t "$seven/Users/alice/NTUSER.DAT" -t "$seven/Users/bob/NTUSER.DAT"
expect 0 "printed \.DEFAULT$" users -t "$seven/Windows/System32/config/DEFAULT"
expect 0 "printed user$" users -t "$scratch/user"
expect 1 "unknown: the script looks at users. hives, and the target has none" users -t "$scratch/system"
mkdir "$scratch/eve"
cp "$scratch/other" "$scratch/eve/ntuser.dat"
expect 0 "printed eve$" users -t "$scratch/eve/ntuser.dat"
expect 0 "printed eve$" users -t "$scratch/eve"
expect 2 "printed alice nobody text$" who -t "$xp/Documents and Settings/alice/NTUSER.DAT" \
	-t "$xp/Documents and Settings/alice/$way/UsrClass.dat"
(cd "$seven/Users/bob" && "$kbmend" run "$scratch/users.lua" -v -t NTUSER.DAT) >"$scratch/out" 2>&1
also "printed bob$"
expect 64 "both hold HKU.alice; a target has one" users -t "$seven" -t "$xp/Documents and Settings/alice/NTUSER.DAT"
expect 64 "config/system and $scratch/system both hold SYSTEM; a target has one" imc -t "$nt4" -t "$scratch/system"
expect 64 "both hold SYSTEM; a target has one" imc -t "$nt4" -t "$seven"
expect 0 "printed user \.DEFAULT Administrator jdoe$" users -t "$scratch/user" -t "$nt4"

# --- nobody is the current user --------------------------------------------------------------------
expect 1 "Windows does not run: name one of HKU.\.DEFAULT, HKU.alice, HKU.bob and 1$" \
	run "$scratch/current.lua" -t "$seven"
expect 1 "has no user's hive \(NTUSER.DAT\) at all" run "$scratch/current.lua" -t "$scratch/system"
expect 1 "read HKU.NAME of those in target.users, with needs = \{$" run "$scratch/outside.lua" -t "$seven"
expect 64 "no current user.*HKU.\.DEFAULT, HKU.alice, HKU.bob, HKU.LocalService$" \
	"$kbmend" reg get "$seven" 'HKCU\Software' x

# --- every letter case, and two that differ by it ---------------------------------------------------
odd=$scratch/odd
mkdir -p "$odd/wInDoWs/SYSTEM32/CONFIG" "$odd/USERS/Zoe/APPDATA/LOCAL/MICROSOFT/WINDOWS"
cp "$scratch/system" "$odd/wInDoWs/SYSTEM32/CONFIG/sYsTeM"
cp "$scratch/user" "$odd/USERS/Zoe/nTuSeR.dAt"
cp "$scratch/classes" "$odd/USERS/Zoe/APPDATA/LOCAL/MICROSOFT/WINDOWS/USRCLASS.DAT"
expect 2 "^target EXCH1   $odd/wInDoWs/SYSTEM32/CONFIG/sYsTeM$" imc -t "$odd"
expect 2 "printed Zoe nobody text$" who -t "$odd"
cp "$scratch/system" "$odd/wInDoWs/SYSTEM32/CONFIG/SYSTEM"
expect 64 "CONFIG/(SYSTEM and sYsTeM|sYsTeM and SYSTEM) beside it differ in letter case only" imc -t "$odd"
rm "$odd/wInDoWs/SYSTEM32/CONFIG/SYSTEM"
mkdir "$odd/wInDoWs/SYSTEM32/CONFIG/SYSTEM" # a folder is no hive
expect 2 "^target EXCH1   $odd/wInDoWs/SYSTEM32/CONFIG/sYsTeM$" imc -t "$odd"
mkdir "$odd/wInDoWs/system32"
expect 64 "(system32 and SYSTEM32|SYSTEM32 and system32) beside it differ in letter case only" imc -t "$odd"
rmdir "$odd/wInDoWs/system32"
mkdir "$odd/USERS/ZOE"
cp "$scratch/user" "$odd/USERS/ZOE/NTUSER.DAT"
expect 64 "$odd/USERS/ZOE/NTUSER.DAT and $odd/USERS/Zoe/nTuSeR.dAt are both HKU.Zoe" who -t "$odd"
expect 2 "^target EXCH1   $odd" imc -t "$odd" # whom it does not concern
mkdir -p "$odd/WINNT/system32/config"
expect 2 "^target EXCH1   $odd" imc -t "$odd" # an empty one is none
cp "$scratch/software" "$odd/WINNT/system32/config/software"
expect 64 "$odd/wInDoWs and $odd/WINNT both hold a Windows: -t names the one that is meant" imc -t "$odd"

# --- links --------------------------------------------------------------------------------------
links=$scratch/links
mkdir -p "$links/Windows/System32/config" "$links/Users/alice"
ln -s "$scratch/system" "$links/Windows/System32/config/SYSTEM"
ln -s "$scratch/user" "$links/Users/alice/NTUSER.DAT"
ln -s "$seven/Users/bob" "$links/Users/bob"
expect 1 "unknown: HKLM.*Services.MSExchangeIMC:$" imc -t "$links"
also "^ +$links/Windows/System32/config/SYSTEM: is a symbolic link,$"
also "^ +SYSTEM, unreadable: is a symbolic link, which is not followed: name what$"
expect 1 "alice/NTUSER.DAT: is a symbolic link, which is$" who -t "$links"
check grep -q "^kbmend: warning: $links/Users/bob: is a symbolic link, which is not followed" "$scratch/err"
mkdir "$scratch/way"
ln -s "$seven/Windows" "$scratch/way/Windows"
expect 1 "no hive in this folder: SYSTEM, SOFTWARE, SAM, SECURITY and DEFAULT were looked for" imc -t "$scratch/way"
check grep -q "^kbmend: warning: $scratch/way/Windows: is a symbolic link" "$scratch/err"

# --- what cannot be read is unknown, and the rest goes on -----------------------------------------
bad=$scratch/bad
cp -a "$seven" "$bad"
head -c 6000 "$scratch/user" >"$bad/Users/bob/NTUSER.DAT"
expect 1 "unknown: HKU.bob.Software.Test: $bad/Users/bob/NTUSER.DAT: the$" \
	run "$scratch/bob.lua" -t "$bad"
also "HKU.bob, unreadable: the hive is cut"
cp "$scratch/software" "$bad/Users/bob/NTUSER.DAT"
expect 1 "by its content a SOFTWARE hive, and not NTUSER.DAT: name the right file with$" run "$scratch/bob.lua" -t "$bad"
: >"$bad/Users/bob/NTUSER.DAT"
expect 1 "HKU.bob, unreadable: is empty$" run "$scratch/bob.lua" -t "$bad"
# Where it cannot be told whose a broken hive is, nobody knows all users.
head -c 3000 "$scratch/user" >"$scratch/piece"
expect 1 "^unknown: $scratch/piece: is the beginning of a registry hive: cut after 3000 bytes; copy it again\",$" \
	sh -c "'$kbmend' run '$scratch/users.lua' -t '$scratch/user' -t '$scratch/piece' -f json |
	sed -n 's/^ *\"reason\": \"/unknown: /p'; exit 1"
rm "$bad/Users/bob/NTUSER.DAT"
mkfifo "$bad/Users/bob/NTUSER.DAT"
expect 1 "HKU.bob, unreadable: is a pipe, not a hive" run "$scratch/bob.lua" -t "$bad"
expect 2 "^target EXCH1" imc -t "$bad"
# Nor does it concern a plan for another user's hive.
expect 2 "HKU.bob, unreadable" "$kbmend" plan "$scratch/alice.lua" -t "$bad" -o "$scratch/alice.json"
expect 0 "^fixed: 1 change" "$kbmend" apply "$scratch/alice.json" --yes --scripts "$scratch"
expect 0 "^alice$" "$kbmend" reg get "$bad" 'HKU\alice\Software\Test' Who
expect 0 "^undone: 1 change" "$kbmend" undo 1 --yes
expect 0 "^nobody$" "$kbmend" reg get "$bad" 'HKU\alice\Software\Test' Who
# Another process comes first: a user's hive is looked at again where it is mounted.
if [ -x "$build/tests/ldap/with_terminal" ]; then
	between "'$kbmend' apply '$scratch/alice.json' --yes --scripts '$scratch'" \
		"'$kbmend' apply '$scratch/alice.json' --scripts '$scratch'"
	check [ "$came" -eq 0 ]
	also "^applied already: another kbmend did it meanwhile"
fi
rm -r "$XDG_STATE_HOME" "$bad/Users/bob/NTUSER.DAT"
expect 1 "the target has no HKU.bob hive" run "$scratch/bob.lua" -t "$bad"
echo REGEDIT4 >"$bad/Windows/System32/config/SYSTEM"
expect 1 "is by its content a \.reg export, and not SYSTEM" imc -t "$bad"
expect 0 "printed nil a document$" run "$scratch/doc.lua" -v -t "$bad"
# A machine's hive without its keys is a part of one, or another one.
cp "$scratch/other" "$bad/Windows/System32/config/SOFTWARE"
expect 1 "SOFTWARE, unreadable: has not the keys of a SOFTWARE hive" run "$scratch/doc.lua" -t "$bad"
# A user's whose content says nothing is what its place says.
cp "$scratch/other" "$bad/Windows/System32/config/DEFAULT"
expect 0 "printed \.DEFAULT alice LocalService$" users -t "$bad"
# Where one may not look there may be something.
chmod 755 "$scratch"
if can_be_user; then
	chmod 0 "$bad/Users/alice"
	expect 1 "HKU.alice, unreadable: cannot be looked into: Permission denied$" \
		as_user "$kbmend" run "$scratch/who.lua" -t "$bad"
	also "^\? who"
	chmod 755 "$bad/Users/alice"
	chmod 0 "$bad/Users/alice/AppData"
	expect 1 "HKU.alice.Software.Classes, unreadable:" as_user "$kbmend" run "$scratch/who.lua" -t "$bad"
	also "^\? who"
	chmod 755 "$bad/Users/alice/AppData"
	chmod 0 "$bad/Users"
	expect 1 "$bad/Users: cannot be looked into: Permission denied" \
		as_user "$kbmend" run "$scratch/who.lua" -t "$bad"
	chmod 755 "$bad/Users"
fi

# Names that no registry can have.
mkdir "$bad/Users/back\\slash" "$bad/Users/$(printf 'no\377text')"
cp "$scratch/user" "$bad/Users/back\\slash/NTUSER.DAT"
expect 0 "back.slash: is no name that a registry can have" users -t "$bad"
expect 1 "name no registry can have: copy it" users -t "$bad/Users/back\\slash/NTUSER.DAT"

# --- many -----------------------------------------------------------------------------------------
many=$scratch/many
mkdir -p "$many/Windows/System32/config"
cp "$scratch/system" "$many/Windows/System32/config/SYSTEM"
for i in $(seq 101 200); do
	mkdir -p "$many/Users/u$i"
	cp "$scratch/user" "$many/Users/u$i/NTUSER.DAT"
done
expect 0 "^ +and 94 more of users \(-v names them\)$" run "$scratch/users.lua" -t "$many"
check [ "$(grep -c "HKU.u1.* hive 1.3, clean$" "$scratch/out")" -eq 6 ]
expect 0 " u199 u200$" users -t "$many"
check [ "$(grep -c "HKU.u[12].* hive 1.3, clean$" "$scratch/out")" -eq 100 ]
expect 2 "^target EXCH1" imc -t "$many"
never "Users"
mkdir "$many/Users/v"
cp "$scratch/user" "$many/Users/v/NTUSER.DAT"
expect 1 "is one of more than 100 profiles: name the machine's folder" users -t "$many"
expect 2 "^target EXCH1" imc -t "$many"

# --- nothing ---------------------------------------------------------------------------------------
mkdir "$scratch/empty"
expect 1 "$scratch/empty: no hive in this folder: SYSTEM, SOFTWARE.*NTUSER.DAT in Users/\*" imc -t "$scratch/empty"
expect 1 "$scratch/nowhere: No such file" imc -t "$scratch/nowhere"
expect 1 "is a folder, not a hive" "$kbmend" dir tree -t "$nt4"

# --- plan, apply, undo -----------------------------------------------------------------------------
hive=$nt4/WINNT/system32/config/system
before=$(hash_of "$hive")
all_before=$(find "$nt4" -type f -exec sha256sum {} + | sort)
plan=$scratch/plan.json
"$kbmend" plan Q298565 -t "$nt4" -t $ldif -q -o "$plan" >/dev/null
check grep -q "\"path\": \"$hive\"" "$plan"
expect 2 "^pending" "$kbmend" apply "$plan" -n
expect 0 "^fixed: 1 change, written and verified$" "$kbmend" apply "$plan" --yes
check [ "$(hash_of "$hive")" != "$before" ]
expect 0 "pass" imc -t "$nt4"
expect 0 "^applied already" "$kbmend" apply "$plan" --yes
expect 0 "^undone" "$kbmend" undo 1 --yes
check [ "$(find "$nt4" -type f -exec sha256sum {} + | sort)" = "$all_before" ]
expect 0 "^fixed: 1 change" "$kbmend" apply "$plan" --yes -t "$nt4" -t $ldif
expect 0 "^undone" "$kbmend" undo 3 --yes
expect 0 "^fixed: 1 change" imc -t "$nt4" --apply --yes
expect 0 "^undone" "$kbmend" undo 5 --yes
check [ "$(find "$nt4" -type f -exec sha256sum {} + | sort)" = "$all_before" ]

# Hives of users: each change in the file that it is meant for.
all_before=$(find "$seven" -type f -exec sha256sum {} + | sort)
expect 2 "plan   4 changes; afterwards: pass \(simulated\); read twice, libregf agrees" who -t "$seven"
"$kbmend" plan "$scratch/who.lua" -t "$seven" -q -o "$scratch/who.json" >/dev/null
expect 0 "^fixed: 4 changes, written and verified$" "$kbmend" apply "$scratch/who.json" --yes --scripts "$scratch"
expect 0 '^alice$' "$kbmend" reg get "$seven/Users/alice/NTUSER.DAT" 'Software\Test' Who
expect 0 '^\.DEFAULT$' "$kbmend" reg get "$seven" 'HKU\.DEFAULT\Software\Test' Who
expect 0 'pass' who -t "$seven"
number=$("$kbmend" history | sed -n 's/^ *\([0-9]*\) .* who$/\1/p' | tail -1)
"$build/tests/set_value" "$seven/Users/bob/NTUSER.DAT" 'Software\Test' Else 1
expect 0 "^undone: 4 changes" "$kbmend" undo "$number" --yes
expect 0 '^nobody$' "$kbmend" reg get "$seven/Users/bob/NTUSER.DAT" 'Software\Test' Who
expect 0 '^1$' "$kbmend" reg get "$seven/Users/bob/NTUSER.DAT" 'Software\Test' Else
cp "$scratch/user" "$seven/Users/bob/NTUSER.DAT"
check [ "$(find "$seven" -type f -exec sha256sum {} + | sort)" = "$all_before" ]
expect 0 "^fixed: 1 change" who -t "$seven/Users/bob/NTUSER.DAT" --apply --yes
expect 3 "is one user's own hive, which a .reg file cannot name" who -t "$xp" --emit "reg:$scratch/fix.reg"
check [ ! -e "$scratch/fix.reg" ]
# Also a user's hive of which its content says nothing.
before=$(hash_of "$scratch/eve/ntuser.dat")
expect 2 "HKU.eve hive 1.3, clean" "$kbmend" plan "$scratch/eve.lua" -t "$scratch/eve" -o "$scratch/eve.json"
expect 0 "^fixed: 1 change" "$kbmend" apply "$scratch/eve.json" --yes --scripts "$scratch"
number=$("$kbmend" history | sed -n 's/^ *\([0-9]*\) .* eve$/\1/p' | tail -1)
expect 0 "^undone: 1 change" "$kbmend" undo "$number" --yes
check [ "$(hash_of "$scratch/eve/ntuser.dat")" = "$before" ]
# A plan does not say what is in a file: SYSTEM is none of HKU.
sed "s|$seven/Users/alice/NTUSER.DAT|$scratch/system|" "$scratch/who.json" >"$scratch/false.json"
system_before=$(hash_of "$scratch/system")
expect 64 "both hold SYSTEM" "$kbmend" apply "$scratch/false.json" --yes --scripts "$scratch"
check [ "$(hash_of "$scratch/system")" = "$system_before" ]

# --- reg on a folder -----------------------------------------------------------------------------
name='CurrentControlSet\Control\ComputerName\ComputerName'
expect 0 "^EXCH1$" "$kbmend" reg get "$seven" "HKLM\\SYSTEM\\$name" ComputerName
expect 0 "^EXCH1$" "$kbmend" reg get "$seven" "hkey_local_machine\\System\\$name" ComputerName
expect 0 "^@ +REG_SZ +\"text\"$" "$kbmend" reg ls "$seven" 'HKU\ALICE\software\classes\.txt'
expect 0 "a document" "$kbmend" reg ls "$seven" 'HKCR\.doc'
expect 0 "^Control Panel.$" "$kbmend" reg ls "$seven" 'HKU:\alice'
expect 0 "^HKLM.SYSTEM.$" "$kbmend" reg ls "$seven"
"$kbmend" reg ls "$seven" >"$scratch/got"
cat >"$scratch/truth" <<'END'
HKLM\SYSTEM\
HKLM\SOFTWARE\
HKU\.DEFAULT\
HKU\alice\
HKU\alice\Software\Classes\
HKU\bob\
HKU\LocalService\
END
check cmp "$scratch/got" "$scratch/truth"
check [ ! -s "$scratch/err" ]
for root in HKLM 'hkey_local_machine' '\HKLM:' 'HKLM\'; do
	check [ "$("$kbmend" reg ls "$seven" "$root" | tr '\n' ' ')" = 'SYSTEM\ SOFTWARE\ ' ]
done
check [ "$("$kbmend" reg ls "$seven" HKU | tr '\n' ' ')" = '.DEFAULT\ alice\ bob\ LocalService\ ' ]
check [ "$("$kbmend" reg ls "$nt4" HKEY_USERS | tr '\n' ' ')" = '.DEFAULT\ Administrator\ jdoe\ ' ]
expect 0 '^\{"kind":"key","name":"SYSTEM","last_written":"126596736000000000","subkeys":4,"values":0\}$' \
	"$kbmend" reg ls "$seven" HKLM -f jsonl
expect 0 '^,\{"kind":"key","name":"HKU\\\\bob","last_written":"0","subkeys":2,"values":0\}$' "$kbmend" reg ls "$seven" -f json
also '^\]$'
expect 0 '^key,bob,,,1601-01-01T00:00:00Z,2,0$' "$kbmend" reg ls "$seven" HKU -f csv
also '^kind,name,type,data,last_written,subkeys,values$'
expect 0 "^HKU.alice.$" "$kbmend" reg ls "$seven/Users/alice" # a profile only
check [ "$("$kbmend" reg ls "$seven/Users/alice" HKU)" = 'alice\' ]
expect 64 "no hive of HKLM in this folder, which holds HKU.alice, " "$kbmend" reg ls "$seven/Users/alice" HKLM
mkdir -p "$scratch/carol/AppData/Local/Microsoft/Windows"
cp "$scratch/user" "$scratch/carol/NTUSER.DAT"
cp "$scratch/other" "$scratch/carol/AppData/Local/Microsoft/Windows/UsrClass.dat" # its content says nothing
expect 0 "^HKU.carol.Software.Classes.$" "$kbmend" reg ls "$scratch/carol"
for root in HKLM HKU; do
	for command in get export; do
		expect 64 "^kbmend: $root holds hives, and no value: name one of HKLM.SYSTEM, HKLM.SOFTWARE, .* lists them$" \
			"$kbmend" reg $command "$seven" $root
	done
done
for path in 'HKLM\HARDWARE' 'hklm\Hardware\DESCRIPTION'; do
	expect 1 "^kbmend: $seven: HKLM.HARDWARE is volatile: it exists only while Windows runs, and no file holds it$" \
		"$kbmend" reg ls "$seven" "$path"
	check [ ! -s "$scratch/out" ]
done
expect 1 "HARDWARE is volatile" "$kbmend" reg ls "$scratch/system" 'HKLM\HARDWARE'
# One that cannot be read is told, and the others are listed.
broken=$scratch/broken
mkdir -p "$broken"
cp "$scratch/system" "$broken/SYSTEM"
head -c 300 "$scratch/software" >"$broken/Software"
ln -s "$scratch/system" "$broken/sam"
cp "$scratch/system.reg" "$broken/SECURITY" 2>/dev/null || cp examples/exch1/SYSTEM.reg "$broken/SECURITY"
expect 1 '^SYSTEM.$' "$kbmend" reg ls "$broken" HKLM
never 'SOFTWARE|SAM|SECURITY'
errors "^kbmend: $broken/Software: "
errors "^kbmend: $broken/sam: is a symbolic link"
errors "^kbmend: $broken/SECURITY: is by its content a .reg export, and not SECURITY"
expect 1 '^,\{"incomplete":true\}$' "$kbmend" reg ls "$broken" HKLM -f json
also '^\[\{"kind":"key","name":"SYSTEM",'
expect 1 '^\{"incomplete":true\}$' "$kbmend" reg ls "$broken" -f jsonl
expect 1 '^K.HKLM.SYSTEM.Select.[0-9]+$' "$kbmend" reg dump "$broken"
errors "^kbmend: $broken/Software: "
errors "^kbmend: $broken/SECURITY: is by its content a .reg export, and not SECURITY"
expect 1 '^,\{"incomplete":true\}$' "$kbmend" reg find "$broken" LastKnownGood -f json
also '^\[\{"kind":"value","name":"LastKnownGood",.*"path":"HKLM..SYSTEM..Select"'
expect 1 "$broken: nothing was found" "$kbmend" reg find "$broken" 'no such thing'
expect 1 "no hive in this folder" "$kbmend" reg ls "$scratch/empty"
expect 64 "is a folder with HKLM.SYSTEM" "$kbmend" reg ls "$seven" Select
expect 64 "is a folder with HKLM.SYSTEM" "$kbmend" reg dump "$seven" Select
# All hives of a folder, one after the other, as each by itself has it below its place.
below() { "$kbmend" reg dump "$2" | awk -F '\t' -v OFS='\t' -v m="$1" '{ $2 = $2 == "" ? m : m "\\" $2; print }'; }
{
	below 'HKU\\.DEFAULT' "$nt4/WINNT/system32/config/default"
	below 'HKU\\Administrator' "$nt4/WINNT/Profiles/Administrator/NTUSER.DAT"
	below 'HKU\\jdoe' "$nt4/WINNT/Profiles/jdoe/ntuser.dat"
} >"$scratch/users"
{
	below 'HKLM\\SYSTEM' "$scratch/system"
	below 'HKLM\\SOFTWARE' "$scratch/software"
	cat "$scratch/users"
} >"$scratch/truth"
"$kbmend" reg dump "$nt4" >"$scratch/got" 2>"$scratch/err"
check cmp "$scratch/got" "$scratch/truth"
"$kbmend" reg dump "$nt4" HKU >"$scratch/got"
check cmp "$scratch/got" "$scratch/users"
mkdir -p "$scratch/odd%name"
cp "$scratch/user" "$scratch/odd%name/NTUSER.DAT"
expect 0 '^K.HKU.odd%0025name.Software.[0-9]+$' "$kbmend" reg dump "$scratch/odd%name"
expect 0 '^\{"kind":"key","path":"HKU\\\\odd%name\\\\Software",' "$kbmend" reg dump "$scratch/odd%name" -f jsonl
expect 0 '^value,HKLM.SYSTEM.Select,Default,REG_DWORD,1,$' "$kbmend" reg dump "$nt4" HKLM -f csv
never 'HKU'
check [ "$(grep -c ^kind, "$scratch/out")" -eq 1 ]
expect 0 'HKU.alice.Software.Classes..txt' "$kbmend" reg dump "$seven" HKU
expect 0 "^V.ControlSet001.Control.ComputerName.ComputerName.ComputerName.1.4500" \
	"$kbmend" reg dump "$seven" "HKLM\\SYSTEM\\$name"
expect 0 "^V.Software.Test.Who.1.6200" "$kbmend" reg dump "$seven" 'HKU\bob\Software'
"$kbmend" reg dump "$nt4" 'hklm\system' >"$scratch/got"
"$kbmend" reg dump "$scratch/system" >"$scratch/truth"
check cmp "$scratch/got" "$scratch/truth"
# Every hive is checked, the worst counts, and each is named.
reg_check() { "$kbmend" reg check "$@"; }
expect 0 "^✓ HKLM.SYSTEM, $seven/Windows/System32/config/SYSTEM: a hive of$" reg_check "$seven"
also "^  format 1.3, sound$"
also "^✓ HKU.bob, $seven/Users/bob/NTUSER.DAT: a hive of format 1.3, sound$"
errors "^kbmend: $seven: not in this folder: HKLM.SAM, HKLM.SECURITY$"
check [ "$(grep -c '^✓' "$scratch/out")" -eq 7 ]
expect 0 "^✓ HKU.alice, " reg_check "$seven/Users/alice"
check [ "$(grep -c '^✓' "$scratch/out")" -eq 2 ]
silent "not in this folder"
expect 0 "^✓ HKLM.SYSTEM, $nt4/WINNT/system32/config/system: " reg_check "$nt4/WINNT"
check [ -z "$(reg_check "$seven" -q 2>&1)" ]
cp -a "$seven" "$scratch/worst"
patch "$scratch/worst/Windows/System32/config/SYSTEM" 4152 c # the root's count of subkeys
expect 2 "^✗ HKLM.SYSTEM, .*/SYSTEM: a hive of$" reg_check "$scratch/worst" -q
also "^  format 1.3, damaged$"
also "says it has 99 subkeys"
never 'SOFTWARE|HKU'
head -c 300 "$scratch/user" >"$scratch/worst/Users/bob/NTUSER.DAT"
rm "$scratch/worst/Windows/System32/config/SOFTWARE"
ln -s "$scratch/software" "$scratch/worst/Windows/System32/config/SOFTWARE"
expect 1 "^\? HKU.bob: $scratch/worst/Users/bob/NTUSER.DAT: " reg_check "$scratch/worst"
also "^\? HKLM.SOFTWARE: $scratch/worst/Windows/System32/config/SOFTWARE: is a$"
also "^✗ HKLM.SYSTEM, "
also "^✓ HKU.LocalService, "
check [ "$(awk 'length > 85' "$scratch/out" | wc -l)" -eq 0 ]
expect 1 '^\{"schema":"kbmend.check_folder/1","path":"[^"]*","missing":\["HKLM..SAM","HKLM..SECURITY"\],"hives":\[$' \
	reg_check "$scratch/worst" -f json
also '^,\{"schema":"kbmend.check/1","mounted":"HKU..bob","path":"[^"]*","sound":null,"reason":"[^"]*bob/NTUSER.DAT: [^"]*"\}$'
also '^\{"schema":"kbmend.check/1","mounted":"HKLM..SYSTEM","path":"[^"]*","sound":false,"reason":null,"format":"1.3",'
check [ "$(read_json 'print(#document.hives, document.hives[1].problems.count, document.hives[2].sound == json.null)')" = "7	1	true" ]
expect 1 '^\{"schema":"kbmend.check/1","mounted":"HKU..alice",.*"sound":true' reg_check "$scratch/worst" -f jsonl
check [ "$(wc -l <"$scratch/out")" -eq 7 ]
expect 1 '^mounted,field,value$' reg_check "$scratch/worst" -f csv
also '^HKLM.SYSTEM,sound,false$'
also '^HKLM.SYSTEM,problem,"the key at file offset 0x1020 says it has 99 subkeys, its list holds 4"$'
also '^HKU.bob,sound,unknown$'
also '^HKU.alice.Software.Classes,problems,0$'
expect 1 "no hive in this folder" reg_check "$scratch/empty"
# What they are: the machine once, a summary, and all of each.
reg_info() { "$kbmend" reg info "$@"; }
expect 0 "^folder            $seven$" reg_info "$seven"
also "^not there         HKLM.SAM$"
also "^HKLM.SYSTEM       $seven/Windows/System32/config/SYSTEM$"
also "^                  1.3, clean, last written 2002-03-04T00:00:00Z$"
also "^mounted as        HKU.alice.Software.Classes$"
also "^hive              UsrClass.dat$"
also "^control set       ControlSet001$"
check [ "$(grep -c 'EXCH1$' "$scratch/out")" -eq 1 ]
check [ "$(grep -c '^mounted as' "$scratch/out")" -eq 7 ]
check [ ! -s "$scratch/err" ]
check [ "$(awk 'length > 80' "$scratch/out" | wc -l)" -eq 0 ]
expect 0 "^HKU.bob           $seven/Users/bob/NTUSER.DAT$" reg_info "$seven" -q
also "^computer name     EXCH1$"
never 'mounted as'
expect 0 '^                  1.3, clean, .*; logs beside it:$' reg_info "$nt4" -q
also '^                  system.LOG, 0 bytes$'
expect 0 "^mounted as        HKU.alice$" reg_info "$seven/Users/alice"
never 'computer name|not there'
expect 1 "^HKU.bob           not readable: $scratch/worst/Users/bob/NTUSER.DAT: is$" reg_info "$scratch/worst" --control-set 2
also "^HKLM.SOFTWARE     not readable:$"
also "^control set       ControlSet002$"
also "^not readable      its count of subkeys: the key at file offset 0x1020 says it$"
never '^mounted as        HKU.bob'
expect 1 '^\{"schema":"kbmend.info_folder/1","path":"[^"]*","missing":\["HKLM..SAM","HKLM..SECURITY"\],"computer_name":"EXCH1","product_type":"ServerNT","hives":\[$' \
	reg_info "$scratch/worst" -f json
check [ "$(read_json 'print(#document.hives, document.hives[1].computer_name, document.hives[2].format,
  #document.hives[2].unreadable, document.hives[3].mounted)')" = "7	EXCH1	nil	1	HKU\.DEFAULT" ]
expect 0 '^\{"schema":"kbmend.info/1","mounted":"HKLM..SYSTEM","path":.*"computer_name":"EXCH1"' reg_info "$seven" -f jsonl
check [ "$(wc -l <"$scratch/out")" -eq 7 ]
errors "^kbmend: $seven: not in this folder: HKLM.SAM, HKLM.SECURITY$"
expect 0 '^mounted,field,value$' reg_info "$seven" -f csv
also '^,computer_name,EXCH1$'
also '^,missing,HKLM.SECURITY$'
also '^HKLM.SYSTEM,computer_name,EXCH1$'
also '^HKU.alice,state,clean$'
never '^[^,]*,mounted,'
expect 1 "no hive in this folder" reg_info "$scratch/empty"
check [ ! -s "$scratch/out" ]
expect 64 "no hive of HKLM.SAM.SAM in this folder, which holds HKLM.SYSTEM" "$kbmend" reg ls "$seven" 'HKLM\SAM\SAM'
expect 1 "no key Selekt; did you mean 'Select'" "$kbmend" reg ls "$seven" 'HKLM\SYSTEM\Selekt'
expect 0 '^data.Software.Test.Who.REG_SZ."bob"$' "$kbmend" reg find "$seven" bob 'HKU\bob\Software'
expect 64 "is a folder with HKLM.SYSTEM" "$kbmend" reg find "$seven" bob Select
expect 0 '^data.HKU.bob.Software.Test.Who.REG_SZ."bob"$' "$kbmend" reg find "$seven" bob --in data
check [ "$(wc -l <"$scratch/out")" -eq 1 ]
expect 0 '^data.HKU.bob.Software.Test.Who.REG_SZ."bob"$' "$kbmend" reg find "$seven" bob HKU --in data
expect 1 "^kbmend: $seven: nothing was found$" "$kbmend" reg find "$seven" bob HKLM --in data
check [ ! -s "$scratch/out" ]
# Of a damaged place the hive is said, and where its key is mounted.
cp -a "$nt4" "$scratch/hurt"
at=$(LC_ALL=C grep -abo Who "$scratch/hurt/WINNT/Profiles/jdoe/ntuser.dat" | tail -n 1 | cut -d : -f 1)
printf kn | dd of="$scratch/hurt/WINNT/Profiles/jdoe/ntuser.dat" bs=1 seek=$((at - 20)) conv=notrunc 2>/dev/null
expect 1 "^kbmend:   $scratch/hurt/WINNT/Profiles/jdoe/ntuser.dat: HKU.jdoe.Software.Test: a value: the cell " \
	"$kbmend" reg find "$scratch/hurt" LastKnownGood
also '^value.HKLM.SYSTEM.Select.LastKnownGood'
expect 1 '"incomplete":true,"places":1\}$' "$kbmend" reg dump "$scratch/hurt" -f jsonl
head -c 9000 "$nt4/WINNT/system32/config/system" >"$scratch/hurt/WINNT/system32/config/system"
expect 1 '^\{"kind":"damage","key":"HKLM..SYSTEM",.*"reason":"the hive is cut: ' "$kbmend" reg dump "$scratch/hurt" -f jsonl
also '^\{"kind":"damage".*"key":"HKU..jdoe..Software..Test"'
expect 0 '^"Who"="bob"' "$kbmend" reg export "$seven" 'HKU\bob\Software\Test' --form 4
expect 64 "is a folder with HKLM.SYSTEM" "$kbmend" reg export "$seven" -o "$scratch/new.reg"
check [ ! -e "$scratch/new.reg" ]
expect 0 "no difference" "$kbmend" reg diff "$seven" "$nt4" 'HKLM\SYSTEM\Select'
expect 0 "no difference" "$kbmend" reg diff "$scratch/user" "$seven" 'HKU\alice\Software'
expect 64 "is a folder with HKLM.SYSTEM" "$kbmend" reg diff "$seven" "$nt4"
expect 1 "config/SYSTEM: is a symbolic link" "$kbmend" reg ls "$links" 'HKLM\SYSTEM'
expect 1 "no hive in this folder" "$kbmend" reg ls "$scratch/empty" 'HKLM\SYSTEM'

# A hive in another one's place is not read as what it is not; under its own name it can be.
wrong=$scratch/wrong
mkdir "$wrong"
cp "$scratch/system" "$wrong/SYSTEM"
cp examples/exch1/SYSTEM "$wrong/SOFTWARE"
cp "$scratch/user" "$wrong/DEFAULT"
expect 0 '^1$' "$kbmend" reg get "$wrong" 'Computer\HKEY_LOCAL_MACHINE\SYSTEM\Select' Current
expect 1 '^SYSTEM' "$kbmend" reg ls "$wrong" 'Computer\HKEY_LOCAL_MACHINE'
misplaced="kbmend: $wrong/SOFTWARE: is by its content a SYSTEM hive, and not SOFTWARE: name its file to look into it"
for ask in "get %s HKLM\\SOFTWARE\\Select Current" "ls %s HKLM\\SOFTWARE" "dump %s HKLM\\SOFTWARE" \
	"find %s Select HKLM\\SOFTWARE" "export %s HKLM\\SOFTWARE\\Select" "diff %s $scratch/system HKLM\\SOFTWARE\\Select"; do
	# shellcheck disable=SC2059,SC2046 # the words of a command
	expect 1 "^$misplaced$" "$kbmend" reg $(printf "$ask" "$wrong")
	check [ ! -s "$scratch/out" ]
done
expect 1 "^$misplaced$" "$kbmend" reg ls "$wrong" HKLM
also '^SYSTEM'
never '^SOFTWARE'
expect 0 '^1$' "$kbmend" reg get "$wrong/SOFTWARE" Select Current
"$build/tests/set_value" "$wrong/SOFTWARE" 'ControlSet001\Control\ComputerName\ComputerName' ComputerName OTHER
mv "$wrong/SYSTEM" "$scratch/kept"
expect 1 '^HKLM.SOFTWARE     not readable: .*/SOFTWARE: is by its$' reg_info "$wrong"
never 'OTHER|EXCH1'
mv "$scratch/kept" "$wrong/SYSTEM"
expect 1 '^computer name     EXCH1$' reg_info "$wrong"
never OTHER
expect 1 "HKLM..SOFTWARE.*$wrong/SOFTWARE: is by its content" "$kbmend" reg check "$wrong" -f jsonl
check [ "$(grep -c '"sound":true' "$scratch/out")" -eq 2 ]
expect 0 'sound' "$kbmend" reg check "$wrong/SOFTWARE"
cp "$scratch/other" "$wrong/SOFTWARE"
expect 1 "/SOFTWARE: has not the keys of a SOFTWARE hive: name its file to look into it$" \
	"$kbmend" reg ls "$wrong" 'HKLM\SOFTWARE'
# Of one that cannot be read that is said, and not what it would have to hold.
head -c 3000 "$scratch/other" >"$wrong/SOFTWARE"
expect 1 'HKLM..SOFTWARE.*SOFTWARE: is the beginning of a registry hive: cut after 3000' "$kbmend" reg check "$wrong" -f jsonl
never 'has not the keys'
cp "$scratch/other" "$wrong/SOFTWARE"
# One that is not whole may lack what tells it: what is left is shown, and what it is worth.
patch "$wrong/SOFTWARE" 4 '\376'
expect 1 'the hive is dirty: .*; what was read may be stale$' "$kbmend" reg ls "$wrong" 'HKLM\SOFTWARE'
also '^Key'

# --- real hives, where they are -------------------------------------------------------------------
if [ -n "$real" ] && [ -r "$real/SYSTEM.xz" ]; then
	mkdir -p "$scratch/real/Windows/System32/config" "$scratch/real/Users/tony"
	xz -dc "$real/SYSTEM.xz" >"$scratch/real/Windows/System32/config/SYSTEM"
	xz -dc "$real/SAM_BigEndianDWord.xz" >"$scratch/real/Windows/System32/config/SAM"
	xz -dc "$real/NTUSER.DAT.xz" >"$scratch/real/Users/tony/ntuser.dat"
	expect 0 "printed tony$" users -t "$scratch/real"
	also "^target WKS-WIN732BITA   $scratch/real/Windows/System32/config/SYSTEM$"
	also "HKU.tony hive 1.3, clean$"
	xz -dc "$real/dirty/NTUSER.DAT.xz" >"$scratch/real/Users/tony/ntuser.dat"
	expect 1 "^\? who  t$" who -t "$scratch/real"
	also "HKU.tony hive 1.5, the hive is dirty"
	expect 0 "." "$kbmend" reg ls "$scratch/real" 'HKLM\SAM\SAM'
fi

finish
