-- expect verdict error
-- expect reason ...raises-an-error.lua:14: attempt to index a nil value
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "raises-an-error",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local value = target.registry:get(KEY, "SiteDM")
    target:pass(value.data .. " of SiteDM")
  end,
}
