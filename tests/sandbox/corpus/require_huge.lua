require(("kb.exchang"):rep(4e5))
