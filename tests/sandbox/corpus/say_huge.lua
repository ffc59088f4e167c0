local long = ("é"):rep(1e6)
target:fail{ id = "a", message = long, because = "x" .. long, found = "xx" .. long, expected = long }
