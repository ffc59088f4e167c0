plan:set_value(KEY, ("n"):rep(1e6), "REG_SZ", "x", { why = "y" })
