[("title"):rep(2e5)] = 1
