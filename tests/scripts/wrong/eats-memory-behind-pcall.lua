-- expect verdict error
-- expect reason ...memory
return {
  api = 1,
  id = "eats-memory-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    pcall(string.rep, "x", 1 << 40)
    pcall(string.rep, "x", 1 << 30)
    target:pass("a limit was caught")
  end,
}
