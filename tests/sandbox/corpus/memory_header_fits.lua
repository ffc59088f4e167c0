x_big = ("x"):rep(1 << 23)
