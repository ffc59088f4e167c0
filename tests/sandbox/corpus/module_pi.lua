math.pi = 3
