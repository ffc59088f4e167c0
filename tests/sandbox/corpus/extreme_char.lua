for _, c in ipairs{ -1, 256, math.maxinteger, 0.5, "x", {} } do assert(not pcall(string.char, c)) end
for _, c in ipairs{ -1, 1 << 31, 1 << 40, math.mininteger, 0.5, {} } do assert(not pcall(utf8.char, c)) end
assert(#utf8.char(0x7FFFFFFF) == 6 and string.char() == "" and utf8.char() == "")
