-- expect verdict error
-- expect reason sets-a-value-without-its-key.lua:21: ...the key HKLM...\Missing does not exist; plan:create_key makes it first
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Missing"

return {
  api = 1,
  id = "sets-a-value-without-its-key",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    local value = target.registry:get(KEY, "SiteDN")
    if value and value.data == "/o=Contoso/ou=SITE1" then
      return target:pass("SiteDN is right")
    end
    target:fail{ id = "site", message = "SiteDN is wrong", because = "of the directory" }
  end,
  fix = function(target, params, finding, plan)
    local options = { why = "it should help" }
    plan:set_value(KEY, "SiteDN", "REG_SZ", "/o=Contoso/ou=SITE1", options)
  end,
}
