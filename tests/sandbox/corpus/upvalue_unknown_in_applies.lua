pcall(target.unknown, target, "too early")
