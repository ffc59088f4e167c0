local mine = { id = "a", message = "first", because = "b", x_more = {} }
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  check = function(target) target:fail(mine) mine.id = "ESCAPED" mine.message = nil mine.x_more = nil end,
  fix = function(target, params, finding, plan)
    assert(finding.id == "a" and finding.message == "first" and finding.x_more)
    plan:manual("nothing")
  end }
