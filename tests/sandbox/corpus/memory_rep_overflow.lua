return ("xyz"):rep(math.maxinteger)
