while true do pcall(target.fail, target, { id = "i", message = "m", because = "b" }) end
