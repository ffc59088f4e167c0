-- expect verdict error
-- expect reason ...os
return {
  api = 1,
  id = "uses-the-system",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    os.execute("true")
    target:pass("it was allowed")
  end,
}
