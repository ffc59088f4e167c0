-- expect verdict error
-- expect reason ...memory
return {
  api = 1,
  id = "eats-memory",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function()
    local list = {}
    for i = 1, 1e9 do
      list[i] = ("x"):rep(1000) .. i
    end
  end,
}
