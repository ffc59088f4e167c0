plan:set_value(KEY, "v", "REG_MULTI_SZ", string, { why = "y" })
