-- expect verdict fail
-- expect afterwards fail
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "cures-something-else",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local value = target.registry:get(KEY, "SiteDN")
    if value.data == "/o=Contoso/ou=SITE1" then
      return target:pass("SiteDN is right")
    end
    target:fail{ id = "site", message = "SiteDN is wrong", because = "of the directory" }
  end,
  fix = function(target, params, finding, plan)
    plan:set_value(KEY, "Cured", "REG_DWORD", 1, { why = "it should help" })
  end,
}
