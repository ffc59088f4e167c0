plan:manual(("é"):rep(2e6), { why = ("x"):rep(5e6), step = "x" .. ("é"):rep(2e6) })
