pcall(string.rep, "x", 1 << 28) print("ESCAPED")
