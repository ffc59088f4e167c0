return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target) target:pass("x") end,
  applies = function() return true, table.unpack({}, 1, 100) end }
