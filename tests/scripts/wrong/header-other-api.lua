-- expect verdict error
-- expect reason ...api
return {
  api = 2,
  id = "header-other-api",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  check = function(target) target:pass("x") end,
}
