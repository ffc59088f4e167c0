local p = {} p.p = p
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", check = print, params = p }
