error("xx" .. ("é"):rep(200))
