for i = 1, math.huge do pcall(plan.manual, plan, "step " .. i) end
