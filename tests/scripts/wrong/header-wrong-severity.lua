-- expect verdict error
-- expect reason ...severity
return {
  api = 1,
  id = "header-wrong-severity",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "terrible",
  check = function(target) target:pass("x") end,
}
