target:fail{ "a", "m", "b" }
