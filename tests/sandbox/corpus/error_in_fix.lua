plan:set_value(KEY, "SiteDN", "REG_SZ", "x", { why = "y" }) error("half way")
