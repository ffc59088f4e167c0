-- expect verdict error
-- expect reason ...CPU
return {
  api = 1,
  id = "loops-in-a-pattern",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local text = ("a"):rep(30)
    target:pass(tostring(text:find((".-"):rep(30) .. "b")))
  end,
}
