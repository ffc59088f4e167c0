-- expect verdict error
-- expect reason plans-wrongly-behind-pcall.lua:17: ...plan:set_value: unknown field 'wyh'
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "plans-wrongly-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "site", message = "SiteDN is wrong", because = "of the directory" }
  end,
  fix = function(target, params, finding, plan)
    pcall(function()
      plan:set_value(KEY, "SiteDN", "REG_SZ", "/o=Contoso/ou=SITE1", { wyh = "it should help" })
    end)
    plan:manual("start the service")
  end,
}
