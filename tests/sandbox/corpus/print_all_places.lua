print("\27[31m top \u{202e}")
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  applies = function() print("\27[31m applies") return true end,
  check = function(target) print("\27[31m check \u{9b}m") target:fail{ id = "a", message = "m", because = "b" } end,
  fix = function(_, _, _, plan) print("\27[31m fix \x9bm") plan:manual("x") end }
