local t = {} for i = 1, 1e6 do t[i] = "x" end plan:set_value(KEY, "v", "REG_MULTI_SZ", t, { why = "y" })
