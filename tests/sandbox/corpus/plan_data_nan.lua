plan:set_value(KEY, "v", "REG_DWORD", 0/0, { why = "y" })
