description = ("x"):rep(1e6)
