target:fail{ id = "a", message = "m", because = "b", where = { key = KEY, value = ("x"):rep(1e6) } }
