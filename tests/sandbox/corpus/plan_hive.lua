pcall(plan.set_value, plan, "HKLM\\SAM\\SAM", "v", "REG_SZ", "x", { why = "y" })
