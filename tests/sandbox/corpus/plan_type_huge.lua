plan:set_value(KEY, "v", ("REG_S"):rep(8e5), "x", { why = "y" })
