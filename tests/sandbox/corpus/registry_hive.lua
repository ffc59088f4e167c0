pcall(target.registry.get, target.registry, "HKLM\\SOFTWARE\\Microsoft", "x")
