return select("#", (("x"):rep(2e6)):byte(1, -1))
