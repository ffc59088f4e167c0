check = {}
