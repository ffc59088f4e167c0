pcall(target.fail, target, { id = "a", message = "m", because = "b", __index = function() return "x" end })
