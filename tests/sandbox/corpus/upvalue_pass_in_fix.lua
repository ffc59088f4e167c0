local kept
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target) kept = target target:fail{ id = "a", message = "m", because = "b" } end,
  fix = function() pcall(function() kept:pass("never mind") end) end }
