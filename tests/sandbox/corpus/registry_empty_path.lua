pcall(target.registry.key, target.registry, "")
