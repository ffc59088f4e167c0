plan:manual("x", { risk = "none\27[31m" })
