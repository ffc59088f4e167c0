return nil, { api = 1, id = "hostile" }
