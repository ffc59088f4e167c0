for _, level in ipairs{ math.maxinteger, math.mininteger, -1, 1 << 31 } do pcall(error, "x", level) end
error("x", 2)
