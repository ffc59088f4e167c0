pcall(target.fail, target, { id = "a", message = "m" })
