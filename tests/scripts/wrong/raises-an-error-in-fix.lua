-- expect verdict error
-- expect reason ...nothing to be done
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "raises-an-error-in-fix",
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
    error("nothing to be done")
  end,
}
