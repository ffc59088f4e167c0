plan:set_value(KEY, "v", "REG_MULTI_SZ", { "a", nil, "c" }, { why = "y" })
