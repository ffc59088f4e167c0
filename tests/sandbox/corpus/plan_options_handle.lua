plan:set_value(KEY, "v", "REG_SZ", "x", target)
