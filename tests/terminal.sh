#!/bin/sh
# Whatever a script, a hive, a plan, a file's name, an operand or the worker says: nothing but text
# comes out on stdout and stderr.
# usage: terminal.sh BUILD-FOLDER REG2HIVE HOSTILE-WORKER
set -u
build=$(cd "$1" && pwd)
reg2hive=$2
hostile_worker=$3
kbmend=$build/bin/kbmend
cd "$(dirname "$0")/.." || exit 1
scratch=$(mktemp -d "${TMPDIR:-/tmp}/kbmend-terminal.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
example=examples/exch1
passed=0
failed=0

# C1, bidirectional and invisible characters, line separators, tags, as UTF-8.
harmful=$(printf '\302[\200-\237]|\330\234|\342\200[\213-\217\250-\256]|\342\201[\240-\257]')
harmful=$harmful$(printf '|\357\273\277|\363\240')
# Colours that were asked for, as report/page.c writes them.
colour=$(printf '\033')'\[(0|1|1;31|32|33)m'
# What a hostile text holds, as printf takes it.
evil='\033[2J\033]0;x\007\t\177\302\233m\342\200\256\330\234\342\201\246\342\200\250\342\200\213'
evil=$evil'\357\273\277\377\300\233\363\240\200\201'
evil_text=$(printf "$evil")

complain() {
	failed=$((failed + 1))
	echo "FAILED: $*" | LC_ALL=C tr -c '\n -~' '?'
}

# Bytes of control characters other than a newline (and a tab, for dumps).
count_controls() { LC_ALL=C tr -d "\n\040-\176\200-\377$1" <"$2" | wc -c; }

check_stream() {
	[ "$(count_controls "$tab" "$1")" -eq 0 ] || return 1
	LC_ALL=C grep -qaE "$harmful" "$1" && return 1
	iconv -f UTF-8 -t UTF-16 "$1" >"$scratch/utf16" 2>&1
}

# clean COMMAND...: both streams hold text only, and something was said.
tab=
clean() {
	"$@" >"$scratch/out.raw" 2>"$scratch/err" </dev/null
	LC_ALL=C sed -E "s/$colour//g" "$scratch/out.raw" >"$scratch/out"
	if [ ! -s "$scratch/out" ] && [ ! -s "$scratch/err" ]; then
		complain "$*: says nothing"
	elif ! check_stream "$scratch/out" || ! check_stream "$scratch/err"; then
		complain "$*"
		head -c 3000 "$scratch/out" "$scratch/err" | od -A d -c | head -n 60
	else
		passed=$((passed + 1))
	fi
}

# The escaped text came out: the line before was no test of nothing.
shown() {
	if cat "$scratch/out" "$scratch/err" | grep -qF -- "$1"; then passed=$((passed + 1)); else
		complain "$1 was not shown"
		head -c 3000 "$scratch/out" "$scratch/err"
	fi
}

forms="text json jsonl"

# --- a hostile script, on a hostile hive ----------------------------------------------------------
# A .reg file's names hold no line ends; everything else they do.
name='\033[2J\007\t\177\302\233m\342\200\256\330\234\342\201\246\342\200\250\342\200\213\357\273\277'
utf16() { printf "$1" | iconv -f UTF-8 -t UTF-16LE | od -A n -v -t x1 | tr -s ' \n' ',,' |
	sed 's/^,//; s/,$//'; }
{
	printf '\357\273\277'
	printf 'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n'
	printf '"Current"=dword:1\n"Default"=dword:1\n\n'
	printf '[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Control\\ComputerName\\ComputerName]\n'
	printf '"ComputerName"=hex(1):%s,00,00\n\n' "$(utf16 "$name")"
	printf '[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Evil]\n'
	printf "\"$name\"=hex(1):%s,0a,00,00,d8,00,00\n" "$(utf16 "$name")"
	printf "\"text\"=hex(1):%s,00,00\n" "$(utf16 "$name")"
	printf "\"list\"=hex(7):%s,00,00,%s,00,00,00,00\n" "$(utf16 "$name")" "$(utf16 "$name")"
	printf "\"expand\"=hex(2):%s,00,00\n\"link\"=hex(6):%s\n\"odd\"=hex(9999):1b\n\n" \
		"$(utf16 "$name")" "$(utf16 "$name")"
	printf "[HKEY_LOCAL_MACHINE\\\\SYSTEM\\\\ControlSet001\\\\Evil\\\\k$name]\n"
	printf "\"$name\"=\"$name\"\n"
} | iconv -f UTF-8 -t UTF-16LE >"$scratch/evil.reg"
"$reg2hive" --minor 5 --hive SYSTEM "$scratch/evil.reg" "$scratch/evil.hive" ||
	complain "the hive could not be made"
cat >"$scratch/evil.lua" <<'LUA'
local e = "\27[2J\27]0;x\a\t\b\127\u{9B}m\u{202E}\u{61C}\u{2066}\u{2028}\u{200B}\u{FEFF}\u{E0001}\r\nEND"
return {
  api = 1, id = "evil", version = "1.0.0", severity = "high", title = "A title: \u{202E}\u{2066}",
  description = "Words \u{202E}\u{200B}", categories = { "x" },
  products = { { name = "P\u{202E}", versions = "1\u{2066}" } },
  symptoms = { { event = 1, source = "S\u{202E}", text = "T\u{2066}" } },
  needs = { registry = { "SYSTEM" } },
  params = { p = { type = "string", help = "h\u{202E}", default = "d\u{2066}" } },
  check = function(target)
    local key = "HKLM\\SYSTEM\\ControlSet001\\Evil"
    local value = target.registry:get(key, "text")
    local evil = value and value.data or "none"
    print(e, evil)
    if target.name == "error" then error(e .. evil) end
    if target.name == "unknown" then target:unknown(e .. evil) end
    if target.name == "pass" then return target:pass(e .. evil) end
    local name = target.name == "emit" and "v" or evil -- a .reg file holds no such name
    local fixed = target.registry:get(key, name)
    if fixed and fixed.data == e then return target:pass(e) end
    target:fail{ id = "f", message = e .. evil, found = fixed and fixed.data, expected = e,
      because = e .. evil, where = { key = key, value = name }, x_name = name }
  end,
  fix = function(target, _, finding, plan)
    plan:set_value(finding.where.key, finding.x_name, "REG_SZ", e, { why = e, step = e,
      risk = "high" })
    plan:manual(e, { why = e })
  end,
}
LUA
clean "$kbmend" run "$scratch/evil.lua" -t "$scratch/evil.hive"
shown '\x1B[2J\x1B]0;x\x07\t\x08\x7F\x9Bm\u{202E}'
shown '1 fail'
for form in $forms; do
	clean "$kbmend" list --scripts "$scratch" -v -f "$form"
	clean "$kbmend" describe "$scratch/evil.lua" -f "$form"
	for target in none error unknown pass; do
		for source in evil.reg evil.hive; do
			clean "$kbmend" run "$scratch/evil.lua" -v -t "$scratch/$source" --name $target \
				-f "$form"
		done
	done
	clean "$kbmend" run "$scratch/evil.lua" -t "$scratch/evil.hive" -f "$form" --color always
	clean "$kbmend" run "$scratch/evil.lua" -t "$scratch/evil.hive" -f "$form" \
		--name "$evil_text" -p "p=$evil_text"
	clean "$kbmend" plan "$scratch/evil.lua" -t "$scratch/evil.hive" -f "$form"
	for source in evil.reg evil.hive; do
		clean "$kbmend" reg ls "$scratch/$source" 'ControlSet001\Evil' -f "$form"
		clean "$kbmend" reg get "$scratch/$source" 'ControlSet001\Evil' -f "$form"
		for value in text list expand link odd "$(printf "$name")"; do
			clean "$kbmend" reg get "$scratch/$source" 'ControlSet001\Evil' "$value" \
				-f "$form"
		done
	done
	clean "$kbmend" dn parse "cn=$evil_text" -f "$form"
	clean "$kbmend" dn parse "/o=$(printf "$name")/cn=x" -f "$form"
	clean "$kbmend" dn compare "cn=$(printf "$name")" "cn=x$(printf "$name")" -f "$form"
	clean "$kbmend" dn compare "$evil_text=x" "cn=x" -f "$form"
done

# --- plans: as files, and made by a stranger ------------------------------------------------------
clean "$kbmend" plan "$scratch/evil.lua" -t "$scratch/evil.hive" -o "$scratch/plan.json"
clean cat "$scratch/plan.json"
clean "$kbmend" run "$scratch/evil.lua" -t "$scratch/evil.hive" --name emit \
	--emit "reg:$scratch/fix.reg"
grep -v '\\u' "$scratch/plan.json" | sed "s/\"evil\"/\"$(printf '\342\200\256')\\\\u001b\\\\u009b\"/" \
	>"$scratch/stranger.json"
printf '{"schema":"\302\233","\342\200\256\\u001b":1}' >"$scratch/unknown.json"
printf '{"\033":1}' >"$scratch/broken.json"
printf '{"%s' "$evil_text" >"$scratch/binary.json"
for form in $forms; do
	clean "$kbmend" show -v "$scratch/plan.json" -f "$form"
	for plan in stranger unknown broken binary; do
		clean "$kbmend" show -v "$scratch/$plan.json" -f "$form"
	done
done

# Comments of a .reg file are one line each, without anything that a terminal would obey.
iconv -f UTF-16 -t UTF-8 "$scratch/fix.reg" | tr -d '\r' | grep '^;' >"$scratch/comments"
clean cat "$scratch/comments"
shown '\x1B[2J'

# --- files' names -----------------------------------------------------------------------------------
folder=$scratch/$(printf 'f\033[2J\n\302\233\342\200\256\377')
mkdir "$folder"
for file in "$(printf 'new\nline')" "$(printf 'e\033]0;x\007')" "$(printf '\342\200\256bidi')" \
	"$(printf '\302\233c1')" "$(printf '\377\300no-utf8')" "$(printf '\r\t')"; do
	cp "$scratch/evil.lua" "$folder/$file.lua"
	cp "$scratch/evil.hive" "$folder/$file"
	echo 'x = ' >"$folder/b$file.lua"
	for form in $forms; do
		clean "$kbmend" run "$folder/$file.lua" -v -t "$folder/$file" -f "$form"
		clean "$kbmend" describe "$folder/$file.lua" -f "$form"
		clean "$kbmend" describe "$folder/b$file.lua" -f "$form"
		clean "$kbmend" reg ls "$folder/$file" -f "$form"
	done
	clean "$kbmend" plan "$folder/$file.lua" -t "$folder/$file" -o "$folder/$file.json"
	shown 'kbmend: wrote '
	clean "$kbmend" plan "$folder/$file.lua" -t "$folder/$file" -o "$folder/$file.json"
	shown 'is there already'
	clean "$kbmend" show "$folder/$file.json"
	clean "$kbmend" run "$folder/$file.lua" -t "$folder/$file" --emit "reg:$folder/$file.reg"
done
mkdir "$folder/closed"
mkfifo "$folder/Q1.lua"
ln -s evil.lua "$folder/Q2.lua"
for form in $forms; do
	clean "$kbmend" list -v --scripts "$folder" -f "$form"
	clean "$kbmend" run -v --scripts "$folder" -t "$scratch/evil.hive" -f "$form"
	clean "$kbmend" doctor -v --scripts "$folder" -f "$form"
	shown 'no regular file'
done
clean "$kbmend" list --scripts "$folder"
shown 'is no regular file'
shown 'is a symbolic link'
shown 'new\nline'
clean env XDG_CONFIG_HOME="$folder" "$kbmend" list
mkdir "$folder/kbmend" && : >"$folder/kbmend/scripts"
clean env XDG_CONFIG_HOME="$folder" "$kbmend" list
shown 'scripts there are passed over'
clean env XDG_CONFIG_HOME="$folder" "$kbmend" doctor -q
shown ': is no'

# --- operands ---------------------------------------------------------------------------------------
hive=$example/SYSTEM
for word in "$evil_text" "$(printf 'a\nkbmend: forged')"; do
	clean "$kbmend" "$word"
	clean "$kbmend" "-$word"
	clean "$kbmend" "--$word"
	clean "$kbmend" help "$word"
	clean "$kbmend" reg "$word"
	clean "$kbmend" list "$word"
	clean "$kbmend" list "--$word"
	clean "$kbmend" list --quiet="$word"
	clean "$kbmend" describe "$word"
	clean "$kbmend" describe "./$word"
	clean "$kbmend" show "$word"
	clean "$kbmend" run "$word" -t $hive
	clean "$kbmend" run Q298565 -t "$word"
	clean "$kbmend" run Q298565 -t "ldap://$word"
	clean "$kbmend" run Q298565 -t $hive -p "$word"
	clean "$kbmend" run Q298565 -t $hive -p "$word=$word"
	clean "$kbmend" run Q298565 -t $hive -p "depth=$word"
	clean "$kbmend" run Q298565 -t $hive --name "$word"
	clean "$kbmend" run Q298565 -t $hive --scripts "$word"
	for option in -f --timeout --max-memory --codepage --control-set --color --emit --emit-form; do
		clean "$kbmend" run Q298565 -t $hive $option "$word"
	done
	clean "$kbmend" plan Q298565 -t $hive -t $example/directory.ldif -o "/$word/x"
	clean "$kbmend" run Q298565 -t $hive -t $example/directory.ldif --emit "reg:/$word/x"
	clean "$kbmend" reg get $hive "$word"
	clean "$kbmend" reg get $hive Select "$word"
	clean "$kbmend" reg ls $hive "$word"
	clean "$kbmend" reg ls "$word"
	clean "$kbmend" reg dump "$word"
	clean "$kbmend" reg check "$word"
	clean "$kbmend" reg dump $hive "$word"
	mkdir -p "$scratch/image/Users/$word"
	cp "$scratch/evil.hive" "$scratch/image/Users/$word/NTUSER.DAT"
	for command in ls info check; do
		for form in text json jsonl csv; do
			clean "$kbmend" reg $command "$scratch/image" -f $form
		done
	done
	clean "$kbmend" reg recover "$scratch/image"
	rm -r "$scratch/image"
	clean "$kbmend" dn parse "$word"
	clean "$kbmend" dn compare "$word" "$word"
	clean "$kbmend" dn parse "cn=x" --form "$word"
done

# --- dumps --------------------------------------------------------------------------------------------
# A pipe may end on a terminal: only who asks for the canonical form gets it, to the byte.
tab='\t'
clean "$kbmend" reg dump "$scratch/evil.hive"
for form in json jsonl csv; do
	clean "$kbmend" reg dump "$scratch/evil.hive" -f $form
done
clean "$kbmend" reg dump "$scratch/evil.hive"
shown '%007F%009Bm%202E%061C%2066%2028%200B%FEFF'
"$kbmend" reg dump --canonical "$scratch/evil.hive" >"$scratch/dump"
if [ "$(count_controls '\t' "$scratch/dump")" -eq 0 ] &&
	LC_ALL=C grep -qa "$(printf 'Evil\t%%001B\[2J%%0007%%0009%%007F\302\233m\342\200\256')" \
		"$scratch/dump"; then
	passed=$((passed + 1))
else
	complain "the canonical form is not"
fi
"$kbmend" reg dump $hive >"$scratch/out"
"$kbmend" reg dump --canonical $hive >"$scratch/dump"
cmp -s "$scratch/out" "$scratch/dump" || complain "harmless names are escaped"
tab=

# --- a worker that is in an enemy's hands ---------------------------------------------------------------
for mode in text bytes end failed; do
	prefix=$scratch/hostile-$mode
	mkdir -p "$prefix/bin" "$prefix/libexec/kbmend"
	cp "$kbmend" "$prefix/bin"
	cp "$hostile_worker" "$prefix/libexec/kbmend/kbmend-worker"
	cp -r "$build/share" "$prefix"
	kbm=$prefix/bin/kbmend
	for form in $forms; do
		clean "$kbm" list -v -f "$form"
		clean "$kbm" describe "$scratch/evil.lua" -f "$form"
		clean "$kbm" run "$scratch/evil.lua" -v -t $hive -f "$form"
		clean "$kbm" run "$scratch/evil.lua" -v -t $hive -f "$form" --color always
		clean "$kbm" run "$scratch/evil.lua" "$scratch/../x" -t $hive -f "$form"
		clean "$kbm" run "$scratch/evil.lua" -t $hive -t $hive -f "$form"
		clean "$kbm" run "$scratch/evil.lua" -t $hive -p x=y -f "$form"
		clean "$kbm" plan "$scratch/evil.lua" -t $hive -f "$form"
		clean "$kbm" reg ls $hive -f "$form"
		clean "$kbm" reg get $hive x -f "$form"
		clean "$kbm" reg get $hive x y -f "$form"
		clean "$kbm" reg check $hive -f "$form"
		clean "$kbm" doctor -f "$form"
	done
	clean "$kbm" run "$scratch/evil.lua" -v -t $hive --unsafe-no-sandbox
	clean "$kbm" plan "$scratch/evil.lua" -t $hive -o "$prefix/plan.json"
	[ ! -e "$prefix/plan.json" ] || clean cat "$prefix/plan.json"
	clean "$kbm" run "$scratch/evil.lua" -t $hive --emit "reg:$prefix/fix.reg"
	tab='\t'
	for form in text json jsonl csv; do
		clean "$kbm" reg dump $hive -f $form
	done
	"$kbm" reg dump --canonical $hive >"$scratch/dump" 2>&1
	[ "$(count_controls '\t' "$scratch/dump")" -eq 0 ] || complain "$mode: a canonical dump"
	tab=
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
