pcall(plan.set_value, plan, KEY, "v", "REG_DWORD", {}, { why = "y" })
