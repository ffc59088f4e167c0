# Read with `.` after $scratch and $runs are set. $prepare, when not empty, runs before each command.

# compare TITLE COMMAND...: the median of each command in milliseconds, and how many times the first
# fits into each.
compare() {
	title=$1
	shift
	echo
	echo "$title"
	hyperfine --shell=none --ignore-failure --warmup 5 --runs "$runs" --style none \
		${prepare:+--prepare "$prepare"} \
		--export-csv "$scratch/times.csv" "$@" >/dev/null 2>&1
	lua5.4 - "$scratch/times.csv" <<'LUA'
local first
for line in io.lines(arg[1]) do
  local command, rest = line:match('^"(.*)",([^"]*)$')
  if not command then
    command, rest = line:match("^([^,]*),(.*)$")
  end
  local median = tonumber(rest:match("^[^,]*,[^,]*,([^,]*)"))
  if median then
    first = first or median
    local words = command:gsub("/%S*/", ""):gsub("\\", "\\"):sub(1, 58)
    print(("  %-58s %9.2f ms  %6.2fx"):format(words, median * 1000, median / first))
  end
end
LUA
}

# apiece COUNT: of what compare measured last, what each of COUNT further ones costs beyond the second command.
apiece() {
	lua5.4 - "$scratch/times.csv" "$1" <<'LUA'
local rows = {}
for line in io.lines(arg[1]) do
  local _, _, median, user, system = line:match(",([%d.e-]+),([%d.e-]+),([%d.e-]+),([%d.e-]+),([%d.e-]+),[%d.e-]+,[%d.e-]+$")
  rows[#rows + 1] = median and { wall = tonumber(median), cpu = tonumber(user) + tonumber(system) }
end
local all, one = rows[1], rows[2]
for _, what in ipairs{ "wall", "cpu" } do
  print(("  each of %d further ones, %-42s %6.2f ms"):format(arg[2],
    what == "wall" and "by the clock on the wall" or "CPU time of all processes",
    (all[what] - one[what]) * 1000 / arg[2]))
end
LUA
}

# peak TITLE COMMAND...: the largest resident set of any process of each command, and likewise.
peak() {
	echo
	echo "$1"
	shift
	for command in "$@"; do
		eval "/usr/bin/time -f %M -o '$scratch/peak' $command" >/dev/null
		printf '%s\t%s\n' "$(cat "$scratch/peak")" "$command"
	done | lua5.4 -e '
local first
for line in io.lines() do
  local kib, command = line:match("^(%d+)\t(.*)$")
  first = first or tonumber(kib)
  local words = command:gsub("/%S*/", ""):gsub("\\", "\\"):sub(1, 58)
  print(("  %-58s %9d KiB %5.2fx"):format(words, kib, kib / first))
end'
}
