#!/bin/sh
# Every fault at every call on files: hive_file_faults.sh PROGRAM DRIVER LIBRARY FOLDER
set -eu
folder=$(mktemp -d "$4/kbmend-faults.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$1" "$2" "$3" "$folder/work"
