plan:set_value(KEY, "v", "REG_DWORD", 1 << 32, { why = "y" })
