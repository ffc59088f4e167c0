-- expect verdict error
-- expect reason ...nil
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"

return {
  api = 1,
  id = "changes-while-checking",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target, params, finding, plan)
    plan:set_value(KEY, "SiteDN", "REG_SZ", "/o=Contoso/ou=SITE1", { why = "it should help" })
    target:pass("done")
  end,
}
