-- expect verdict error
-- expect reason contradicts-itself.lua:17: ...another change of the same place
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "contradicts-itself",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "a", message = "one", because = "of the first" }
    target:fail{ id = "b", message = "two", because = "of the second" }
  end,
  fix = function(target, params, finding, plan)
    plan:set_value(KEY, "SiteDN", "REG_SZ", "/o=" .. finding.id, { why = "it should help" })
  end,
}
