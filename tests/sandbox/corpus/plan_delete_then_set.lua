plan:delete_key(KEY, { why = "y" }) plan:set_value(KEY, "SiteDN", "REG_SZ", "x", { why = "y" })
