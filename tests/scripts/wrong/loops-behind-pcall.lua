-- expect verdict error
-- expect reason ...CPU
return {
  api = 1,
  id = "loops-behind-pcall",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    while true do
      pcall(function() while true do end end)
    end
  end,
}
