local runs = 0
return { api = 1, id = "hostile", version = "1.0.0", title = "Hostile", severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    runs = runs + 1
    target:fail{ id = "run" .. runs, message = "m", because = "b" }
  end,
  fix = function(target, params, finding, plan)
    plan:set_value("HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters", "SiteDN", "REG_SZ", "x", { why = "y" })
  end }
