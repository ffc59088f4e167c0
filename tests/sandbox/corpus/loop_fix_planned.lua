plan:set_value(KEY, "SiteDN", "REG_SZ", "half", { why = "y" }) while true do end
