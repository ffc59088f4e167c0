plan:set_value(KEY, "v", "REG_SZ", "\xed\xa0\x80", { why = "y" })
