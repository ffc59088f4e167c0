-- expect verdict error
-- expect reason ...filter
return {
  api = 1,
  id = "asks-a-wrong-filter",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" }, directory = true },
  check = function(target)
    target.directory:search{ base = "", filter = "(rdn=EXCH1" }
    target:pass("it was allowed")
  end,
}
