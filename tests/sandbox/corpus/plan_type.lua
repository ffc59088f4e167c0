plan:set_value(KEY, "v", "REG_SZ\27[31m", "x", { why = "y" })
