-- expect verdict fail
-- expect afterwards fail
local KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters"
local runs = 0

return {
  api = 1,
  id = "remembers",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    -- Fails the first time and passes from then on, if anybody lets it remember.
    runs = runs + 1
    if runs > 1 then
      return target:pass("it was run before")
    end
    target:fail{ id = "first", message = "this is the first run", because = "runs is 1" }
  end,
  fix = function(target, params, finding, plan)
    plan:set_value(KEY, "Cured", "REG_DWORD", 1, { why = "it should help" })
  end,
}
