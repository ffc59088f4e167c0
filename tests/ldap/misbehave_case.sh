#!/bin/sh
# One line of the table in misbehave.sh, which runs this with $kbmend, $misbehave, $measure and
# $certificates in the environment: `dir search` and `run` against one server.
set -u
. tests/ldap/servers.sh
umask 077
printf 'Gr8 secret of NTDOMAIN' >"$slapd_password"
hive=examples/exch1/SYSTEM
most_kib=307200

line=$1
mode=${line%% *}
words=$(echo "$line" | sed 's/^[^ ]* *[0-9]* *//; s/ *\(bound\|-ZZ\)$//')
seconds=$(echo "$line" | sed 's/^[^ ]* *\([0-9]*\).*/\1/')
case $line in
*" bound") set -- -D "$slapd_user" -y "$slapd_password" ;;
*" -ZZ") set -- -ZZ --ca-file "$certificates/ca.pem" ;;
*) set -- ;;
esac

# that WORDS COMMAND...: WORDS are what is wrong when the command fails.
that() {
	wrong=$1
	shift
	if "$@"; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		echo "FAILED: $mode, $what: $wrong"
	fi
}

# judge WHAT COMMAND...: it cannot tell, and says why in one line, in time.
judge() {
	what=$1
	shift
	"$measure" "$scratch/measured" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	read -r took memory <"$scratch/measured"
	said >"$scratch/said"
	said=$(cat "$scratch/said")
	that "status $status" [ "$status" -eq 1 ]
	that "not one line: $said" [ "$(grep -c . "$scratch/said")" -eq 1 ]
	that "it says: $said" grep -qE "$words" "$scratch/said"
	that "it names no server: $said" grep -qF "$misbehave_url" "$scratch/said"
	# A step may be made again once; the rest is for a busy machine.
	that "it took $took ms" [ "$took" -lt $((seconds * 2000 + 8000)) ]
	[ -n "${KBM_NO_MEMORY_LIMIT-}" ] || that "it took $memory KiB" [ "$memory" -lt $most_kib ]
}

misbehave_start sound
elsewhere=$misbehave_log
misbehave_start "$mode" "ldap://127.0.0.1:$misbehave_port/ou=AWAY,o=Contoso"
set -- -H "$misbehave_url" --server-timeout "$seconds" "$@"

judge "dir search" "$kbmend" dir search "$@" -f jsonl "(rdn=*)" rdn member
that "entries came without a warning" [ ! -s "$scratch/out" ]
judge run "$kbmend" run Q298565 -t $hive "$@" -f json
that "a verdict" [ "$(grep -cE '"verdict": "(pass|fail|notapplicable)"' "$scratch/out")" -eq 0 ]
that "the other server was met" [ ! -s "$elsewhere" ]
case $mode in
starttls-*) that "requests in the clear" [ "$(grep -cE '^(bind|search)' "$misbehave_log")" -eq 0 ] ;;
esac
echo "passed $passed failed $failed"
