-- expect verdict error
-- expect reason ...severty
return {
  api = 1,
  id = "header-unknown-field",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  severty = "high",
  check = function(target) target:pass("x") end,
}
