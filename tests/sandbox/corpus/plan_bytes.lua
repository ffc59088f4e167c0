plan:set_value(KEY, "v", "REG_SZ", "\xff\xfe", { why = "y" })
