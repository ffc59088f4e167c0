plan:set_value(KEY, "v", "REG_BINARY", ("x"):rep(1e6), { why = "y" })
