target:fail{ id = "a", message = "m", because = "b", [target] = 1 }
