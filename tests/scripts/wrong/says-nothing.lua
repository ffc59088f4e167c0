-- expect verdict error
-- expect reason ...check
return {
  api = 1,
  id = "says-nothing",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function() end,
}
