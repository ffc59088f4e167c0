target:fail{ id = "a\0b", message = "m", because = "b" }
