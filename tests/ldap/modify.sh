#!/bin/sh
# Changes of entries: made where the entry is as it was, refused by the server where it is not, sent once,
# and said to be unknown where no answer came.
# usage: modify.sh KBMEND MODIFY_ENTRY MISBEHAVE
set -u
modify_entry=$2
misbehave=$3
cd "$(dirname "$0")/../.." || exit 1
. tests/ldap/servers.sh
. tests/ldap/certificates.sh
slapd_find
certificates_make "$scratch/certificates"
refused=6
unreadable=3
unknown=103
invalid=2

# The directory: the example's and entries to work on.
entry="cn=Test,o=Contoso"
{
	cat examples/exch1/directory.ldif
	printf '\ndn: %s\nobjectClass: Container\nobjectClass: e55Top\nobjectClass: e55Mailbox\n' "$entry"
	printf 'cn: Test\nrdn: Test\nAdmin-Display-Name: one\n'
	printf 'description: A\ndescription: B\ndescription: C\n'
	printf 'Home-MTA: cn=A,o=Contoso\nAssoc-NT-Account:: AAEC/w==\nAssoc-NT-Account:: KCkqXA==\n'
	printf 'NT-Security-Descriptor:: AQIDBA==\n'
	printf '\ndn: cn=Options,o=Contoso\nobjectClass: Container\ncn: Options\nrdn: Options\n'
	printf 'description;lang-de: Vorstand\ndescription;lang-en: board\n'
	printf '\ndn: cn=Bare,o=Contoso\nobjectClass: Container\ncn: Bare\nrdn: Bare\n'
	printf '\ndn: cn=Locked,o=Contoso\nobjectClass: Container\ncn: Locked\nrdn: Locked\n'
	printf 'description: A\n'
	printf '\ndn: cn=EXCH2,o=Contoso\nobjectClass: Computer\ncn: EXCH2\nrdn: EXCH2\nVersion-Number: 0\n'
} >"$scratch/base.ldif"

# holds DN ATTRIBUTE VALUE...: exactly these values, as ldapsearch writes them.
holds() {
	held_dn=$1
	held_attribute=$2
	shift 2
	for held_value; do
		printf '%s\n' "$held_attribute: $held_value"
	done | sort >"$scratch/wanted"
	LDAPNOINIT=1 ldapsearch -x -LLL -o ldif-wrap=no -H "$slapd_ldapi" -s base -b "$held_dn" \
		"$held_attribute" 2>&1 | grep "^$held_attribute:" | sort >"$scratch/held"
	if cmp -s "$scratch/wanted" "$scratch/held"; then passed=$((passed + 1)); else
		cp "$scratch/held" "$scratch/out"
		fail "$held_dn $held_attribute: not $*"
	fi
}

# somebody LDIF...: another client changes something; lines of a modify's record.
somebody() {
	printf '%s\n' "$@" | LDAPNOINIT=1 ldapmodify -Q -Y EXTERNAL -H "$slapd_ldapi" >"$scratch/out" 2>&1 ||
		fail "ldapmodify"
}

# tried STATUS PATTERN ARGUMENT...: one line that matches it all, and the exit status; who may write.
tried() {
	tried_status=$1
	tried_pattern=$2
	shift 2
	expect "$tried_status" "$tried_pattern" "$modify_entry" $how "$@"
	check [ "$(wc -l <"$scratch/out")" -eq 1 ]
	check [ ! -s "$scratch/err" ]
}
# The same, with more arguments from its input, a NUL behind each.
tried_list() {
	tried_status=$1
	tried_pattern=$2
	shift 2
	xargs -0 -x -s 1000000 sh -c '"$@"; echo $? >"$0"' "$scratch/status" "$modify_entry" $how "$@" >"$scratch/out" 2>&1
	check [ "$(cat "$scratch/status")" -eq "$tried_status" ]
	check grep -qE "$tried_pattern" "$scratch/out"
}
# Requests that change something, which the server has met so far.
met() { grep -c ' MOD dn=' "$slapd_folder/log"; }

slapd_writable=1
slapd_debug=256
slapd_certificate=$certificates/good

# --- all of it with the assertion control and without ---------------------------------------------
for slapd_hidden in "" supportedControl; do
	slapd_start "writable$slapd_hidden" "$scratch/base.ldif"
	how="-H $slapd_ldap -D $slapd_user -y $slapd_password"

	# one value, and back; each is one request
	tried 0 '^OK$' entry=$entry attribute=Admin-Display-Name before=one after=two
	holds $entry Admin-Display-Name two
	check [ "$(met)" -eq 1 ]
	tried 0 '^OK$' entry=$entry attribute=Admin-Display-Name before=two after=one
	holds $entry Admin-Display-Name one
	# only the case
	tried 0 '^OK$' entry=$entry attribute=Admin-Display-Name before=one after=ONE
	holds $entry Admin-Display-Name ONE
	check [ "$(met)" -eq 3 ]

	# absent: added; the last value: deleted
	tried 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description after=new
	holds cn=Bare,o=Contoso description new
	tried 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description before=new
	holds cn=Bare,o=Contoso description

	# some of several values, in any order; and all of them
	tried 0 '^OK$' entry=$entry attribute=description before=C before=A before=B after=D after=A after=C
	holds $entry description A C D
	tried 0 '^OK$' entry=$entry attribute=description before=C before=A before=D after=E after=F
	holds $entry description E F
	# several attributes at once, under any spelling of the name; values with spaces, empty ends
	tried 0 '^OK$' "entry=CN=test, O=contoso" attribute=description before=E before=F \
		"after=a (b) * \\5cc" entry=$entry attribute=Home-MTA before=cn=A,o=Contoso \
		"after=cn=B\\5c2c C,o=Contoso"
	holds $entry description "a (b) * \\c"
	holds $entry Home-MTA "cn=B\\2C C,o=Contoso"
	tried 0 '^OK$' entry=$entry attribute=description "before=a (b) * \\5cc" after=A after=B after=C

	# options are attributes of their own
	tried 0 '^OK$' "entry=cn=Options,o=Contoso" "attribute=description;lang-de" before=Vorstand after=Rat
	tried 0 '^OK$' "entry=cn=Options,o=Contoso" attribute=description after=none
	holds cn=Options,o=Contoso description none
	tried 0 '^OK$' "entry=cn=Options,o=Contoso" attribute=description before=none
	holds cn=Options,o=Contoso "description;lang-de" Rat
	holds cn=Options,o=Contoso "description;lang-en" board

	# bytes: NUL, no UTF-8, what filters escape
	tried 0 '^OK$' entry=$entry attribute=Assoc-NT-Account 'before=\00\01\02\ff' 'before=()*\5c' \
		'after=\00\01\02\fe' 'after=()*\5c'
	LDAPNOINIT=1 ldapsearch -x -LLL -H "$slapd_ldap" -s base -b $entry Assoc-NT-Account >"$scratch/out"
	check grep -q '^Assoc-NT-Account:: AAEC/g==$' "$scratch/out"
	check grep -qF 'Assoc-NT-Account: ()*\' "$scratch/out"
	check [ "$(grep -c '^Assoc' "$scratch/out")" -eq 2 ]
	tried 0 '^OK$' entry=$entry attribute=Assoc-NT-Account 'before=\00\01\02\fe' 'before=()*\5c' \
		'after=\00\01\02\ff' 'after=()*\5c'
	# as much as a change may hold, where the server takes it
	head -c 100000 /dev/zero | tr '\0' x >"$scratch/long"
	tried 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description "after=$(cat "$scratch/long")"
	tried 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description "before=$(cat "$scratch/long")" after=short
	tried 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description before=short

	# Long lists, with an assertion about all of it, and beyond what is asserted.
	for length in 800 3000; do
		seq -f "after=value number %.0f, which is as long as a name" "$length" >"$scratch/list"
		sed 's/after/before/' "$scratch/list" >"$scratch/old"
		sed '1,2d' "$scratch/list" >"$scratch/new"
		tr '\n' '\0' <"$scratch/list" | tried_list 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description
		cat "$scratch/old" "$scratch/new" | tr '\n' '\0' |
			tried_list 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description
		LDAPNOINIT=1 ldapsearch -x -LLL -H "$slapd_ldap" -s base -b cn=Bare,o=Contoso description >"$scratch/out"
		check [ "$(grep -c '^description: value number' "$scratch/out")" -eq $((length - 2)) ]
		cat "$scratch/old" "$scratch/new" | tr '\n' '\0' |
			tried_list $refused 'not what it was' entry=cn=Bare,o=Contoso attribute=description
		sed '1,2d' "$scratch/old" | tr '\n' '\0' |
			tried_list 0 '^OK$' entry=cn=Bare,o=Contoso attribute=description
		holds cn=Bare,o=Contoso description
	done

	# what moved meanwhile: the server says so, the entry stays; and it was asked once each time
	before=$(met)
	somebody "dn: $entry" "changetype: modify" "replace: Admin-Display-Name" "Admin-Display-Name: moved"
	tried $refused "$slapd_ldap: .*not what it was" entry=$entry attribute=Admin-Display-Name before=ONE after=two
	holds $entry Admin-Display-Name moved
	# one attribute of two: neither is changed
	tried $refused "not what it was" entry=$entry attribute=description before=A before=B before=C after=X \
		entry=$entry attribute=Admin-Display-Name before=ONE after=two
	holds $entry description A B C
	holds $entry Admin-Display-Name moved
	# absent before, and there now
	tried $refused "not what it was" entry=$entry attribute=Admin-Display-Name after=moved
	# the same values already
	tried $refused "not what it was" entry=$entry attribute=description before=A before=B after=B after=C
	# gone
	tried $refused "not what it was" entry=cn=Bare,o=Contoso attribute=description before=A after=B
	check [ "$(met)" -eq $((before + 6)) ]
	somebody "dn: $entry" "changetype: modify" "replace: Admin-Display-Name" "Admin-Display-Name: one"
	# What only the assertion tells: a value that stays was taken away, an attribute of several values is
	# there that was not.
	somebody "dn: $entry" "changetype: modify" "delete: description" "description: A"
	if [ -z "$slapd_hidden" ]; then
		tried $refused "'description' is not what it was; look again" entry=$entry \
			attribute=description before=A before=B before=C after=A after=B after=D
		holds $entry description B C
		tried $refused "'description' is not what it was; look again" entry=$entry \
			attribute=description after=D
		somebody "dn: $entry" "changetype: modify" "add: description" "description: A"
	else
		tried 0 '^OK$' entry=$entry attribute=description before=A before=B before=C \
			after=A after=B after=D
		holds $entry description B D
		somebody "dn: $entry" "changetype: modify" "replace: description" "description: A" \
			"description: B" "description: C"
	fi

	# refused for other reasons, in words of our own and the server's
	tried $refused "equality" entry=$entry attribute=NT-Security-Descriptor 'before=\01\02\03\04' 'after=\05'
	tried $refused "schema" entry=cn=Bare,o=Contoso attribute=telephoneNumber after=555
	tried $refused "schema" entry=o=Contoso attribute=objectClass before=organization
	tried $refused "names its entry" entry=cn=Bare,o=Contoso attribute=cn before=Bare after=Renamed
	tried $refused "does not have such an attribute" entry=$entry attribute=noSuchAttribute after=x
	tried $refused "none of its attribute" entry=$entry attribute=Home-MTA "before=cn=B\\5c2c C,o=Contoso" \
		"after=no name"
	tried $refused "not there" entry=cn=Nobody,o=Contoso attribute=description after=x
	tried $refused "outside of what the server permits" entry=$entry attribute=Admin-Display-Name \
		before=one after=one after=two
	holds $entry Admin-Display-Name one
	holds $entry cn Test

	# mistakes never get to the server
	before=$(met)
	tried $invalid "twice" entry=$entry attribute=description before=A after=B after=B
	tried $invalid "changed twice" entry=$entry attribute=cn before=A after=B attribute=commonName after=C
	tried $invalid "not changed" entry=$entry attribute=description before=A before=B after=B after=A
	tried $invalid "name of an attribute" entry=$entry "attribute=member;range=0-9" after=A
	tried $invalid "name of an attribute" entry=$entry "attribute=a b" after=A
	tried $invalid "the entry" "entry=no name" attribute=cn after=A
	tried $invalid "the entry" "entry=" attribute=cn after=A
	tried 10 "another entry" entry=$entry attribute=cn after=A entry=o=Contoso attribute=rdn after=A
	tried $invalid "no attribute"
	check [ "$(met)" -eq "$before" ]

	# who may not
	tried $refused "does not let this bind change it.*bind as one who may" entry=cn=Locked,o=Contoso \
		attribute=description before=A after=B
	how="-H $slapd_ldap"
	tried $refused "stronger or encrypted bind.*bind with -D" entry=$entry \
		attribute=Admin-Display-Name before=one after=two
	holds $entry Admin-Display-Name one

	# every kind of connection
	for how in "-H $slapd_ldapi -Y EXTERNAL" "-H $slapd_ldapi -D $slapd_user -y $slapd_password" \
		"-H $slapd_ldap -ZZ --ca-file $certificates/ca.pem -D $slapd_user -y $slapd_password" \
		"-H $slapd_ldaps --ca-file $certificates/ca.pem -D $slapd_user -y $slapd_password"; do
		tried 0 '^OK$' entry=$entry attribute=Admin-Display-Name before=one after=two
		tried 0 '^OK$' entry=$entry attribute=Admin-Display-Name before=two after=one
	done
	how="-H $slapd_ldap -D $slapd_user -y $slapd_password"

	# what was answered before is forgotten
	expect 0 "^after Admin-Display-Name: <two>$" "$modify_entry" $how look entry=$entry \
		attribute=Admin-Display-Name before=one after=two
	check [ "$(sed -n 1,2p "$scratch/out" | tr '\n' '|')" = "before Admin-Display-Name: <one>|OK|" ]
	expect $refused "^after Admin-Display-Name: <two>$" "$modify_entry" $how look entry=$entry \
		attribute=Admin-Display-Name before=one after=three
	expect $refused "^REFUSED" "$modify_entry" $how again entry=$entry attribute=Admin-Display-Name \
		before=two after=one
	check [ "$(sed -n 1p "$scratch/out")" = OK ]

	# Two at once, each adding to what it reads: not one step is lost.
	for worker in 1 2; do
		"$modify_entry" $how increments=200 entry=cn=EXCH2,o=Contoso attribute=Version-Number \
			>"$scratch/worker.$worker" 2>&1 &
		eval "worker_$worker=\$!"
	done
	wait "$worker_1"
	check [ $? -eq 0 ]
	wait "$worker_2"
	check [ $? -eq 0 ]
	check [ "$(cat "$scratch/worker.1" "$scratch/worker.2" | tr '\n' ' ')" = "200 200 " ]
	holds cn=EXCH2,o=Contoso Version-Number 400
	slapd_stop -TERM "$slapd_pid"
done
slapd_hidden=""

# --- a server that goes, and comes back ------------------------------------------------------------
# begins ARGUMENT...: connected, has looked, and waits.
begins() {
	rm -f "$scratch/fifo"
	mkfifo "$scratch/fifo"
	: >"$scratch/begun"
	"$modify_entry" "$@" look "wait=$scratch/fifo" entry=$entry attribute=Admin-Display-Name before=one \
		after=two >"$scratch/begun" 2>&1 &
	begun=$!
	check await '^ready$' "$scratch/begun"
}
# ends STATUS PATTERN
ends() {
	echo >"$scratch/fifo"
	wait "$begun"
	check [ $? -eq "$1" ]
	check grep -qE "$2" "$scratch/begun"
}
slapd_start comes "$scratch/base.ldif"
how="-H $slapd_ldap -D $slapd_user -y $slapd_password"
begins $how
slapd_stop -KILL "$slapd_pid"
check slapd_again
# The new server's log begins anew. What was closed meanwhile is found out before anything is sent.
ends 0 '^OK$'
holds $entry Admin-Display-Name two
check [ "$(met)" -eq 1 ]
somebody "dn: $entry" "changetype: modify" "replace: Admin-Display-Name" "Admin-Display-Name: one"
begins $how
slapd_stop -KILL "$slapd_pid"
ends $unreadable '^UNREADABLE .*Connection refused'
check slapd_again
holds $entry Admin-Display-Name one
begins $how --server-timeout 1
kill -STOP "$slapd_pid"
# Each of its threads stops when it gets to it.
while cat "/proc/$slapd_pid/task/"*/status | grep '^State:' | grep -qv '(stopped)'; do :; done
ends $unreadable '^UNREADABLE .*an answer had no end within 1.0 s'
kill -CONT "$slapd_pid"
holds $entry Admin-Display-Name one
check [ "$(met)" -eq 0 ]
slapd_stop -TERM "$slapd_pid"

# --- servers that misbehave --------------------------------------------------------------------------
# A line a mode: its name, the outcome, what is said. Each is sent once, and nothing goes elsewhere.
misbehave_start sound
elsewhere_log=$misbehave_log
elsewhere=$misbehave_url
cases='
sound                      OK
modify-asserted            OK
modify-done-then-ends      OK
modify-silent              UNREADABLE unknown  had no end within 1.0 s.*is not known
modify-drip                UNREADABLE unknown  had no end within 1.0 s.*is not known
modify-other-id            UNREADABLE unknown  had no end within 1.0 s.*is not known
modify-ends                UNREADABLE unknown  the server closed the connection: whether .* is not known
modify-disconnects         UNREADABLE unknown  the server closed the connection: whether .* is not known
modify-wrong-type          UNREADABLE unknown  no LDAP: whether .* is not known
modify-no-ldap             UNREADABLE unknown  is not known
modify-ber-truncated       UNREADABLE unknown  is not known
modify-ber-of-nothing      UNREADABLE unknown  no LDAP: whether .* is not known
modify-ber-huge-length     UNREADABLE unknown  is not known
modify-refers              REFUSED             refers to ldap://127.0.0.1:[0-9]*/o=Contoso; changes are made
modify-no-control          REFUSED             refuses a control
modify-busy                REFUSED             busy; try again later
modify-chatty              REFUSED             outside of what the server permits .it was Gr8 secret.
modify-result-of-no-table  REFUSED             the change ended with LDAP result 4711
'
for mode in $("$misbehave" --list | grep '^modify-'); do
	check [ "$(echo "$cases" | grep -c "^$mode ")" -eq 1 ]
done
echo "$cases" | grep . >"$scratch/cases"
while read -r mode outcome; do
	words=$(echo "$outcome" | sed 's/^[A-Z]* *\(unknown\)* *//')
	status=0
	case $outcome in
	*unknown*) status=$unknown outcome="UNREADABLE unknown $misbehave_url" ;;
	REFUSED*) status=$refused outcome="REFUSED $misbehave_url" ;;
	esac
	misbehave_start "$mode" "$elsewhere/o=Contoso"
	how="-H $misbehave_url --server-timeout 1"
	outcome=$(echo "$outcome" | sed 's/ ldap:.*//')
	tried $status "^$outcome( $misbehave_url: .*$words.*)?$" entry=$entry attribute=rdn "before=value 0" after=x
	check grep -qE "$words" "$scratch/out"
	check [ "$(grep -c '^modify ' "$misbehave_log")" -eq 1 ]
	check grep -q "^modify name=<$entry> delete rdn 1, add rdn 1\( asserted\)*$" "$misbehave_log"
	# What no answer came to is looked at on a new connection.
	[ "$mode" != modify-ends ] && [ "$mode" != modify-silent ] ||
		expect $status "^after rdn: <value 0>$" "$modify_entry" $how look entry=$entry attribute=rdn \
			"before=value 0" after=x
	case $mode in
	modify-asserted | modify-no-control) check grep -q '^modify .* asserted$' "$misbehave_log" ;;
	*) check [ "$(grep -c '^modify .* asserted$' "$misbehave_log")" -eq 0 ] ;;
	esac
	misbehave_stop "$misbehave_pid"
done <"$scratch/cases"
check [ ! -s "$elsewhere_log" ]

# A server may repeat what is written: its words about a password are not passed on.
misbehave_start modify-chatty
how="-H $misbehave_url"
tried $refused "outside of what the server permits" entry=$entry attribute=description after=x \
	entry=$entry attribute=userPassword "after=Gr8 secret"
check [ "$(grep -c Gr8 "$scratch/out")" -eq 0 ]
check [ "$(grep -c '^modify ' "$misbehave_log")" -eq 1 ]

# Without a sound answer before, nothing is sent.
for mode in mute silent-bind silent-root silent-search drip ber-empty disconnects; do
	misbehave_start $mode
	how="-H $misbehave_url --server-timeout 1"
	tried $unreadable "^UNREADABLE $misbehave_url: " entry=$entry attribute=rdn "before=value 0" after=x
	check [ "$(grep -c '^modify ' "$misbehave_log")" -eq 0 ]
	misbehave_stop "$misbehave_pid"
done
misbehave_start sound
misbehave_stop "$misbehave_pid"
how="-H $misbehave_url"
tried $unreadable "^UNREADABLE $misbehave_url: .*Connection refused" entry=$entry attribute=rdn after=x

# kbmend-directory ends while the server is silent.
misbehave_start modify-silent
"$modify_entry" -H "$misbehave_url" --server-timeout 60 entry=$entry attribute=rdn "before=value 0" after=x \
	>"$scratch/out" 2>"$scratch/err" &
command=$!
check await '^modify ' "$misbehave_log"
for process in $(pgrep -P "$command"); do
	[ "$(cat "/proc/$process/comm")" != kbmend-director ] || kill -KILL "$process"
done
wait "$command"
check [ $? -eq $unknown ]
check grep -q "^UNREADABLE unknown $misbehave_url: .*whether the entry was changed is not known" "$scratch/out"
check [ "$(grep -c '^modify ' "$misbehave_log")" -eq 1 ]

# --- an LDIF file --------------------------------------------------------------------------------------
how="-t examples/exch1/directory.ldif"
tried 5 "^UNSUPPORTED examples/exch1/directory.ldif: an LDIF file is not changed: --emit ldif" \
	entry=o=Contoso attribute=description after=x

finish
