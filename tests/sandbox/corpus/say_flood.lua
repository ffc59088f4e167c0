for i = 1, math.huge do target:fail{ id = "i" .. i, message = "m", because = "b" } end
