target.directory:read("o=" .. ("x"):rep(65000))
