#!/bin/sh
# Unpacks Debian's slapd into build/slapd, for the tests' private servers. It is not installed: the
# package would start a server on all interfaces, and have one started with the system from then on.
# Only the libraries that it names are installed. Where the system has a slapd, running or not, that one
# is left alone, and its program is what the tests copy.
set -eu
cd "$(dirname "$0")/../.."
wanted=build/slapd
if [ -x "$wanted/usr/sbin/slapd" ] || [ -x /usr/sbin/slapd ]; then
	exit 0
fi

mkdir -p build
work=$(mktemp -d "$PWD/build/slapd.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The lists of packages may be old, or missing, as in a new container.
download() { (cd "$work" && apt-get download -qq slapd) >"$work/log" 2>&1; }
if ! download; then
	sudo=""
	[ "$(id -u)" -eq 0 ] || sudo="sudo"
	if ! { $sudo apt-get update -qq >"$work/log" 2>&1 && download; }; then
		cat "$work/log" >&2
		exit 1
	fi
fi
package=$(echo "$work"/slapd_*.deb)
echo "unpacking Debian's slapd into $wanted; no server is installed"
libraries=$(dpkg-deb -f "$package" Depends | tr ',' '\n' | sed -n 's/^ *\(lib[^ :(|]*\).*/\1/p')
# shellcheck disable=SC2086 # the list is meant to be split
sh examples/install-packages.sh $libraries
dpkg-deb -x "$package" "$work/root"
rm -rf "$wanted"
mv "$work/root" "$wanted"
