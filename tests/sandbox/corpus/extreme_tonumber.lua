for _, base in ipairs{ 1, 0, -1, 37, math.maxinteger, 0.5, "x" } do assert(not pcall(tonumber, "1", base)) end
for _, s in ipairs{ "", " ", "0x", "1e", "nan", "inf", "1\0", "\0001", "--1", "0b1", ("1"):rep(300) .. "x" } do assert(tonumber(s) == nil, s) end
assert(tonumber(1, nil) == 1) assert(not pcall(tonumber)) assert(not pcall(tonumber, 1, 10))
