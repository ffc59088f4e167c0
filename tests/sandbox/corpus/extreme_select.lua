for _, n in ipairs{ 0, -2, math.mininteger, 0.5, 0/0, "x", {}, math.huge } do assert(not pcall(select, n, 1), n) end
assert(select("#") == 0 and select("#", nil, nil) == 2 and select(math.maxinteger, 1) == nil)
