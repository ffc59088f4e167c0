-- expect verdict error
-- expect reason ...mesage
return {
  api = 1,
  id = "misspells-a-field",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target:fail{ id = "site", mesage = "SiteDN is wrong", because = "of the directory" }
  end,
}
