error(("é"):rep(2000), 0)
