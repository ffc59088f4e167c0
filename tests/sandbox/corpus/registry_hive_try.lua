pcall(target.registry.try_key, target.registry, "hkey_local_machine\\security")
