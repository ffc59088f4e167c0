error(("\27[31m"):rep(100))
