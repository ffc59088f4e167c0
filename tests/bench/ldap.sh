#!/bin/sh
# A private slapd with 10,000 entries, asked by kbmend, by a loop over libldap and by ldapsearch.
#   tests/bench/ldap.sh HIVE RUNS     after run.sh has built everything; HIVE is the large one
set -u
cd "$(dirname "$0")/../.." || exit 1
hive=$1
runs=$2
kbmend=$PWD/build/bench/bin/kbmend
programs=$PWD/build/bench/libexec/kbmend
tools=$PWD/build/bench/tests
reads=1000
processes=100

scratch=$(mktemp -d)
trap 'slapd_stop_all; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
. tests/ldap/slapd.sh
. tests/bench/compare.sh
slapd_find
export LDAPNOINIT=1
"$tools/make_ldif" 10000 >"$scratch/10000.ldif"
slapd_start bench "$scratch/10000.ldif"

# row NAME WHOLE READS VALUES FIRST: milliseconds, and how many times the first fits
row() {
	echo "$@" | awk '{ printf "  %-44s %9.1f ms  %8.1f us a read  %6.2fx  (%d values)\n", \
		$1, $2, $3 * 1000 / '$reads', $2 / $5, $4 }' | tr _ ' '
}

# The processes are fewer, and counted up: a second for a thousand of them is wasted ten times.
processes_ms() {
	began=$(date +%s%N)
	i=0
	while [ $i -lt $processes ]; do
		ldapsearch -x -LLL -o ldif-wrap=no -H "$1" -s base -b "cn=User$(printf %06d $i),$folder"
		i=$((i + 1))
	done >"$scratch/entries"
	took=$((($(date +%s%N) - began) * reads / processes / 1000))
	echo "$((took / 1000)).$((took % 1000 / 100)) $((took / 1000)).$((took % 1000 / 100))" \
		"$(($(grep -c '^[^d].*:' "$scratch/entries") * reads / processes))"
}

folder=cn=Recipients,ou=SITE1,o=Contoso
for url in "$slapd_ldap" "$slapd_ldapi"; do
	echo
	echo "$reads base reads of ${url%%:*}, all attributes: start to end, and the reads alone"
	loop=$("$tools/bench/ldap_loop" "$url" $reads "cn=User%06zu,$folder") || exit 1
	ours=$("$tools/bench/bench_ldap" "$programs/kbmend-worker" "$programs/kbmend-directory" stdlib \
		"$url" $reads "cn=User%06zu,$folder") || exit 1
	search=$(echo "$ours" | sed -n 1p)
	script=$(echo "$ours" | sed -n 2p)
	first=${search%% *}
	# shellcheck disable=SC2086 # each is words
	{
		row kbmend,_a_person\'s_searches $search "$first"
		row kbmend,_a_script\'s_reads_in_its_jail $script "$first"
		row a_loop_over_libldap $loop "$first"
		row "ldapsearch_processes_($processes,_times_$((reads / processes)))" \
			$(processes_ms "$url") "$first"
	}
done

key='ControlSet001\Services\MSExchangeIMC\Parameters'
export hive server
# shell_scripts: what is measured against kbmend, of the server that was started last.
shell_scripts() {
	server="ldapsearch -x -LLL -H $slapd_ldap -b $slapd_base"
	# Less than Q298565 looks at: two texts, for a person to compare.
	cat >"$scratch/hivexget-and-ldapsearch" <<END
hivexget $hive '$key' SiteDN
$server '(&(objectClass=Computer)(rdn=EXCH1))' 1.1
END
	# Which control set and whose entry it is has to be looked up, too; still nothing is compared.
	cat >"$scratch/and-what-they-must-look-up" <<'END'
set=ControlSet$(printf %03d $(($(hivexget "$hive" Select Current | sed 's/dword://'))))
name=$(hivexget "$hive" "$set\\Control\\ComputerName\\ComputerName" ComputerName)
hivexget "$hive" "$set\\Services\\MSExchangeIMC\\Parameters" SiteDN
hivexget "$hive" "$set\\Services\\MSExchangeMTA\\Parameters" "X500 DN"
$server "(&(objectClass=Computer)(rdn=$name))" 1.1
END
	for script in hivexget-and-ldapsearch and-what-they-must-look-up; do
		if ! sh "$scratch/$script" >"$scratch/out" || ! grep -q SITE2 "$scratch/out" ||
			! grep -q '^dn: cn=EXCH1,' "$scratch/out"; then
			echo "the shell script $script does not find what it looks for"
			exit 1
		fi
	done
}

for entries in 20 10000; do
	"$tools/make_ldif" $entries >"$scratch/$entries.ldif"
	slapd_start "run-$entries" "$scratch/$entries.ldif"
	shell_scripts
	"$kbmend" run Q298565 -t "$hive" -H "$slapd_ldap" -q >"$scratch/out" 2>&1
	if [ $? -ne 2 ]; then
		echo "kbmend does not find the fault"
		cat "$scratch/out"
		exit 1
	fi
	compare "run Q298565, 12 MB hive, slapd with $entries entries; and shell scripts that do less" \
		"$kbmend run Q298565 -t $hive -H $slapd_ldap -q" \
		"sh $scratch/hivexget-and-ldapsearch" "sh $scratch/and-what-they-must-look-up"
done
