-- Q271568: the message transfer agent does not start, because its XAPI threads are more than 75.

local exchange = require "kb.exchange"
local numbers = require "kb.numbers"
local services = require "kb.services"

local PARAMETERS = exchange.service_key("MSExchangeMTA", "Parameters")

-- What is added up, each with its default. XAPI/MMI client DMOD threads is not.
local THREADS = {
  { "XAPI MA queue threads", 2 },
  { "XAPI MA threads", 2 },
  { "XAPI MT queue threads", 1 },
  { "XAPI MT threads", 1 },
}
local OWN, MOST = 3, 75

local function read(target)
  return numbers.read_all(target, PARAMETERS, THREADS)
end

local function check(target)
  local list = read(target)
  if not numbers.report_wrong(target, list) then
    return
  end
  local sum = numbers.sum(list) + OWN
  if sum <= MOST then
    return target:pass(("the MTA asks for %d threads, of %d at most: %s, and %d of its own")
      :format(sum, MOST, numbers.told(list), OWN))
  end
  target:fail{
    id = "sum",
    message = ("the MTA asks for %d threads, and may have %d at most"):format(sum, MOST),
    where = { key = PARAMETERS },
    found = sum,
    expected = "at most " .. MOST,
    because = numbers.told(list) .. ", and " .. OWN .. " of its own",
  }
end

local function fix(target, _, finding, plan)
  if finding.id ~= "sum" then
    plan:manual("set " .. finding.where.value .. " as a REG_DWORD, or delete it: it then has its"
      .. " default", { why = "what was meant cannot be told from another type" })
    return
  end
  for _, number in ipairs(read(target)) do
    if number.value ~= number.default then
      plan:set_value(PARAMETERS, number.name, "REG_DWORD", number.default, {
        why = "its default, which is right unless Microsoft's support said otherwise",
        step = "RESOLUTION 4",
      })
    end
  end
  services.warn_of_cluster(target, plan)
  plan:manual("have the Microsoft Exchange Message Transfer Agent service stopped while the values"
    .. " are changed, and start it afterwards", {
    why = "it reads the numbers when it starts", step = "RESOLUTION 1, 5",
  })
end

return {
  api = 1,
  id = "Q271568",
  version = "1.0.0",
  title = "MTA does not start with event ID 3047: too many threads",
  severity = "high",
  categories = { "exchange", "startup", "mta" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { event = 3047, source = "MSExchangeMTA",
      text = "bad configuration: more threads are requested than the maximum" },
    { event = 9406, source = "MSExchangeMTA",
      text = "not enough Performance Monitor memory for the MTA Connections" },
  },
  references = { { kb = "Q271568" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
The message transfer agent makes as many threads for the clients of its XAPI as four numbers of its
Parameters key say, and three more. It may make 75; when the numbers ask for more, it logs event
3047 and does not start.

The check adds up XAPI MA queue threads, XAPI MA threads, XAPI MT queue threads and XAPI MT threads.
An absent one counts with its default (2, 2, 1, 1). XAPI/MMI client DMOD threads stands beside them
and is not part of the sum. The plan sets those that differ back to their defaults.
]],
  applies = function(target)
    if not target.registry:key(PARAMETERS) then
      return false, "the service MSExchangeMTA has no Parameters key: the MTA is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
