plan:set_value(KEY, "v", "REG_SZ", target, { why = "y" })
