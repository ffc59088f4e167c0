for i = 1, 1000 do target:fail{ id = "i" .. i, message = "m", because = "b" } end
