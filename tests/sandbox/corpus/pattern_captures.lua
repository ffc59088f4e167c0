return ("x"):rep(40):match(("(x)"):rep(33))
