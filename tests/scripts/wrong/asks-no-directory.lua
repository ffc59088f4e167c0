-- expect verdict error
-- expect reason ...directory
return {
  api = 1,
  id = "asks-no-directory",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    target.directory:read("o=Contoso")
    target:pass("it was allowed")
  end,
}
