#!/bin/sh
# Benchmarks: medians and ratios, all pairs in one run. Prints a table; judges nothing.
#   tests/bench/run.sh [RUNS [scripts]]
# With `scripts`, only what a run of all of them costs is measured.
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-40}
part=${2:-all}

sh examples/install-packages.sh gcc libc6-dev cmake ninja-build pkg-config liblua5.4-dev \
	libjansson-dev nettle-dev libunistring-dev libseccomp-dev libpcre2-dev libcriterion-dev lua5.4 \
	libregf-dev libbfio-dev libldap-dev libgnutls28-dev libhivex-dev libhivex-bin reglookup hyperfine \
	ldap-utils time
sh tests/ldap/unpack_slapd.sh

cmake --preset release -DBUILD_TESTING=ON -DKBM_BENCH=ON -DKBM_LINT=OFF -B build/bench >/dev/null
cmake --build build/bench --parallel "$(nproc)" \
	--target kbmend kbmend-directory reg2hive make_ldif make_log set_value recover_hive bench_hive bench_edit bench_directory bench_dn bench_jail \
	bench_ldap ldap_loop unjailed_worker -- --quiet

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tools=build/bench/tests
kbmend=$PWD/build/bench/bin/kbmend

# Every stock script on one target, against one that has little to do, and how often the directory is asked.
all_scripts() {
	target="-t $scratch/SYSTEM.12 -t $scratch/10000.ldif"
	count=$("$kbmend" run $target 2>&1 | sed -n 's/^\([0-9]*\) scripts, .*/\1/p')
	compare "all $count scripts, 12 MB hive, LDIF of 10000 entries; one that is not applicable" \
		"$kbmend run $target -q" \
		"$kbmend run Q136934 $target -q"
	apiece $((count - 1))
	"$kbmend" run $target -v 2>&1 >/dev/null | sed -n 's/^kbmend: scripts searched/  scripts searched/p'
}

echo "making hives and directories"
sizes="12 200"
[ "$part" = all ] || sizes=12
for size in $sizes; do
	"$tools/reg2hive" --big "$size" --hive SYSTEM examples/exch1/SYSTEM.reg "$scratch/SYSTEM.$size"
done
for entries in 20 10000 100000; do
	"$tools/make_ldif" "$entries" >"$scratch/$entries.ldif"
done

sync # or writing these files back takes a core from what is measured
# Hives are found on a disk. What was just written lies in the cache in large pieces, and a piece is mapped,
# and counted as memory, as soon as one page of it is looked at.
for size in $sizes; do
	dd if="$scratch/SYSTEM.$size" iflag=nocache count=0 status=none
done

. tests/bench/compare.sh

if [ "$part" = scripts ]; then
	all_scripts
	exit
fi

key='ControlSet001\Services\MSExchangeIMC\Parameters'
for size in 12 200; do
	hive=$scratch/SYSTEM.$size
	compare "one value of a $size MB hive (whole processes)" \
		"$kbmend reg get $hive '$key' SiteDN" \
		"hivexget $hive '$key' SiteDN" \
		"reglookup -p 'ControlSet001/Services/MSExchangeIMC/Parameters/SiteDN' $hive"
	peak "its peak memory (the largest process of each)" \
		"$kbmend reg get $hive '$key' SiteDN" \
		"hivexget $hive '$key' SiteDN" \
		"reglookup -p 'ControlSet001/Services/MSExchangeIMC/Parameters/SiteDN' $hive"
	echo
	echo "the readers alone on the $size MB hive (in one process)"
	"$tools/bench/bench_hive" "$hive" "$key" SiteDN
	echo
	echo "the writers on the $size MB hive"
	"$tools/bench/bench_edit" "$hive" "$key" Start
done

often=$runs
runs=5 # the others take seconds
for size in 12 200; do
	hive=$scratch/SYSTEM.$size
	compare "all of a $size MB hive (whole processes, $runs runs)" \
		"$kbmend reg dump $hive" \
		"reglookup $hive" \
		"hivexregedit --export $hive '\\'"
	compare "a search of a $size MB hive (whole processes, $runs runs)" \
		"$kbmend reg find $hive sitedn" \
		"$kbmend reg find $hive --regex 'site(dn|domain)$'" \
		"sh -c 'reglookup $hive | grep -i sitedn'"
done
runs=$often

# Logs with the changes of 60 services each. recover_hive recovers and does no more; what kbmend reads is
# recovered in memory first, in its jail; what it writes is checked, and on the disk when it ends.
mkdir "$scratch/dirty"
cp "$scratch/SYSTEM.12" "$scratch/dirty/SYSTEM"
cp "$scratch/SYSTEM.12" "$scratch/dirty/next"
"$kbmend" reg ls "$scratch/SYSTEM.12" 'ControlSet001\Services' | sed -n 's|\\$||; 1~30p' | head -n 120 >"$scratch/services"
for number in 1 2; do
	cp "$scratch/dirty/next" "$scratch/dirty/before"
	tail -n +$((number * 60 - 59)) "$scratch/services" | head -n 60 | while read -r service; do
		"$tools/set_value" "$scratch/dirty/next" "ControlSet001\\Services\\$service" Changed $number
	done
	"$tools/make_log" entries "$scratch/dirty/SYSTEM.LOG$number" $((6 + number)) "$scratch/dirty/before" "$scratch/dirty/next"
done
"$tools/make_log" dirty "$scratch/dirty/SYSTEM" 8 7
copied=$scratch/dirty/copy
prepare="rm -f $copied"
compare "a dirty 12 MB hive with two logs, recovered (whole processes)" \
	"cp $scratch/dirty/SYSTEM $copied" \
	"$tools/recover_hive $scratch/dirty/SYSTEM $copied - $scratch/dirty/SYSTEM.LOG1 $scratch/dirty/SYSTEM.LOG2" \
	"$kbmend reg get $scratch/dirty/SYSTEM '$key' SiteDN" \
	"dd if=$scratch/dirty/SYSTEM of=$copied bs=1M conv=fsync status=none" \
	"$kbmend reg recover $scratch/dirty/SYSTEM -o $copied -q"
prepare=

# The whole apply does a backup, a journal, three checks and a full comparison more.
mkdir "$scratch/changed"
cp "$scratch/SYSTEM.12" "$scratch/changed/SYSTEM"
"$kbmend" plan Q298565 -t "$scratch/changed/SYSTEM" -t "$scratch/20.ldif" -q -o "$scratch/plan.json" >/dev/null || :
printf 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\%s]\r\n"SiteDN"="/o=Contoso/ou=SITE1"\r\n' \
	"$key" >"$scratch/fix.reg"
prepare="cp $scratch/SYSTEM.12 $scratch/changed/SYSTEM"
compare "one value of a 12 MB hive set (whole processes)" \
	"$kbmend apply $scratch/plan.json --yes --state-dir $scratch/state" \
	"hivexregedit --merge --prefix 'HKEY_LOCAL_MACHINE\SYSTEM' $scratch/changed/SYSTEM $scratch/fix.reg"
prepare=

for entries in 20 10000 100000; do
	compare "run Q298565, 12 MB hive, LDIF of $entries entries" \
		"$kbmend run Q298565 -t $scratch/SYSTEM.12 -t $scratch/$entries.ldif -q"
done

all_scripts

echo
echo "the LDIF directory alone (in one process)"
"$tools/bench/bench_directory"

echo
echo "two distinguished names that fill their caps: read, compared, made keys of"
"$tools/bench/bench_dn"

echo
echo "what the jail costs (medians, in turns)"
for script in examples/hello.lua scripts/exchange/Q298565.lua; do
	"$tools/bench/bench_jail" build/bench/libexec/kbmend/kbmend-worker \
		"$tools/bench/unjailed_worker" stdlib "$script" examples/exch1/SYSTEM \
		examples/exch1/directory.ldif
done

sh tests/bench/ldap.sh "$scratch/SYSTEM.12" "$runs"
