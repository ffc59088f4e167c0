-- A site's own rule: the Exchange Event Service starts with the computer.
local exchange = require "kb.exchange"
local KEY = exchange.service_key("MSExchangeES")

return {
  api = 1, id = "hello", version = "1.0.0", severity = "low",
  title = "The Exchange Event Service starts with the computer",
  needs = { registry = { "SYSTEM" } },
  applies = function(target)
    return target.registry:key(KEY) ~= nil, "the Exchange Event Service is not installed"
  end,
  check = function(target)
    local start = target.registry:get(KEY, "Start")
    if start and start.data == 2 then
      return target:pass("Start is 2, automatic")
    end
    target:fail{ id = "start", message = "the service does not start by itself",
      where = { key = KEY, value = "Start" }, found = start and start.data, expected = 2,
      because = KEY .. " says how the service starts" }
  end,
  fix = function(_, _, finding, plan)
    plan:set_value(KEY, "Start", "REG_DWORD", finding.expected, { why = "2 means automatic" })
  end,
}
