target:fail{ id = "a", message = 1e308, because = 0/0, found = -1/0, expected = math.mininteger }
