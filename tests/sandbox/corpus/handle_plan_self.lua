pcall(plan.set_value, target, KEY, "SiteDN", "REG_SZ", "x", { why = "y" })
