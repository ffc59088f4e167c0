local list = {} for i = 1, 1e5 do list[i] = "x" .. i end
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", check = print, categories = list }
