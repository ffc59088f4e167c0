#!/bin/sh
# Installs what the tests need, builds everything, and runs everything. Exit status 0: all of it passed.
#   tests/run.sh          all
#   tests/run.sh dev      one of: dev clang asan fuzz release-tests
set -eu
cd "$(dirname "$0")/.."

sh examples/install-packages.sh gcc libc6-dev cmake ninja-build pkg-config liblua5.4-dev \
	libjansson-dev nettle-dev libunistring-dev libseccomp-dev libpcre2-dev \
	libregf-dev libbfio-dev libldap-dev libgnutls28-dev \
	libcriterion-dev lua5.4 lua-check clang clang-tidy clang-format libclang-rt-14-dev cppcheck \
	libwin-hivex-perl libhivex-bin reglookup xz-utils procps \
	ldap-utils gnutls-bin
sh tests/ldap/unpack_slapd.sh

jobs=$(nproc)
wanted=${1:-all}

# A preset is configured, built and tested; its output ends with ctest's own summary.
check() {
	preset=$1
	shift
	[ "$wanted" = all ] || [ "$wanted" = "$preset" ] || return 0
	echo "== $preset"
	cmake --preset "$preset" >/dev/null
	cmake --build --preset "$preset" --parallel "$jobs" -- --quiet
	ctest --preset "$preset" --parallel "$jobs" "$@"
}

check clang -L host
check asan -LE 'lint|bench'
# What breaks the same inputs on every run did so under the sanitizers of asan already.
check fuzz -L fuzz -E mutations
check release-tests -L sandbox
check dev
