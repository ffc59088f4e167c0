local s = "x" s.upper = 1
