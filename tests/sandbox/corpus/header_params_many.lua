local p = {} for i = 1, 1e4 do p["p" .. i] = { type = "string", help = "x" } end
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", check = print, params = p }
