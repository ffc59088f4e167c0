print(("x"):rep(1e7))
