target:fail{ id = "a", message = "m", because = "b", where = target }
