target:fail{ id = "a", message = "m", because = "b" } error("too late")
