-- Q268091: the Messenger service hangs when it starts, because its list of dependencies lacks one.

local services = require "kb.services"

local SERVICE = "Messenger"

local function check(target)
  services.check_wanted(target, SERVICE, { "LanmanWorkstation", "NetBIOS" })
end

local function fix(target, _, finding, plan)
  services.add_missing(target, plan, finding, {
    why = "it must not start before the workstation service and NetBIOS have",
    step = "MORE INFORMATION 4-5",
    after = { { "restart the computer", step = "MORE INFORMATION 6" } },
  })
end

return {
  api = 1,
  id = "Q268091",
  version = "1.0.0",
  title = "Event 7022: Messenger service hangs on starting",
  severity = "medium",
  categories = { "windows", "startup", "dependencies" },
  products = { { name = "Microsoft Windows NT", versions = "4.0" } },
  symptoms = {
    { event = 7022, source = "Service Control Manager",
      text = "the Messenger service hung on starting" },
    { event = 7003, source = "Service Control Manager",
      text = "the Messenger service depends on a service that does not exist" },
  },
  aliases = {
    {
      kb = "Q199352",
      title = "At least one service or driver failed during system startup: Messenger",
      symptoms = {
        { text = "at least one service or driver failed during system startup" },
        { event = 7022, source = "Service Control Manager",
          text = "the Messenger service hung on starting" },
      },
    },
  },
  references = { { kb = "Q268091" }, { kb = "Q199352" }, { kb = "Q158146" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
The Messenger service needs the workstation service (LanmanWorkstation) and the NetBIOS interface.
Where somebody took one of them from its DependOnService, it may be started too early: it hangs, and
event 7022 is logged.

The check looks for both names, whatever their case: NetBios is NetBIOS. A missing name is appended.
It is not where the service does not exist, or itself depends on Messenger. Names in the list that
are no services are found, too: they keep Messenger from starting (event 7003).
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
