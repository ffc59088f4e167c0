#!/bin/sh
# Fails when an #include in host/ points up: a layer may include itself and the layers below only.
set -eu
cd "$(dirname "$0")/../host"
order="base source plan script guard apply report command"
status=0
seen=""
for layer in $order; do
	seen="$seen $layer"
	[ -d "$layer" ] || continue
	for file in "$layer"/*.[ch]; do
		[ -e "$file" ] || continue
		for included in $(sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$file" | sort -u); do
			case " $seen " in
			*" $included "*) ;;
			*) echo "host/$file: includes $included/, which lies above $layer/"; status=1 ;;
			esac
		done
	done
done
exit $status
