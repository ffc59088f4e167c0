# Private slapd servers for tests: read with `.` from the top of the source tree, after $scratch is a
# folder of mode 0700, as mktemp makes them. They run as any user, listen on loopback and in that
# folder only, and are stopped by their process ids.
#
#   slapd_find                 exit status 77 where there is no slapd
#   slapd_start NAME LDIF...   loads the files into $scratch/NAME and starts a server on them
#   slapd_again                starts the last one again, on the same port
#   slapd_stop SIGNAL PID      ends one and waits until it is gone
#   slapd_stop_all             ends all that run: for a trap
#
# What slapd_start heeds, when not empty: slapd_strict (anonymous sees no cn=Configuration, as Exchange
# 5.5 has it), slapd_limit (entries that a search gives at most), slapd_certificate (path without
# .pem and .key: there are ldaps and StartTLS then), slapd_debug (256: $slapd_folder/log has a line for
# each request), slapd_writable (who binds may change entries, but those called cn=Locked), slapd_hidden (an attribute of the root DSE
# that is not shown).
# What it sets: slapd_pid, slapd_folder, slapd_port, slapd_base, and the URLs slapd_ldap, slapd_ldapi,
# slapd_ldaps. Who may bind: $slapd_user, whose password is in the file $slapd_password; SASL EXTERNAL
# over ldapi is that user too.
slapd_strict=""
slapd_limit=""
slapd_certificate=""
slapd_debug=""
slapd_writable=""
slapd_hidden=""
slapd_user="cn=exadmin,cn=NTDOMAIN"
slapd_password=$scratch/password
slapd_pids=""
slapd_tests=$PWD/tests/ldap

# A slapd that tests/ldap/unpack_slapd.sh unpacked goes before the system's.
slapd_find() {
	for slapd_root in "$PWD/build/slapd" ""; do
		[ -x "$slapd_root/usr/sbin/slapd" ] && break
	done
	if [ ! -x "$slapd_root/usr/sbin/slapd" ] || ! command -v ldapsearch >/dev/null; then
		echo "slapd or ldapsearch is missing: tests/run.sh installs them"
		exit 77
	fi
	# A copy: a profile may keep the system's program from reading $scratch.
	cp "$slapd_root/usr/sbin/slapd" "$scratch/slapd"
	slapd_libraries=$(echo "$slapd_root"/usr/lib/*-linux-*)
	(umask 077 && printf 'Gr8 secret of NTDOMAIN' >"$slapd_password")
}

# The name of a file's first entry, as UTF-8.
slapd_first_name() {
	sed -n '/^dn:/,$ { /^dn:/ { s/\r$//; h; d; }; /^ / { s/\r$//; s/^ //; H; d; }; x; s/\n//g; p; q; }' \
		"$1" | while IFS= read -r slapd_line; do
		case $slapd_line in
		dn::*) echo "${slapd_line#dn::}" | base64 -di ;;
		*) printf '%s\n' "${slapd_line#dn: }" ;;
		esac
	done
}

# Without what slapadd does not read: comments before `version`.
slapd_plain() {
	awk '/^#/ { comment = 1; next } /^ / && comment { next } { comment = 0 } !/^version:/' "$1"
}

# In slapd.conf a backslash takes the next character as it is.
slapd_quoted() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"; }

slapd_configure() {
	echo "include $slapd_tests/exchange55.schema"
	[ ! -d "$slapd_root/usr/lib/ldap" ] || echo "modulepath $slapd_root/usr/lib/ldap"
	echo "moduleload back_mdb"
	echo "pidfile $slapd_folder/slapd.pid"
	echo "argsfile $slapd_folder/slapd.args"
	echo "threads 4"
	echo "sizelimit ${slapd_limit:-unlimited}"
	if [ -n "$slapd_certificate" ]; then
		echo "TLSCertificateFile $slapd_certificate.pem"
		echo "TLSCertificateKeyFile $slapd_certificate.key"
	fi
	echo 'authz-regexp "gidNumber=.*,cn=peercred,cn=external,cn=auth" "cn=exadmin,cn=NTDOMAIN"'
	# The suffix of those who bind is none of the directory's: it is not announced.
	echo 'access to dn.base="" attrs=namingContexts val="cn=NTDOMAIN" by * none'
	[ -z "$slapd_hidden" ] || echo "access to dn.base=\"\" attrs=$slapd_hidden by * none"
	echo 'access to * by * read'
	echo "database mdb"
	printf 'suffix %s\n' "$(slapd_quoted "$slapd_base")"
	echo "directory $slapd_folder/directory"
	echo "maxsize 268435456"
	echo "dbnosync"
	[ -z "$slapd_strict" ] ||
		echo 'access to dn.regex="(^|,)cn=Configuration,ou=[^,]+,o=.+$" by users read by * none'
	[ -z "$slapd_writable" ] || printf 'access to dn.regex="^cn=Locked," by * read\n%s\n' \
		'access to * by users write by * read'
	echo 'access to * by * read'
	echo "database ldif"
	echo 'suffix "cn=NTDOMAIN"'
	printf 'rootdn %s\n' "$(slapd_quoted "$slapd_user")"
	printf 'rootpw %s\n' "$(slapd_quoted "$(cat "$slapd_password")")"
	echo "directory $slapd_folder/users"
}

# As in Exchange 5.5 a mailbox's cn is its display name, not what its entry is named by: -s. But what is
# not checked at first cannot be changed later.
slapd_start() {
	slapd_folder=$scratch/$1
	shift
	slapd_base=$(slapd_first_name "$1")
	mkdir "$slapd_folder" "$slapd_folder/directory" "$slapd_folder/users"
	slapd_configure >"$slapd_folder/slapd.conf"
	slapd_unchecked=-s
	[ -z "$slapd_writable" ] || slapd_unchecked=""
	for slapd_ldif; do
		slapd_plain "$slapd_ldif" >"$slapd_folder/ldif"
		env LD_LIBRARY_PATH="$slapd_libraries" "$scratch/slapd" -T add -q \
			$slapd_unchecked -b "$slapd_base" -f "$slapd_folder/slapd.conf" -l "$slapd_folder/ldif" \
			>"$slapd_folder/log" 2>&1 || {
			echo "slapadd refuses $slapd_ldif"
			cat "$slapd_folder/log"
			exit 1
		}
	done
	slapd_secure=$slapd_certificate
	slapd_ldapi=ldapi://$(printf '%s' "$slapd_folder/ldapi" | sed 's,/,%2F,g')
	slapd_tries=0
	# A port below those that the kernel hands out. slapd ends where another has it already.
	until slapd_port=$((20000 + $(od -A n -N 2 -t u2 /dev/urandom) % 6000 * 2)) && slapd_again; do
		slapd_tries=$((slapd_tries + 1))
		if [ "$slapd_tries" -ge 20 ]; then
			echo "slapd does not start"
			cat "$slapd_folder/log"
			exit 1
		fi
	done
}

slapd_again() {
	slapd_ldap=ldap://127.0.0.1:$slapd_port
	slapd_ldaps=""
	[ -z "$slapd_secure" ] || slapd_ldaps=ldaps://127.0.0.1:$((slapd_port + 1))
	# Ended with this shell, even when that is killed.
	setpriv --pdeathsig KILL env LD_LIBRARY_PATH="$slapd_libraries" \
		"$scratch/slapd" -d "${slapd_debug:-0}" -f "$slapd_folder/slapd.conf" \
		-h "$slapd_ldap $slapd_ldapi $slapd_ldaps" \
		>"$slapd_folder/log" 2>&1 </dev/null &
	slapd_pid=$!
	slapd_pids="$slapd_pids $slapd_pid"
	until LDAPNOINIT=1 ldapsearch -x -LLL -H "$slapd_ldapi" -s base -b "" 1.1 >/dev/null 2>&1; do
		kill -0 "$slapd_pid" 2>/dev/null || return 1
	done
}

slapd_stop() {
	kill "$1" "$2" 2>/dev/null
	wait "$2" 2>/dev/null
	slapd_pids=$(echo "$slapd_pids " | sed "s/ $2 / /; s/ *\$//")
}

slapd_stop_all() {
	for slapd_pid in $slapd_pids; do
		slapd_stop -TERM "$slapd_pid"
	done
}
