-- expect verdict error
-- expect reason ...SOFTWARE
return {
  api = 1,
  id = "touches-another-hive",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target.registry:get("HKLM\\SOFTWARE\\Microsoft\\Exchange\\Setup", "Services")
    target:pass("it was allowed")
  end,
}
