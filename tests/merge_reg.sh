# merge_reg HIVE FILE KEY [ENCODING]: what a .reg file says below KEY, laid over a hive by hivexregedit. That reads
# UTF-8 with plain line ends only, takes its bytes for Latin-1 unless Perl is told better, and takes minutes for
# a megabyte in folded lines.
merge_reg() {
	iconv -f "${4-UTF-16}" -t UTF-8 "$2" | tr -d '\r' |
		awk '{ sub(/^  /, "") } sub(/\\$/, "") { printf "%s", $0; next } { print }' >"$2.plain"
	PERL_UNICODE=D hivexregedit --merge --prefix "$3" "$1" "$2.plain"
}
