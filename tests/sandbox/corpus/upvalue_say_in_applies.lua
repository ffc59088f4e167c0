pcall(target.pass, target, "at once")
