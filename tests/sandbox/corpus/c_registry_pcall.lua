for i = 1, math.huge do pcall(target.registry.get, target.registry, KEY, "absent" .. i) end
