#!/bin/sh
# A password is nowhere but where it has to be: not in the memory, command line or environment of kbmend
# and kbmend-worker, not in the command line or environment of kbmend-directory, in no output, no plan.
# usage: secrets.sh KBMEND MISBEHAVE FIND_SECRET WITH_TERMINAL
set -u
kbmend=$1
misbehave=$2
find_secret=$3
with_terminal=$4
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
hive=examples/exch1/SYSTEM

# The search itself finds what is there.
sh -c 'secret=$(cat "$1"); mkfifo "$2"; : "$secret"; read -r line <"$2"' sh "$slapd_password" \
	"$scratch/hold" &
holder=$!
until [ -p "$scratch/hold" ]; do :; done
expect 0 "^in memory: " "$find_secret" "$holder" "$slapd_password"
kill "$holder"

# descendants PID: and itself.
descendants() {
	echo "$1"
	for child in $(pgrep -P "$1"); do
		descendants "$child"
	done
}

# not_in PROGRAM PID: no trace of the password. What a process hides from its own user is looked at by
# root only.
not_in() {
	[ -r "/proc/$2/environ" ] || return
	"$find_secret" "$2" "$slapd_password" >"$scratch/out" 2>"$scratch/err"
	case $? in
	0) fail "the password is in $1" ;;
	1) passed=$((passed + 1)) ;;
	*) kill -0 "$2" 2>/dev/null && fail "$1 could not be looked at" ;;
	esac
}

# held STATE LOG-LINE COMMAND...: while the server keeps the command waiting, all its processes are
# searched. kbmend-directory may know the password: it binds again when a connection is lost.
held() {
	state=$1
	reached=$2
	shift 2
	"$@" >"$scratch/held.out" 2>&1 </dev/null &
	command=$!
	check await "$reached" "$misbehave_log"
	programs=""
	for process in $(descendants "$command"); do
		program=$(cat "/proc/$process/comm") # 15 characters of it
		case $program in
		kbmend | kbmend-worker)
			programs="$programs $program"
			not_in "$program, $state" "$process"
			;;
		kbmend-director)
			programs="$programs $program"
			for what in cmdline environ; do
				[ -r "/proc/$process/$what" ] || continue
				check [ "$(grep -cF "$(cat "$slapd_password")" "/proc/$process/$what")" -eq 0 ]
			done
			;;
		esac
	done
	for program in kbmend kbmend-worker kbmend-director; do
		case "$programs " in
		*" $program "*) passed=$((passed + 1)) ;;
		*) fail "$state: there is no $program among$programs" ;;
		esac
	done
	misbehave_stop "$misbehave_pid"
	wait "$command"
	check [ "$(grep -cF "$(cat "$slapd_password")" "$scratch/held.out")" -eq 0 ]
}

printf '%s\n' "$(cat "$slapd_password")" >"$scratch/line"
# A container may have no terminals to give.
terminal=""
if "$with_terminal" none "$scratch/line" true; then terminal=1; else echo "-W is not tried"; fi
for mode in silent-bind silent-search; do
	reached='^bind '
	[ $mode = silent-bind ] || reached='^search base=<o='
	misbehave_start $mode
	held "$mode, -y" "$reached" "$kbmend" run Q298565 -t $hive -H "$misbehave_url" -D "$slapd_user" \
		-y "$scratch/line" --server-timeout 60
	[ -n "$terminal" ] || continue
	misbehave_start $mode
	held "$mode, -W" "$reached" "$with_terminal" assword "$slapd_password" \
		"$kbmend" run Q298565 -t $hive -H "$misbehave_url" -D "$slapd_user" -W --server-timeout 60
done

# --- what is written -------------------------------------------------------------------------------
slapd_start example examples/exch1/directory.ldif
# clean COMMAND...: works as the status says, and shows no password.
clean() {
	expected=$1
	shift
	expect "$expected" . "$@"
	check [ "$(cat "$scratch/out" "$scratch/err" | grep -cF "$(cat "$slapd_password")")" -eq 0 ]
}
set -- -t $hive -H "$slapd_ldap" -D "$slapd_user"
clean 2 "$kbmend" run Q298565 "$@" -y "$slapd_password"
clean 2 "$kbmend" run Q298565 "$@" -y "$slapd_password" -v
clean 2 "$kbmend" run Q298565 "$@" -y "$slapd_password" -f json
clean 2 "$kbmend" plan Q298565 "$@" -y "$slapd_password" -o "$scratch/plan"
clean 0 cat "$scratch/plan"
clean 0 "$kbmend" show "$scratch/plan"
[ -z "$terminal" ] || clean 2 "$with_terminal" assword "$slapd_password" "$kbmend" run Q298565 "$@" -W
check [ -z "$(find "$HOME" -newer "$scratch/plan" -type f -name '*kbmend*')" ]
# Wrong, empty, missing; and nothing is asked where there is no terminal.
printf 'not the secret at all' >"$scratch/wrong"
: >"$scratch/empty"
expect 1 "name or password is wrong" "$kbmend" run Q298565 "$@" -y "$scratch/wrong"
check [ "$(cat "$scratch/out" "$scratch/err" | grep -c "not the secret")" -eq 0 ]
expect 1 "empty" "$kbmend" run Q298565 "$@" -y "$scratch/empty"
expect 1 "$scratch/none: No such file" "$kbmend" run Q298565 "$@" -y "$scratch/none"
expect 3 "-W: there is no terminal.*-y FILE" setsid "$kbmend" run Q298565 "$@" -W
expect 64 "-D|-y|-W" "$kbmend" run Q298565 "$@"
expect 64 "unknown option -w|-w" "$kbmend" run Q298565 "$@" -w secret

finish
