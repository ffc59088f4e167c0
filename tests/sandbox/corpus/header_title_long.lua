title = ("x"):rep(2048)
