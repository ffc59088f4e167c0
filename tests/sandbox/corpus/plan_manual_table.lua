pcall(plan.manual, plan, {})
