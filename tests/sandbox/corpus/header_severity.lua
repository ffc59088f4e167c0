severity = ("hig"):rep(1e5)
