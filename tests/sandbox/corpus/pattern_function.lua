return string.find(("a"):rep(30), (".-"):rep(30) .. "b")
