plan:set_value(KEY .. "\\absent", "v", "REG_SZ", "x", { why = "y" })
