[31m = 1
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target) target:pass("read") end }
