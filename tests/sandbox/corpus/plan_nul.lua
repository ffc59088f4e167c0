plan:set_value(KEY, "v", "REG_SZ", "a\0b", { why = "y" })
