-- Q260060: the routing table cannot be calculated, because the registry value X500 DN of the
-- message transfer agent is missing.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_values = require "kb.name_values"

local STEPS = {
  why = "the routing calculation reads this server's own name there",
  step = "RESOLUTION",
  after = {
    { "stop and start the Microsoft Exchange Message Transfer Agent service",
      why = "it reads X500 DN when it starts", step = "RESOLUTION" },
    { "in Microsoft Exchange Administrator, on the page Routing of Site Addressing, recalculate the"
      .. " routing", step = "RESOLUTION" },
    { "wait until MSExchangeSA logs event 5000 as information", step = "RESOLUTION",
      why = "it says that the routing table was calculated" },
  },
}

local function check(target, params)
  local readings = name_values.read(target, identity.select("x500-dn"))
  local wrong = readings[1].finding
  if not wrong or wrong.id == "type" or wrong.id == "variable" then
    target:pass("X500 DN of MSExchangeMTA is there; whether it names this server is for Q155027 to"
      .. " tell" .. (readings[1].note and "; " .. readings[1].note or ""))
    return
  end
  if not exchange.directory_answers(target) then
    name_values.report_offline(target, readings)
    return
  end
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end
  name_values.report(target, (name_values.examine(target, server, readings)))
end

return {
  api = 1,
  id = "Q260060",
  version = "1.0.0",
  title = "Routing is calculated, but the registry appears to be corrupted",
  severity = "medium",
  categories = { "exchange", "routing" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { event = 5000, source = "MSExchangeSA",
      text = "routing calculation complete, but information on the message transfer agent (MTA) in"
        .. " the registry appears corrupted" },
  },
  references = { { kb = "Q260060" }, { kb = "Q155027" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = name_values.params,
  description = [[
When the System Attendant calculates the routing table (GWART) it reads in the registry which
message transfer agent is this server's own. Without the value X500 DN event 5000 reports that the
registry appears to be corrupted.

The check tells only whether the value is there and not empty; Q155027 compares it with the
directory. Some articles print its name as X500DN. That is not the value which Exchange writes:
when it is there alone, X500 DN is made beside it, and it is left as it is. The new value is the
name of the object Microsoft MTA below this computer's server in the directory.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeMTA")) then
      return false, "the service MSExchangeMTA is not installed"
    end
    return true
  end,
  check = check,
  fix = function(target, _, finding, plan)
    name_values.fix(target, finding, plan, STEPS)
  end,
}
