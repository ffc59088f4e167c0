pcall(target.unknown, target, {})
