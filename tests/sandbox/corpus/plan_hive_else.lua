plan:set_value("HKCU\\Software", "v", "REG_SZ", "x", { why = "y" })
