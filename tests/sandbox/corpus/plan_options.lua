pcall(plan.manual, plan, "x", { why = "y", risc = "high" })
