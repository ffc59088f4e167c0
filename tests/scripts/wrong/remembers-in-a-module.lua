-- expect verdict error
-- expect reason ...
local exchange = require "kb.exchange"

return {
  api = 1,
  id = "remembers-in-a-module",
  version = "1.0.0",
  title = "Wrong on purpose",
  severity = "low",
  needs = { registry = { "SYSTEM" } },
  check = function(target)
    exchange.runs = (exchange.runs or 0) + 1
    if exchange.runs > 1 then
      return target:pass("it was run before")
    end
    target:fail{ id = "first", message = "this is the first run", because = "runs is 1" }
  end,
}
