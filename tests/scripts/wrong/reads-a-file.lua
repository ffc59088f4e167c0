-- expect verdict error
-- expect reason ...no module '/etc/passwd'
return {
  api = 1,
  id = "reads-a-file",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    require "/etc/passwd"
    target:pass("it was allowed")
  end,
}
