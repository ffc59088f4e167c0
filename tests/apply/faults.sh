#!/bin/sh
# A fault at every call on files that `kbmend apply` makes: the hive is the old one or the new one, whole; the
# journal says which; history, apply and undo work afterwards. Prints how many were tried.
# usage: faults.sh KBMEND LIBRARY REG2HIVE FOLDER
set -u
kbmend=$1
library=$2
reg2hive=$3
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d "$4/kbmend-apply.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
target=$work/target
ldif=$PWD/examples/exch1/directory.ldif
tried=0
failed=0

hash_of() {
	sha256sum <"$1" | cut -d ' ' -f 1
}
complain() {
	failed=$((failed + 1))
	echo "FAILED: $fault at call $call ($(sed -n "${call}p" "$work/calls")): $*"
	head -c 1000 "$work/out" "$work/err"
}
# The hive as it was, without a journal, in folders of its own.
fresh() {
	rm -rf "$target" "$work/state"
	mkdir "$target" "$work/state"
	cp examples/exch1/SYSTEM "$target"
}
state() {
	"$kbmend" "$@" --state-dir "$work/state" >"$work/out" 2>"$work/err" </dev/null
}
faulty() {
	LD_PRELOAD=$library KBM_FAULTS_BELOW=$target:$work/state KBM_FAULTS_AT=$call KBM_FAULTS_DO=$fault \
		KBM_FAULTS_LOG=$work/log "$kbmend" apply "$work/plan.json" --yes --state-dir "$work/state" \
		>"$work/out" 2>"$work/err" </dev/null
}

fresh
"$kbmend" plan Q298565 -t "$target/SYSTEM" -t "$ldif" -q -o "$work/plan.json" >/dev/null 2>&1
before=$(hash_of "$target/SYSTEM")
call=0 fault=EIO
: >"$work/log"
faulty || {
	echo "FAILED: apply without a fault"
	cat "$work/out" "$work/err"
	exit 1
}
mv "$work/log" "$work/calls"
# Keys carry the time of the change: the new hive is never the same twice, but for what is in it.
is_new() {
	"$kbmend" run Q298565 -t "$target/SYSTEM" -t "$ldif" -q >/dev/null 2>&1
}
calls=$(wc -l <"$work/calls")

# After the fault: what is there, what is said, and that all goes on.
judge() {
	status=$1
	now=old
	if [ "$(hash_of "$target/SYSTEM")" != "$before" ]; then
		now=new
		is_new || { complain "the hive is neither the old nor the new one"; return; }
	fi
	case $status:$now in
	0:new | 137:* | [134]:old | 5:new) ;;
	*) complain "exit status $status with the $now hive" ;;
	esac
	state history || complain "history: $?"
	if [ "$status" -eq 137 ] && [ -s "$work/out" ] && ! grep -q "nothing was applied" "$work/out"; then
		grep -qE "fixed|failed" "$work/out" || complain "history does not tell"
	fi
	[ -z "$(find "$target" -name '*.kbmend-*')" ] || complain "a new file was left"
	state apply "$work/plan.json" --yes || complain "apply afterwards: $?"
	is_new || complain "the hive is not repaired afterwards"
	last=$(ls "$work/state/journal" | sort -n | tail -n 1)
	while [ "$last" -gt 0 ]; do
		state undo "$last" --yes || complain "undo $last: $?"
		last=$((last - 1))
	done
	[ "$(hash_of "$target/SYSTEM")" = "$before" ] || complain "undo does not lead back"
}

for fault in ENOSPC EIO EINTR short kill-before kill-after; do
	call=1
	while [ "$call" -le "$calls" ]; do
		fresh
		faulty
		judge $?
		tried=$((tried + 1))
		call=$((call + 1))
	done
done

# Two hives: what was done to the first is taken back when the second cannot take its place.
printf 'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor]\r\n"Old"="yes"\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes]\r\n' >"$work/software.reg"
cat >"$work/two.lua" <<'LUA'
local PLACES = { [[HKLM\SYSTEM\CurrentControlSet\Control]], [[HKLM\SOFTWARE\Vendor]] }
return {
  api = 1, id = "two", version = "1.0.0", severity = "low", title = "Two hives",
  needs = { registry = { "SYSTEM", "SOFTWARE" } },
  check = function(target)
    for _, place in ipairs(PLACES) do
      if not target.registry:get(place, "New") then
        return target:fail{ id = "old", message = "something is old", because = "it says so" }
      end
    end
    target:pass("both are new")
  end,
  fix = function(_, _, _, plan)
    for _, place in ipairs(PLACES) do plan:set_value(place, "New", "REG_SZ", "yes", { why = "a test" }) end
  end,
}
LUA
two() {
	fresh
	"$reg2hive" --hive SOFTWARE "$work/software.reg" "$target/SOFTWARE" || complain "reg2hive"
	second=$(hash_of "$target/SOFTWARE")
	: >"$work/log"
	LD_PRELOAD=$library KBM_FAULTS_BELOW=$target:$work/state KBM_FAULTS_AT=$call KBM_FAULTS_DO=$fault \
		KBM_FAULTS_LOG=$work/log "$kbmend" run "$work/two.lua" -t "$target/SYSTEM" -t "$target/SOFTWARE" \
		--apply --yes --state-dir "$work/state" >"$work/out" 2>"$work/err" </dev/null
}
call=0
two || complain "two hives: $?"
cp "$work/log" "$work/calls"
places=$(sed -n 's#^\([0-9]*\) rename.*/target/\.SOFTWARE\.kbmend-1$#\1#p' "$work/log")
[ -n "$places" ] || complain "nothing takes the place of the second hive"
for call in $places; do
	for fault in EIO ENOSPC kill-before; do
		two
		status=$?
		tried=$((tried + 1))
		if [ "$fault" = kill-before ]; then
			# Killed between the two: history tells, undo leads back.
			state history || complain "history: $?"
			grep -q "SYSTEM: " "$work/out" "$work/err" || complain "history does not tell of SYSTEM"
			state undo 1 --yes || complain "undo 1: $?"
		elif [ "$status" -ne 4 ]; then
			complain "two hives: exit status $status"
		fi
		[ "$(hash_of "$target/SYSTEM")" = "$before" ] || complain "the first hive is not as before"
		[ "$(hash_of "$target/SOFTWARE")" = "$second" ] || complain "the second hive is not as before"
	done
done
echo "$calls calls on files, $tried faults tried, $failed failed"
[ "$failed" -eq 0 ] && [ "$calls" -gt 20 ]
