target:fail{ id = "a", message = "m", because = "b", [("messag"):rep(2e5)] = 1 }
