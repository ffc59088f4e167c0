#!/bin/sh
# Static checks, one a call: lint.sh CHECK BUILD-FOLDER
set -eu
check=$1
build=$(cd "$2" && pwd -P)
cd "$(dirname "$0")/.."
jobs=$(nproc)

case $check in
format) # .clang-format decides
	find host tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
	;;
headers) # each header compiles alone and is guarded by its path
	status=0
	for header in $(cd host && find . -name '*.h' | sed 's|^\./||' | sort); do
		guard=KBM_$(echo "${header%.h}" | tr 'a-z/' 'A-Z_')_H
		grep -q "^#ifndef $guard\$" "host/$header" || {
			echo "host/$header: the guard is not $guard"
			status=1
		}
		echo "#include \"$header\"" |
			gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Ihost -I/usr/include/lua5.4 \
				-fsyntax-only -x c - || status=1
	done
	exit $status
	;;
tidy)
	find host -name '*.c' -print0 |
		xargs -0 -P "$jobs" -n 4 clang-tidy -p "$build" --quiet 2>"$build/tidy.log" ||
		{ grep -v ' generated\.$' "$build/tidy.log"; exit 1; }
	;;
cppcheck)
	cppcheck --project="$build/compile_commands.json" --file-filter="$(pwd -P)/host/*" --quiet -j "$jobs" \
		--enable=warning,performance,portability,style --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem
	;;
terminal) # what is printed goes through one door, which escapes it (two programs run in builds only)
	doors='^host/(command/command|main|worker_main|directory_main|guard/jail_policy|guard/header_table)\.c:'
	streams='[(,&=?:] *(stdout|stderr) *[,;):?]|write *\( *(STD(OUT|ERR)_FILENO|[12]),'
	printers='\<(v?printf|v?dprintf|puts|putchar|perror|psignal|psiginfo|v?warnx?|v?errx?) *\('
	if grep -rnE "$streams|$printers" host --include='*.[ch]' | grep -vE "$doors"; then
		echo "only host/command/command.c prints: kbm_command_note() and kbm_command_print()"
		exit 1
	fi
	;;
foreign) # each foreign library is met in the files named here, and nowhere else
	status=0
	meet() {
		header=$1
		shift
		for file in $(grep -rlE "^#include <$header" host | sort); do
			case " $(echo "$*") " in
			*" $file "*) ;;
			*)
				echo "$file: includes <$header>; only $* may"
				status=1
				;;
			esac
		done
	}
	meet nettle/ host/base/sha256.c
	meet seccomp.h host/guard/jail_policy.c
	meet libregf.h host/source/hive_regf.c
	meet libbfio.h host/source/hive_regf.c
	meet pcre2.h host/source/pattern_regex.c
	meet ldap.h host/source/ldap.c
	meet openldap.h host/source/ldap.c
	meet gnutls/ host/source/ldap_certificate.c
	meet 'lua' "$(find host/script -name '*.[ch]' | tr '\n' ' ')"
	exit $status
	;;
limits) # every limit is in the table that `kbmend doctor` prints
	status=0
	for limit in $(sed -n 's/^#define \(KBM_[A-Z0-9_]*\)[[:blank:]].*/\1/p' host/base/limits.h); do
		case $limit in KBM_KIB | KBM_MIB) continue ;; esac
		grep -qE "[( ]$limit, \"" host/base/limits_table.c || {
			echo "host/base/limits_table.c: $limit is missing"
			status=1
		}
	done
	exit $status
	;;
*)
	echo "lint.sh: unknown check '$check'" >&2
	exit 64
	;;
esac
