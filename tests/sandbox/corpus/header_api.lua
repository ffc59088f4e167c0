api = math.huge
