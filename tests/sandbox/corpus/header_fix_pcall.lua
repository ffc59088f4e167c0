return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low", fix = pcall,
  check = function(target) target:fail{ id = "a", message = "m", because = "b" } end }
