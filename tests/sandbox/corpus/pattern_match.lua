return (("a"):rep(3000)):match((".-"):rep(3) .. "b")
