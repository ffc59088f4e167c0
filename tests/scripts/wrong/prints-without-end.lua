-- expect verdict error
-- expect reason script printed more than
return {
  api = 1,
  id = "prints-without-end",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function()
    while true do
      print(("x"):rep(1000))
    end
  end,
}
