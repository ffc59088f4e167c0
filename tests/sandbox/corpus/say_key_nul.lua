target:fail{ id = "a", message = "m", because = "b", ["x\0"] = 1 }
