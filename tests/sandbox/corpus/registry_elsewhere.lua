target.registry:get("HKCR\\Software", "x")
