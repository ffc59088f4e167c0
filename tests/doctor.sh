#!/bin/sh
# kbmend doctor where the system lacks a part of the sandbox, and on installations that are not sound.
# usage: doctor.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
scratch=$(mktemp -d /tmp/kbm.XXXXXX) # short: paths are to stay on their lines
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
export HOME="$scratch/home" LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME
. tests/expect.sh

# A fresh installation in $prefix.
install() {
	prefix=$scratch/prefix
	rm -rf "$prefix"
	cmake --install "$build" --prefix "$prefix" >/dev/null
	kbmend=$prefix/bin/kbmend
	scripts=$prefix/share/kbmend/scripts
	stdlib=$prefix/share/kbmend/stdlib
	stock=$(find "$scripts" -name '*.lua' | wc -l)
}

install
doctor() { "$kbmend" doctor "$@"; }
without() {
	missing=$1
	shift
	"$build/tests/without" "$missing" "$kbmend" doctor "$@"
}

# A sanitizer keeps a program from shutting itself in: it is said, and nothing more can be seen here.
if grep -q '^KBM_SANITIZE:BOOL=ON' "$build/CMakeCache.txt"; then
	expect 2 "✗ seccomp" doctor
	also "left out of this build"
	also "--max-memory$"
	expect 2 '"sound": false' doctor -f json
	rm "$prefix/libexec/kbmend/kbmend-worker"
	expect 1 "^✗ the worker " doctor -q
	echo "$passed passed, $failed failed (sanitizers)"
	[ "$failed" -eq 0 ]
	exit
fi

# --- a sound one -----------------------------------------------------------------------------
expect 0 "✓ seccomp" doctor
also "^ +one was made, and the child was ended$"
also "^  ✓ $prefix/share/kbmend/scripts   $stock stock$"
also "^  ✓ $prefix/share/kbmend/stdlib   [0-9]+ stock$"
also "^ +128 MiB  memory of a script   --max-memory$"
also "^ +4 GiB  most memory that can be asked for$"
also "kbmend-worker +Lua 5\.4"
also "PCRE2 10\.[0-9]+"
also "kbmend-directory +OpenLDAP libldap [0-9.]+$"
also "✓ all layers +as above, but for TCP connections"
also "kbmend +jansson [0-9.]+, nettle [0-9.]+, libunistring [0-9.]+$"
also "^This installation is sound"
never "✗"
expect 0 "stock +exchange/Q298565.lua" doctor -v
also "$(sha256sum <scripts/exchange/Q298565.lua | cut -c -64)"
expect 0 "^  ok   seccomp" env LC_ALL=C "$kbmend" doctor
if awk 'length > 80 { exit 1 }' "$scratch/out"; then passed=$((passed + 1)); else
	fail "the report is wider than 80 columns"
fi
expect 0 "✓ kbmend-worker" "$build/bin/kbmend" doctor
expect 0 '^\{"schema":"kbmend.doctor/1","sound":true' doctor -f jsonl
expect 0 '^ +"name": "KBM_HIVE_MAX_BYTES"' doctor -f json
expect 2 "✗ /nowhere: No such file" doctor -q --scripts /nowhere

mv "$prefix/libexec/kbmend/kbmend-directory" "$scratch/away"
expect 2 "^✗ the program .*libexec/kbmend/kbmend-directory cannot be" doctor -q
mv "$scratch/away" "$prefix/libexec/kbmend/kbmend-directory"

# --- less of a sandbox -------------------------------------------------------------------------
expect 2 "^  ✗ seccomp" without seccomp
also "required"
also "This installation is not sound: 1 problem"
never "no script can be loaded"
expect 2 '"sound": false' without seccomp -f json
expect 0 "^  ~ Landlock" without landlock
also "This installation is sound; [12] note"
expect 0 "^~ sandbox: no MDWE" without mdwe -q
expect 2 "^~ sandbox: no Landlock" without seccomp,landlock,mdwe -q
also "^✗ sandbox: no seccomp"

# --- files that are not as they were -----------------------------------------------------------
echo "-- edited" >>"$scripts/exchange/Q298565.lua"
echo "-- mine" >"$scripts/mine.lua"
echo "-- edited" >>"$stdlib/kb/exchange.lua"
expect 0 "^    ~ edited +exchange/Q298565.lua" doctor
also "^      site +mine.lua"
also "scripts   $((stock - 1)) stock, 1 edited, 1 site$"
also "^    ~ edited +kb/exchange.lua"
also "This installation is sound; [2-4] notes"
rm "$scripts/exchange/Q298565.lua" "$stdlib/kb/directory_names.lua"
expect 2 "^✗ .*/exchange/Q298565.lua: missing" doctor -q
also "^✗ .*/kb/directory_names.lua: missing"
never "no script can be loaded"

install
echo "= =" >>"$stdlib/kb/exchange.lua"
expect 2 "^✗ no script can be loaded: stdlib: .*exchange" doctor -q
rm -r "$stdlib"
expect 2 "^✗ .*/share/kbmend/stdlib: No such file" doctor -q
never "no script can be loaded"
rm -r "$scripts"
expect 2 "^✗ .*/share/kbmend/scripts: No such file" doctor -q

# --- a script of the user's hides a stock one -------------------------------------------------
install
mkdir -p "$scratch/config/kbmend/scripts"
sed 's/severity = "high"/severity = "low"/' scripts/exchange/Q298565.lua \
	>"$scratch/config/kbmend/scripts/Q298565.lua"
export XDG_CONFIG_HOME="$scratch/config"
expect 0 "^    ~ site +Q298565.lua  hides the stock script exchange/Q298565.lua" doctor
expect 0 '"hides": "exchange/Q298565.lua"' doctor -f json
cp scripts/exchange/Q298565.lua "$scratch/config/kbmend/scripts/Q298565.lua"
expect 0 "$scratch/config/kbmend/scripts   1 stock" doctor
never "hides"
expect 0 "^  ✓ $scratch/prefix/share/kbmend/scripts" doctor --scripts "$scripts"

# --- no worker: the rest is shown ------------------------------------------------------------
rm "$prefix/libexec/kbmend/kbmend-worker"
expect 1 "^  ✗ kbmend-worker" doctor
also "could not be looked at without a worker"
also "[0-9]+ stock"
also "--max-memory$"
expect 1 '"sandbox": null' doctor -f json
cp /bin/true "$prefix/libexec/kbmend/kbmend-worker"
expect 1 "is no part of" doctor -q

finish
