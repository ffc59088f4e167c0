-- expect verdict none
-- expect stderr ...severity
return {
  api = 1,
  id = "header-wrong-severity",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "terrible",
  check = function(target) target:pass("x") end,
}
