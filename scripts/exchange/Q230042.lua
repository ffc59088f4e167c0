-- Q230042: the Mailbox Cleanup Agent is started automatically without depending on the information
-- store, and so begins before it.

local numbers = require "kb.numbers"
local services = require "kb.services"

local SERVICE = "MSExchangeMCA"

local function check(target)
  local start = numbers.read(target, services.key(SERVICE), "Start")
  if not numbers.report_wrong(target, { start }) then
    return
  elseif not start.value then
    target:unknown("how " .. SERVICE .. " starts is not said: its key has no value Start")
  elseif start.value ~= services.START.automatic then
    return target:pass("Start of " .. SERVICE .. " is " .. start.value .. ": it is not started"
      .. " automatically, and so needs to wait for nothing")
  end
  services.check_wanted(target, SERVICE, { "MSExchangeIS" })
end

local function fix(target, _, finding, plan)
  if finding.id == "type" and finding.where.value == "Start" then
    plan:manual("set how the service starts in Control Panel, Services", {
      why = "Start is a REG_DWORD: 2 automatically, 3 by hand",
    })
    return
  end
  services.add_missing(target, plan, finding, {
    why = "it must not start before the information store has", step = "MORE INFORMATION",
    after = { { "restart the computer, or the Mailbox Cleanup Agent",
      why = "the service control manager reads the list when the computer starts" } },
  })
end

return {
  api = 1,
  id = "Q230042",
  version = "1.0.0",
  title = "Mailbox Cleanup Agent does not start with the computer",
  severity = "medium",
  categories = { "exchange", "startup", "dependencies" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5, 5.5 SP1, 5.5 SP2" } },
  symptoms = {
    { text = "the Mailbox Cleanup Agent (MBClean), set to automatic, fails to start on reboot" },
    { event = 7003, source = "Service Control Manager",
      text = "the Mailbox Cleanup Agent depends on a service that does not exist" },
  },
  references = { { kb = "Q230042" }, { kb = "Q197286" }, { kb = "Q158146" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
The Mailbox Cleanup Agent (service MSExchangeMCA) is set up to be started by hand, and depends on
nothing. If it is set to start automatically, it may start before the information store, and then
stops.

The check asks for MSExchangeIS in DependOnService where Start is 2. The name is appended: what else
is in the list stays.
]],
  applies = function(target)
    if not services.exists(target, SERVICE) then
      return false, "the service " .. SERVICE .. " is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
