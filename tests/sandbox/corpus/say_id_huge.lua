target:fail{ id = ("x"):rep(1e7), message = "m", because = "b" }
