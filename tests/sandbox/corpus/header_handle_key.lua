[print] = 1
