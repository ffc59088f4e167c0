target.registry:get("HKCU\\Software", "x")
