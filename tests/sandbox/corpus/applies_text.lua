return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", check = error, applies = function() return "true" end }
