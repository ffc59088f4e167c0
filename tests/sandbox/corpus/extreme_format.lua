for _, f in ipairs{ "%", "%y", "%100d", "%.100f", "%5000s", "%-+ #0-+ #0d", "%p", "%5p", "%..1f", "%1.1.1f", "%\0", "%lld", "%n", "%*d", "%c%" } do
  assert(not pcall(string.format, f, 1, 2, 3), f)
end
for _, f in ipairs{ "%d", "%s", "%q", "%5s", "%c" } do assert(not pcall(string.format, f)) end
assert(not pcall(string.format, "%d", 0.5)) assert(not pcall(string.format, "%d", "x")) assert(not pcall(string.format, "%d", 2^63))
assert(#("%99.99f"):format(-1e308) > 400) assert(#("%99d"):format(1) == 99) assert(("%c"):format(0) == "\0")
assert(("%.3s|%5.1s|%%"):format("abcdef", "xyz") == "abc|    x|%") assert(not pcall(string.format, "%5s", "a\0b") or true)
assert(("%q"):format(1/0) == "1e9999" and ("%q"):format(math.mininteger) == "0x8000000000000000")
