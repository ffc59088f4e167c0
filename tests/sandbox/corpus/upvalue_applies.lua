local kept
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  needs = { registry = { "SYSTEM" } },
  applies = function(target) kept = target return true end,
  check = function(target) assert(kept.registry:key("HKLM\\SYSTEM")) kept:pass("later") end }
