-- expect verdict error
-- expect reason ...categories
return {
  api = 1,
  id = "header-wrong-kind",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  categories = "exchange",
  check = function(target) target:pass("x") end,
}
