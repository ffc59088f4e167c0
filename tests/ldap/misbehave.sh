#!/bin/sh
# What kbmend makes of servers that misbehave: it cannot tell, says why in one line, in time and in bounded
# memory, and never takes a part for the whole.
# usage: misbehave.sh KBMEND MISBEHAVE MEASURE [MODE...]
# With KBM_NO_MEMORY_LIMIT in the environment memory is not judged: sanitizers take their own.
set -u
cd "$(dirname "$0")/../.." || exit 1
kbmend=$1
misbehave=$2
measure=$3
shift 3
. tests/ldap/servers.sh
. tests/ldap/certificates.sh
certificates_make "$scratch/certificates"
export kbmend misbehave measure certificates

# A line a mode: its name, the seconds that a step may take, what is said, and how it is met when not as
# anybody: `bound` is by name and password.
cases='
mute                  1  had no end within 1.0 s|no answer
silent-bind           1  had no end within 1.0 s                        bound
silent-root           1  had no end within 1.0 s
silent-search         1  had no end within 1.0 s
drip                  1  had no end within 1.0 s
huge-entry            5  message larger than 17 MiB
endless-entries       2  .
endless-intermediate  1  had no end within 1.0 s
empty-pages           5  pages                                          bound
other-id              1  had no end within 1.0 s
ber-huge-length       5  larger than|no LDAP|closed
ber-length-of-length  5  larger than|no LDAP|closed
ber-indefinite        5  no LDAP
ber-empty             5  no LDAP
ber-negative-id       1  had no end within|no LDAP|closed
ber-no-id             1  had no end within|no LDAP|closed
ber-long-id           5  no LDAP|closed
ber-truncated         5  closes the connection at every search
ber-inner-overrun     5  malformed|no LDAP|closed
ber-entry-of-nothing  5  malformed|no LDAP|closed
ber-result-of-nothing 5  no LDAP|closed
ber-unknown-operation 1  had no end within|no LDAP|closed
no-ldap               1  had no end within|no LDAP|closed
referral              5  not whole: the server refers to ldap://127.0.0.1:[0-9]+/ou=AWAY,o=Contoso
reference             5  not whole: the server refers to ldap://127.0.0.1:[0-9]+/ou=AWAY,o=Contoso
ends-in-search        5  closes the connection at every search          bound
disconnects           5  unavailable|closed the connection
size-limit            5  size limit.*ask for a higher limit
operations-error      5  operationsError.*bind with -D
time-limit            5  time limit.*ask for a higher limit
admin-limit           5  administrative limit.*ask for a higher limit
insufficient-access   5  permits it to others only.*bind with -D
busy                  5  busy
unavailable           5  unavailable
result-of-no-table    5  4711
bind-protocol-error   5  refuses LDAP version 3                         bound
bind-stronger         5  stronger or encrypted bind.*-ZZ                bound
bind-credentials      5  name or password is wrong                      bound
bind-unwilling        5  unwilling                                      bound
starttls-error        5  does not have StartTLS                         -ZZ
starttls-unavailable  5  unavailable                                    -ZZ
starttls-silent       1  StartTLS had no end within 1.0 s               -ZZ
starttls-plain        5  TLS                                            -ZZ
range-endless         5  too many values
range-repeats         5  list of values is cut
range-overlaps        5  list of values is cut
range-gap             5  list of values is cut
range-short           5  list of values is cut
dn-nul                5  DN
dn-no-dn              5  DN
dn-bytes              5  DN is no UTF-8
dn-elsewhere          5  from outside of the base that was asked for: cn=EXCH1,o=Elsewhere
attribute-empty       5  attribute
attribute-blank       5  attribute
attribute-nul         5  attribute
attribute-escape      5  attribute
'

# Every mode is met, or stands here as sound enough.
for mode in $("$misbehave" --list); do
	case $mode in sound | ranges | ends-once | modify-*) continue ;; esac
	[ "$mode" != endless-pages ] || continue
	check [ "$(echo "$cases" | grep -c "^$mode ")" -eq 1 ]
done

# Most of them wait most of the time.
wanted=" $* "
echo "$cases" | while read -r mode rest; do
	case $wanted in
	"  " | *" $mode "*) [ -z "$mode" ] || printf '%s\n' "$mode $rest" ;;
	esac
done | tr '\n' '\0' | xargs -0 -n 1 -P 4 sh tests/ldap/misbehave_case.sh >"$scratch/results"
grep -v '^passed ' "$scratch/results"
passed=$((passed + $(awk '/^passed / { n += $2 } END { print n + 0 }' "$scratch/results")))
failed=$((failed + $(awk '/^passed / { n += $4 } END { print n + 0 }' "$scratch/results")))
check grep -q '^passed ' "$scratch/results"
finish
