pcall(target.pass, target)
