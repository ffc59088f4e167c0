local t = { id = "a", message = "m", because = "b" } for i = 1, 1e5 do t["x_" .. i] = i end target:fail(t)
