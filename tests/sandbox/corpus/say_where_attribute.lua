target:fail{ id = "a", message = "m", because = "b", where = { dn = "o=x", attribute = ("x"):rep(1e6) } }
