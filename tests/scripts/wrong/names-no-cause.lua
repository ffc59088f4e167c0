-- expect verdict error
-- expect reason ...because
return {
  api = 1,
  id = "names-no-cause",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "site", message = "SiteDN is wrong" }
  end,
}
