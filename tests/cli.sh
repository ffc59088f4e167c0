#!/bin/sh
# The programs as a user types them: wrong input, typing errors, help, an installation elsewhere.
# usage: cli.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
kbmend=$build/bin/kbmend
scratch=$(mktemp -d)
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
hive=examples/exch1/SYSTEM
ldif=examples/exch1/directory.ldif
. tests/expect.sh

# One clear line on stderr, nothing on stdout.
expect_line() {
	expect "$@"
	lines=$(wc -l <"$scratch/err")
	if [ "$lines" -ne 1 ] || [ -s "$scratch/out" ]; then
		failed=$((failed + 1))
		shift 2
		echo "FAILED: $*: more than one line came"
		sed 's/^/  | /' "$scratch/out" "$scratch/err"
	fi
}

run() { "$kbmend" run Q298565 "$@"; }

# --- wrong inputs: one line, status 1 -------------------------------------------------------------
printf 'hello\n' >"$scratch/text"
: >"$scratch/empty"
mkdir "$scratch/folder"
mkfifo "$scratch/fifo"
head -c 4096 "$hive" >"$scratch/truncated"
head -c 30000 "$hive" >"$scratch/cut"
head -c 100 "$hive" >"$scratch/stub"
ln -s missing "$scratch/dangling"
printf 'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM]\n"a"=dword:xyz\n' \
	>"$scratch/wrong.reg"
awk 'NR == 17 { print "this is no attribute line"; next } { print }' "$ldif" >"$scratch/wrong.ldif"
for wrong in text empty folder fifo dangling missing; do
	expect_line 1 "^kbmend: $scratch/$wrong: " run -t "$scratch/$wrong" -t $ldif
done
expect_line 1 "^kbmend: $scratch/wrong.reg: line 4: " run -t "$scratch/wrong.reg" -t $ldif
expect_line 1 "is an LDIF file, not a registry" "$kbmend" reg ls $ldif
cp $hive "$scratch/unreadable" && chmod 0 "$scratch/unreadable" && chmod 755 "$scratch"
if can_be_user; then
	expect_line 1 "unreadable: .*[Pp]ermission denied" as_user env HOME=/nonexistent "$kbmend" run Q298565 \
		-t "$scratch/unreadable"
fi

# --- a broken hive: what it holds is unknown, and why is said -------------------------------------
expect 1 "^  unknown: HKLM.SYSTEM.CurrentControlSet.Services.MSExchangeIMC:$" run -t "$scratch/cut"
also "^    $scratch/cut: the hive is cut: 25904 of the 61440 bytes behind$"
also "^       SYSTEM, unreadable: the hive is cut: 25904 of the 61440 bytes behind its$"
also "^1 script, 1 target: 1 unknown. Nothing was changed.$"
check [ ! -s "$scratch/err" ]
{ head -c 4096 "$hive" && head -c 8192 /dev/zero && tail -c +12289 "$hive"; } >"$scratch/hollow"
expect 1 '"SYSTEM, unreadable: is a hive whose first bin .file offset 0x1000. is damaged: no key can be read"' \
	run -t "$scratch/hollow" -f json
for broken in truncated stub; do # no place can be told: any hive may be in it
	expect 1 "^    $scratch/$broken: is the beginning of a registry hive: cut" run -t "$scratch/$broken" -t $ldif
	also "^       unknown, unreadable: is the beginning of a registry hive: cut after [0-9]+$"
	expect 1 '"verdict":"unknown","reason":"[^"]*: is the beginning of a registry hive' run -t "$scratch/$broken" -f jsonl
	expect 1 'unknown.*(Q134425.*)' "$kbmend" run -t "$scratch/$broken"
	also "^Q324026.*, 15 not run .15 need a directory., 1 on request"
	# It takes nothing from what else is there.
	expect 2 "^1 script, 1 target: 1 fail" run -t "$scratch/$broken" -t $hive -t $ldif
	expect 1 "$scratch/$broken: is the beginning of a registry hive: cut after [0-9]+ bytes; copy it again$" \
		"$kbmend" reg ls "$scratch/$broken"
done
expect 1 "there is no plan to write" "$kbmend" plan Q298565 -t "$scratch/cut" -t $ldif -o "$scratch/cut.plan"
check [ ! -e "$scratch/cut.plan" ]
expect 64 "^kbmend: -t $scratch/cut: is not a directory; -t FILE names an LDIF file" "$kbmend" dir search -t "$scratch/cut" '(a=b)'

# --- an LDIF file that is broken: unknown for who asks it; the others go on -----------------------
broken="-t $hive -t $scratch/wrong.ldif"
expect 1 "^  unknown: $scratch/wrong.ldif: line 17: " "$kbmend" run Q298565 $broken
also "LDIF directory, unreadable: line 17: no "
expect 1 "^[0-9]* scripts, 1 target: [0-9]* unknown " "$kbmend" run $broken
also " [0-9]* pass, "
expect 1 '"reason": ".*wrong.ldif: line 17: ' "$kbmend" run Q298565 $broken -f json
expect 1 "there is no plan to write" "$kbmend" plan Q298565 $broken -o "$scratch/broken.plan"
expect 0 "^kbmend: warning: $scratch/wrong.ldif: line 17: .*; no script that ran asks it$" "$kbmend" run Q281493 $broken
also "^✓ Q281493 "
expect 1 "^kbmend: $scratch/wrong.ldif: line 17: " "$kbmend" dir search -t "$scratch/wrong.ldif" '(a=b)'

# --- on a terminal what is said is folded; what else reads it has a message a line -----------------
if command -v script >/dev/null; then
	(cd "$scratch" && script -qec "stty cols 60; '$kbmend' reg ls cut" /dev/null </dev/null) | tr -d '\r' >"$scratch/out"
	check [ "$(grep -c . "$scratch/out")" -eq 12 ]
	also "^kbmend: cut: 3 places in the hive could not be read, and$"
	also "^        what lies there is missing$"
	check [ "$(wc -L <"$scratch/out")" -le 60 ]
	(cd "$scratch" && script -qec "stty cols 60; '$kbmend' reg ls cut 2>err" /dev/null </dev/null) >"$scratch/out"
	check [ "$(wc -l <"$scratch/err")" -eq 5 ]
	check grep -q "^kbmend: cut: the hive is cut: 25904 of the .* what was read is not all$" "$scratch/err"
	# What a terminal would obey stays text where it is folded, too.
	script -qec "'$kbmend' reg ls '$scratch/$(printf 'a\033[2Jb')'" /dev/null </dev/null >"$scratch/out"
	check [ "$(grep -c "$(printf '\033')" "$scratch/out")" -eq 0 ]
fi

# --- typing errors: status 64 and a way out ------------------------------------------------------
expect 64 "unknown command 'rnu'; did you mean 'run'" "$kbmend" rnu
expect 64 "unknown command 'doctro'; did you mean 'doctor'" "$kbmend" doctro
expect 64 "did you mean 'reg get'" "$kbmend" reg gte $hive x
expect 64 "did you mean --target" run --tagret $hive
expect 64 "unknown option --uns; did you mean --unsafe-no-sandbox" run -t $hive --uns
expect 64 "unknown option --script; did you mean --scripts" "$kbmend" list --script "$scratch"
expect 64 "unknown option --vers; did you mean --version" "$kbmend" --vers
expect 64 "did you mean Q298565" "$kbmend" run Q289565 -t $hive
expect 64 "did you mean depth" run -t $hive -p depht=site
expect 64 "no such parameter" run -t $hive -p colour=red
expect 64 "depth.*site.*server" run -t $hive -t $ldif -p depth=deep
expect 64 "did you mean never" run -t $hive --color nevr
expect 64 "no target" run
expect 64 "both hold SYSTEM" run -t $hive -t examples/exch1/SYSTEM.reg
expect 64 "both directories" run -t $ldif -t $ldif
expect 64 "an operand is missing" "$kbmend" describe
expect 64 "unexpected operand 'more'" "$kbmend" describe Q298565 more
expect 64 "named twice" "$kbmend" run Q298565 q298565 -t $hive
expect 64 "usage: kbmend" "$kbmend"
for path in 'Computer\HKEY_LOCAL_MACHINE\SYSTEM\Select' '[HKEY_LOCAL_MACHINE\SYSTEM\Select]' 'my computer\hklm\system\select'; do
	expect 0 '^1$' "$kbmend" reg get $hive "$path" Current
	expect 0 '^1$' "$kbmend" reg get examples/exch1/SYSTEM.reg "$path" Current
	expect 0 'no difference' "$kbmend" reg diff $hive examples/exch1/SYSTEM.reg "$path"
done
expect 1 'no key .Select.; did you mean' "$kbmend" reg get $hive '[Select]' Current # a key may be called so
expect 1 'no key Computer.Select$' "$kbmend" reg get $hive 'Computer\Select' Current
expect 1 "no default value in Select$" "$kbmend" reg get $hive Select @
expect 1 "no value 'Curent' in Select; did you mean 'Current'.$" "$kbmend" reg get $hive Select Curent
expect 1 "no value 'Nothing' in Select$" "$kbmend" reg get $hive Select Nothing
expect 1 "no value 'Current' in the root key$" "$kbmend" reg get $hive '' Current
expect 1 "no default value in the root key$" "$kbmend" reg get $hive '' @
expect 1 "no value 'SiteDm'" "$kbmend" reg get $hive 'ControlSet001\Services\MSExchangeIMC\Parameters' SiteDm
expect 1 "no key" "$kbmend" reg get $hive 'ControlSet001\Nowhere' x
expect 1 "no key Selct; did you mean 'Select'\?" "$kbmend" reg get $hive Selct Current
cp $hive "$scratch/nul" # a key's name with a NUL, which nobody can ask for
patch "$scratch/nul" "$(($(LC_ALL=C grep -abo Select $hive | head -n 1 | cut -d : -f 1) + 3))" '\000'
expect 0 '^Sel.x00ct.$' "$kbmend" reg ls "$scratch/nul"
expect 1 'no key Sel$' "$kbmend" reg get "$scratch/nul" Sel Current
expect 1 "written with backslashes" "$kbmend" reg get $hive HKLM/SYSTEM/Select Current

# A directory server: what is wrong with the words is told before anybody is called.
server="run -t $hive -H ldap://localhost:1"
expect 64 "are both directory servers" $server -t ldaps://localhost
expect 64 "'70000' is not a port" run -t $hive -H ldap://localhost:70000
expect 64 "there is no host" run -t $hive -H ldap://
expect 64 "begins with ldap://" run -t $hive -H exch1
expect 64 "name it with -H" run -t $hive -t $ldif -W
expect 64 "name it with -H" run -t $hive -t $ldif -b o=Contoso
expect 64 "-D needs a password" $server -D cn=me
expect 64 "whose password is it" $server -W
expect 64 "use one" $server -D cn=me -W -y $hive
expect 64 "there is no -w" $server -D cn=me -w secret
expect 64 "-x is not needed" $server -x
expect 64 "is not EXTERNAL" $server -Y GSSAPI
expect 64 "is for ldapi://" $server -Y EXTERNAL
expect 64 "is for ldap://" run -t $hive -H ldaps://localhost:1 -ZZ
expect 64 "is for encrypted connections" $server --ca-file $hive
expect 64 "is not a number of seconds" $server --server-timeout 0
expect 64 "is not HOST or HOST:PORT" $server --follow-referrals ldap://other
expect 64 "is not a name" $server -b Contoso
expect 1 "the password file /nonexistent: No such file" $server -D cn=me -y /nonexistent
expect 1 "localhost:1: no connection: Connection refused" $server
expect 64 "\`lint\` is not in this version" "$kbmend" lint
expect 64 "unknown option --aply; did you mean --apply" run -t $hive --aply
expect 64 "'low' is not high; plain --yes" run -t $hive --apply --yes=low
expect 64 "'some' is not full" run -t $hive --apply --verify some
expect 64 "^kbmend: option --yes does not belong to this command$" "$kbmend" plan Q298565 -t $hive --yes
expect 64 "two files are written" run -t $hive -t $ldif --emit reg:-
# What says something only beside another option is not passed over without it.
for option in --yes --yes=high "--verify full" "--backup-dir $scratch"; do
	expect 64 "${option%%[= ]*} belongs to --apply, without which nothing is changed" run -t $hive $option
	expect 64 "${option%%[= ]*} belongs to --apply" run -t $hive -n $option
done
expect 64 "--emit-form belongs to --emit reg:FILE" run -t $hive --emit-form 5
expect 64 "--emit-form belongs to --emit reg:FILE" run -t $ldif --emit-form 5 --emit "ldif:$scratch/x.ldif"
expect 64 "--emit-form belongs to --emit reg:FILE" "$kbmend" plan Q298565 -t $hive --emit-form 4
expect 64 "--emit-form: '6' is not 4\|5$" run -t $hive --emit-form 6 --emit "reg:$scratch/x.reg"
expect 2 "next: .* --state-dir $scratch/state --apply$" run -t $hive -t $ldif --state-dir "$scratch/state"
# A name that is empty, as an unset variable leaves it, is none.
for option in -t --scripts --state-dir -y --ca-file; do
	expect 64 ": '' is no name; [A-Z]+ is needed$" run -t $hive $option ""
	check [ ! -s "$scratch/out" ]
done
expect 64 "--output: '' is no name; FILE is needed" "$kbmend" plan Q298565 -t $hive -o ""
for value in "" reg reg: ldif:; do
	expect 64 "is not reg:FILE or ldif:FILE" run -t $hive -t $ldif --emit "$value"
done

# --- a bad script costs itself only; nothing is passed over in silence -------------------------
mkdir "$scratch/site" && echo "bad = =" >"$scratch/site/broken.lua"
expect 1 "broken +error +broken.lua:1" "$kbmend" list --scripts "$scratch/site"
expect 1 "Q298565 .*high" "$kbmend" list --scripts "$scratch/site"
expect 1 "SiteDN +found" "$kbmend" run --scripts "$scratch/site" -t $hive -t $ldif
expect 1 "error: broken.lua:1" "$kbmend" run --scripts "$scratch/site" -t $hive -t $ldif
expect 0 "^Q298565" "$kbmend" describe Q298565 --scripts "$scratch/site"
expect_line 1 "broken.lua:1" "$kbmend" describe broken --scripts "$scratch/site"
mkdir "$scratch/loops" && echo "while true do end" >"$scratch/loops/loop.lua"
expect 1 "loop +error .*exceeded 200 ms of CPU time" "$kbmend" list --scripts "$scratch/loops" --timeout 0.2
expect_line 1 "loop.lua:1: .*exceeded 200 ms of CPU time" "$kbmend" describe "$scratch/loops/loop.lua" --timeout 0.2
echo 'x = ("y"):rep(64 << 20)' >"$scratch/loops/large.lua"
expect_line 1 "large.lua:1: .*more than 32 MiB of memory" "$kbmend" describe "$scratch/loops/large.lua" --max-memory 32
# What was freed is there for other sizes, too: never more than a sixth is held here.
cat >"$scratch/loops/sizes.lua" <<'END'
return { api = 1, id = "sizes", version = "1.0.0", title = "t", severity = "low", categories = { "test" },
  description = "d", check = function(target)
    for length = 30, 225, 16 do
      local list = {}
      for i = 1, 18 * 1024 * 1024 // (length + 25) do
        list[i] = string.format("%020d", i) .. string.rep("x", length - 20)
      end
    end
    target:pass("done")
  end }
END
expect 0 '✓ sizes' "$kbmend" run "$scratch/loops/sizes.lua" -t $hive
expect 1 "is a directory" "$kbmend" run ./tests -t $hive
expect 64 "No such file" "$kbmend" run ./nowhere.lua -t $hive

# --- search: what is typed, what comes, and a way out ---------------------------------------------
search() { "$kbmend" search "$@"; }
# The right script of the stock comes first.
while IFS='|' read -r query id; do
	[ -f "scripts/exchange/$id.lua" ] || continue
	expect 0 "^$id " search "$query"
	check [ "$(head -c ${#id} "$scratch/out")" = "$id" ]
done <<'TABLE'
2140|Q155027
4086|Q298565
9301|Q197378
0xfffffad0|Q281493
-1328|Q281493
4294966090|Q260230
-1206|Q260230
0xFFFFFB4A|Q260230
4294965968|Q281493
3238267648|Q252869
3221487616|Q236582
2147746076|Q236582
2147746065|Q236582
0xfaf|Q248124
0x7b|Q318746
control blocks|Q200259
TABLE
expect 0 "^ +error 2140$" search 2140
expect 0 "^ +error 2140$" search 0X85C
expect 0 "^ +event 4086 of MSExchangeIMC$" search event 4086
expect 0 "^ +event 4086 of MSExchangeIMC$" search "Event ID: 4086"
expect 0 "^ +event 4086 of MSExchangeIMC; error 2140; \"does\" in the$" search 4086 2140 does
expect 0 "^ +id Q298565$" search KB 298565
expect 0 "^ +reference Q256986$" search q256986
expect 0 "^ +product Microsoft Windows NT 4.0$" search windows
expect 0 '"term":"error 85c","place":"error","found":"error 2140"' search error 85c -f jsonl
expect 0 '"place": "title"' search -f json connector
expect 0 "^1 script" search -v 4086
expect_line 1 "no script has 'conecter'; did you mean 'Connector'\?" search conecter
expect_line 1 "no script has '-987654321'; .kbmend list. shows them all" search -987654321
expect_line 1 "no script has 'error -987654321'; .kbmend list" search error -987654321
expect_line 1 "no script has 'event 2140', but [0-9]+ ha(s|ve) 2140 .* .kbmend search 2140" search event 2140
expect_line 1 "no script has the phrase 'start connector'; [0-9]+ ha(s|ve) its words" search "start connector"
expect_line 1 "did you mean 'Q298565'" search Q289565
expect_line 1 "did you mean 'MSExchangeIMC'" search msexchangeicm
expect 0 "^ +event 4086 of MSExchangeIMC$" search imc
expect 0 "^ +event 4086 of MSExchangeIMC$" search MSExchangeIMC:4086
expect 0 "^ +event 4086 of MSExchangeIMC$" search Event:4086 imc
expect_line 1 "no script has '4087'" search MSExchangeIMC:4087
expect 0 "^ +error 2140$" search 2140L
expect 64 "'//' has no letter or digit" search file://
expect_line 1 "no script has 'zzz'" search connector zzz
expect 1 "^\[\]$" search -f json zzz
expect 64 "'\.\.\.' has no letter or digit" search ...
expect 64 "an operand is missing" search
expect 64 "unknown option --formta; did you mean --format" search x --formta json
expect 64 "unknown option -x" search -x
expect 64 "did you mean 'search'" "$kbmend" serach 2140
expect 64 "did you mean 'search'" "$kbmend" seach 2140
expect 64 "unexpected operand '65'" search $(seq 65)
mkdir "$scratch/found" && printf 'bad = =' >"$scratch/found/broken.lua"
for name in aa bb; do
	sed "s/ID/$name/g" >"$scratch/found/$name.lua" <<'LUA'
return { api = 1, id = "ID", version = "1.0.0", severity = "low", title = "Connectors \u{202E}in ID",
  symptoms = { { event = 2140, error = "0xfffffad0" }, { text = "Connector ID" } },
  check = function(target) target:pass("seen") end }
LUA
done
expect 1 "^kbmend: not searched: broken.lua:1" search --scripts "$scratch/found" connector
expect 1 "^Q298565 +high" search --scripts "$scratch/found" connector
if [ "$(sed -nE 's/^(Q298565|aa|bb) .*/\1/p' "$scratch/out" | tr '\n' ' ')" != "Q298565 aa bb " ]; then
	fail "search connector: all three, the whole word first"
fi
expect 1 "Connectors .u.202E.in aa" search --scripts "$scratch/found" -- -1328
expect_line 1 "nowhere: No such file" search zz --scripts "$scratch/nowhere"

# A subfolder that cannot be read costs what is in it only, and is named. Root reads everything.
mkdir -p "$scratch/config/kbmend/scripts/b" "$scratch/config/kbmend/scripts/c" && chmod 755 "$scratch"
for name in aa zz; do
	sed "s/ID/$name/" >"$scratch/config/kbmend/scripts/$name.lua" <<'LUA'
return { api = 1, id = "ID", version = "1.0.0", severity = "low", title = "Is used",
  check = function(target) target:pass("seen") end }
LUA
done
if can_be_user; then
	list() { as_user env XDG_CONFIG_HOME="$scratch/config" "$kbmend" list "$@"; }
	sub=$scratch/config/kbmend/scripts
	chmod 0 "$sub/b"
	expect 0 "^kbmend: $sub/b: Permission denied; scripts there are passed over$" list
	expect 0 "^aa .*Is used" list
	expect 0 "^zz .*Is used" list
	chmod 0 "$sub/c"
	expect 0 "^kbmend: $sub/b: Permission denied .and 1 more.; scripts there are passed" list
	expect 1 "^kbmend: $sub/b: Permission denied" list --scripts "$sub"
	chmod 755 "$sub/b" "$sub/c"
fi

# --- a script is a text that a person can judge, in a file of its own -----------------------------
describe() { "$kbmend" describe "$scratch/odd.lua"; }
cat >"$scratch/plain.lua" <<'LUA'
return {
  api = 1, id = "odd", version = "1.0.0", severity = "low", title = "An odd one",
  check = function(target)
    target:pass("seen")
  end,
}
LUA
script() { cat "$scratch/plain.lua"; }
{ printf '\357\273\277#!/usr/bin/env kbmend\n' && script; } >"$scratch/odd.lua"
expect 0 "An odd one" describe
script | sed 's/$/\r/' >"$scratch/odd.lua"
expect 0 "An odd one" describe
{ script && head -c "$((1048576 - $(script | wc -c)))" /dev/zero | tr '\0' ' '; } >"$scratch/odd.lua"
expect 0 "An odd one" describe
echo >>"$scratch/odd.lua"
expect_line 1 "odd.lua: more than 1048576 bytes, the most that a script may have" describe
script | iconv -t UTF-16 >"$scratch/odd.lua"
expect_line 1 "odd.lua: this is UTF-16 text: save it as UTF-8" describe
script | iconv -t UTF-16LE >"$scratch/odd.lua"
expect_line 1 "odd.lua:1:2: a NUL byte: .*: save it as UTF-8" describe
for line in '\033Lua=compiled Lua: only source text is accepted' '\177ELF=a program' \
	'\357\273\277\033Lua=compiled Lua' '\nx\000=odd.lua:2:2: a NUL byte' \
	'-- \351=odd.lua:1:4: not UTF-8 .byte 0xE9.: save it as UTF-8' '\300\257=not UTF-8' \
	'\340\200\257=not UTF-8' '\355\240\200=not UTF-8' '\364\220\200\200=not UTF-8' \
	'-- \342\200\256=odd.lua:1:4: a bidirectional control character, U.202E: .*; write' \
	'\n\033[2J=odd.lua:2:1: a control character, U.001B: a terminal obeys it; write' \
	'\302\233=U.009B' '-- x\ry\n=odd.lua:1:5: a carriage return that ends no line' \
	'\342\200\250=a line separator, U.2028'; do
	# shellcheck disable=SC2059 # the format is the text
	{ printf -- "${line%%=*}" && script; } >"$scratch/odd.lua"
	pattern=${line##*=}
	expect_line 1 "$pattern" describe
done
rm "$scratch/odd.lua" && ln -s plain.lua "$scratch/odd.lua"
expect_line 3 "odd.lua: is a symbolic link; name the file itself" describe
rm "$scratch/odd.lua" && mkfifo "$scratch/odd.lua"
expect_line 3 "odd.lua: is no regular file" describe
expect_line 3 "/dev/null: is no regular file" "$kbmend" describe /dev/null
mkdir "$scratch/devices" && mv "$scratch/odd.lua" "$scratch/devices"
expect 1 "odd +error +.*/odd.lua: is no regular file" "$kbmend" list --scripts "$scratch/devices"

# --- the next command asks for the same again ------------------------------------------------
expect 2 "next: kbmend run Q298565 -t $hive -t $ldif -p depth=site --control-set 1 --name 'a b' --apply\$" \
	run -t $hive -t $ldif --name "a b" --control-set 1 -p depth=site

# regedit has no part in a directory's entries.
mkdir "$scratch/entries"
cat >"$scratch/entries/entry.lua" <<'END'
return {
  api = 1,
  id = "entry",
  version = "1.0.0",
  title = "An organization has a description",
  severity = "low",
  needs = { directory = true },
  check = function(target)
    local entry = target.directory:read("o=Contoso")
    if entry.description then return target:pass("it has one") end
    target:fail{ id = "bare", message = "it has none", because = "it says so" }
  end,
  fix = function(_, _, _, plan)
    plan:modify_entry("o=Contoso", "description", { "ours" }, { why = "a test" })
  end,
}
END
expect 2 "next: kbmend run $scratch/entries/entry.lua -t $ldif --emit ldif:fix.ldif$" \
	"$kbmend" run "$scratch/entries/entry.lua" -t $ldif
# The stock scripts need a registry, and are not run.
expect 2 "next: kbmend run -t $ldif --scripts $scratch/entries --emit ldif:fix.ldif$" \
	"$kbmend" run --scripts "$scratch/entries" -t $ldif

# --- help is everywhere, within 80 columns ---------------------------------------------------
expect 0 "^kbmend [0-9]" "$kbmend" --version
for verb in "" run plan show list describe reg "reg get" "reg ls" "reg dump" "reg check" dn "dn parse" "dn compare" doctor; do
	# shellcheck disable=SC2086 # two words
	expect 0 "usage: kbmend" "$kbmend" $verb --help
	if awk 'length > 80 { exit 1 }' "$scratch/out"; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		echo "FAILED: kbmend $verb --help is wider than 80 columns"
	fi
done

expect 0 "^  1   could not tell: the sandbox could not be looked at" "$kbmend" doctor --help
expect 0 "^1$" sh -c "'$kbmend' doctor --help | grep -ci 'exit status'"

# --- plans: written once, shown again, the same bytes ------------------------------------------
expect 2 "wrote $scratch/plan.json" "$kbmend" plan Q298565 -t $hive -t $ldif -o "$scratch/plan.json"
expect 3 "is there already" "$kbmend" plan Q298565 -t $hive -t $ldif -o "$scratch/plan.json"
expect 2 '"schema": "kbmend.plan/1"' "$kbmend" plan Q298565 -t $hive -t $ldif
if cmp -s "$scratch/out" "$scratch/plan.json"; then passed=$((passed + 1)); else
	failed=$((failed + 1))
	echo "FAILED: plan and plan -o give different bytes"
fi
expect 0 "SiteDN" "$kbmend" show "$scratch/plan.json"
expect 0 '^{"schema":"kbmend.plan/1"' "$kbmend" show "$scratch/plan.json" -f jsonl
expect_line 1 "nosuch" "$kbmend" show "$scratch/nosuch"
expect 1 "not a sound plan" "$kbmend" show $ldif
expect 2 "wrote .*fix.undo.reg" run -t $hive -t $ldif --emit "reg:$scratch/fix.reg"
expect 0 "SiteDN" grep -a SiteDN "$scratch/fix.reg"
expect 3 "is there already" run -t $hive -t $ldif --emit "reg:$scratch/fix.reg"
expect 2 "wrote" run -t $hive.reg -t $ldif --emit "reg:$scratch/four.reg"
expect 0 "^REGEDIT4" head -n 1 "$scratch/four.reg"
expect 2 "wrote" run -t $hive.reg -t $ldif --emit-form 5 --emit "reg:$scratch/five.reg"
expect 0 "ff fe 57" od -A n -t x1 -N 3 "$scratch/five.reg"
for page in 1000 437 65001 0 x 4294968548; do
	expect 64 "^kbmend: --codepage: '$page' is none of 874 and 1250 to 1258$" run -t $hive.reg -t $ldif --codepage $page
done
for page in 932 936 949 950; do # also where a hive is read, for which no code page matters
	expect 64 "^kbmend: --codepage: $page is an East Asian code page: those are not supported, only 874 and 1250 to 1258$" \
		"$kbmend" reg ls $hive --codepage $page
done
expect 0 "ControlSet001" "$kbmend" reg ls $hive --codepage 874

# --- a file that calls itself what another is called ----------------------------------------------
sed 's/^  title = .*/  title = "Not the one",/' scripts/exchange/Q298565.lua >"$scratch/twin.lua"
expect 2 "hides the stock script" "$kbmend" run "$scratch/twin.lua" -t $hive -t $ldif
expect 1 "^! twin" "$kbmend" run "$scratch/twin.lua" Q298565 -t $hive -t $ldif
expect 1 "FAIL Q298565  Internet|✗ Q298565  Internet" "$kbmend" run "$scratch/twin.lua" Q298565 -t $hive -t $ldif
expect 1 "its id 'Q298565'" "$kbmend" run Q298565 "$scratch/twin.lua" -t $hive -t $ldif
expect_line 64 "named twice" "$kbmend" run Q298565 scripts/exchange/Q298565.lua -t $hive -t $ldif 2>/dev/null

# --- too much for one plan is no reason to say nothing --------------------------------------------
for id in many more; do
	cat >"$scratch/$id.lua" <<LUA
return {
  api = 1, id = "$id", version = "1.0.0", severity = "low", title = "Plans much",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "x", message = "m", because = "b" }
  end,
  fix = function(_, _, _, plan)
    for i = 1, 600 do plan:manual("$id " .. i) end
  end,
}
LUA
done
expect 2 "3 fail" "$kbmend" run "$scratch/many.lua" "$scratch/more.lua" Q298565 -t $hive -t $ldif
expect 2 "conflict the plan has" "$kbmend" run "$scratch/many.lua" "$scratch/more.lua" -t $hive -t $ldif

# --- nothing is written to what is named ---------------------------------------------------------
before=$(sha256sum $hive $ldif examples/exch1/SYSTEM.reg)
expect 2 "Nothing was changed" run -n -t $hive -t $ldif
expect 2 '"verdict": *"fail"' run -t $hive -t $ldif -f json
expect 2 '"verdict": *"fail"' run -t $hive -t $ldif -f jsonl
[ "$before" = "$(sha256sum $hive $ldif examples/exch1/SYSTEM.reg)" ] || {
	failed=$((failed + 1))
	echo "FAILED: a source was changed"
}

# --- a file that is written to meanwhile is no evidence --------------------------------------
cp $hive "$scratch/moving"
cat >"$scratch/slow.lua" <<'LUA'
return {
  api = 1, id = "slow", version = "1.0.0", severity = "low", title = "Takes its time",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    for _ = 1, 300000000 do end
    target:pass("nothing seen")
  end,
}
LUA
(sleep 0.1 && touch "$scratch/moving") &
expect_line 1 "moving: the file changed while it was read" \
	"$kbmend" run "$scratch/slow.lua" --timeout 30 -t "$scratch/moving"
wait

# --- a broken pipe and a full device are told, not ignored -----------------------------------
expect 1 "cannot write the output" sh -c "'$kbmend' --version >/dev/full"
expect 1 "cannot write the output: Bad" sh -c "'$kbmend' run Q298565 -t $hive.reg -t $ldif >&-"
expect 0 "^K" sh -c "'$kbmend' reg dump $hive | head -n 1; [ -z \"\$('$kbmend' reg dump $hive 2>&1 >/dev/null | head -n 1)\" ]"
expect 1 "cannot write the output" sh -c "'$kbmend' list >/dev/full"

# --- an installation in another place works by itself ----------------------------------------
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null 2>"$scratch/err" || cat "$scratch/err"
expect 2 "1 fail" "$scratch/prefix/bin/kbmend" run Q298565 -t $hive -t $ldif
expect 0 "Q298565" env -C / "$scratch/prefix/bin/kbmend" list
expect 0 "^✓ Q298565  [0-9]+ cases: " env -C / "$scratch/prefix/bin/kbmend" test Q298565

# --- no process is left behind ----------------------------------------------------------------
if pgrep -f "^$build/libexec/kbmend/kbmend-worker" >/dev/null; then
	failed=$((failed + 1))
	echo "FAILED: a worker is still running"
fi

finish
