#!/bin/sh
# Questions of all kinds to a server and to an LDIF file of the same content: the same entries with the
# same values.
# usage: queries.sh KBMEND LUA
set -u
kbmend=$1
lua=$2
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
slapd_find
tab=$(printf '\t')
slapd_start odd tests/ldap/odd-names.ldif
odd=$slapd_ldap
slapd_start exch1 examples/exch1/directory.ldif
exch1=$slapd_ldap
slapd_start answers tests/data/exchange55.ldif
answers=$slapd_ldap

# A line a question: which directory, scope, base, filter, attributes.
{
	grep -v '^#' tests/ldap/queries.tsv
	grep -v '^#' tests/data/slapd-answers.tsv | awk -F "$tab" -v OFS="$tab" \
		'{ print "answers", $1, $2, $3, NR % 2 ? "rdn" : "" }'
} >"$scratch/questions"

# answer NUMBER LINE: asks both; a line for the list of answers.
answer() {
	which=${2%%"$tab"*} rest=${2#*"$tab"}
	scope=${rest%%"$tab"*} rest=${rest#*"$tab"}
	base=${rest%%"$tab"*} rest=${rest#*"$tab"}
	filter=${rest%%"$tab"*} attributes=${rest#*"$tab"}
	case $which in
	odd) url=$odd ldif=tests/ldap/odd-names.ldif ;;
	exch1) url=$exch1 ldif=examples/exch1/directory.ldif ;;
	*) url=$answers ldif=tests/data/exchange55.ldif ;;
	esac
	number=$1
	question=$2
	set -f # an attribute may be *
	# shellcheck disable=SC2086 # the attributes are words
	set -- -f jsonl -s "$scope" -b "$base" "$filter" $attributes
	# Bound: what anybody does not see may be there.
	"$kbmend" dir search -H "$url" -D "$slapd_user" -y "$slapd_password" "$@" >"$scratch/$number.server" 2>/dev/null
	server=$?
	"$kbmend" dir search -t "$ldif" "$@" >"$scratch/$number.ldif" 2>/dev/null
	printf '%s\n' "$number $server $? $question"
}

# ask 0|1: every second question, so that two cores have work.
ask() {
	count=0
	while IFS= read -r line; do
		count=$((count + 1))
		[ $((count % 2)) -ne "$1" ] || answer "$count" "$line" </dev/null
	done <"$scratch/questions" >"$scratch/list.$1"
}
ask 0 &
ask 1
wait $!

cat "$scratch/list.0" "$scratch/list.1" >"$scratch/list"
check [ "$(wc -l <"$scratch/list")" -gt 500 ]
expect 0 " 0 answered differently" "$lua" tests/ldap/compare_entries.lua "$scratch"
tail -n 1 "$scratch/out"
finish
