return select("#", utf8.codepoint(("x"):rep(2e6), 1, -1))
