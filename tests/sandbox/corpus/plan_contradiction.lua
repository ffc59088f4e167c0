plan:set_value(KEY, "SiteDN", "REG_SZ", "x", { why = "y" }) pcall(plan.set_value, plan, KEY, "SITEDN", "REG_SZ", "z", { why = "y" })
