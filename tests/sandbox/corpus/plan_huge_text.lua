plan:set_value(KEY, "v", "REG_SZ", ("x"):rep(1e7), { why = "y" })
