print(("x"):rep(262143))
