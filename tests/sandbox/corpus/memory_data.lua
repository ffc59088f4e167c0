for i = 1, math.huge do plan:set_value(KEY, "v" .. i, "REG_BINARY", ("x"):rep(100000), { why = "y" }) end
