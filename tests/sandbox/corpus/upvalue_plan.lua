local kept
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target)
    target:fail{ id = "a", message = "m", because = "b" } target:fail{ id = "b", message = "m", because = "b" }
  end,
  fix = function(target, params, finding, plan)
    kept = kept or plan
    kept:manual("step of " .. finding.id)
  end }
