target:unknown("x" .. ("é"):rep(300))
