-- Q166089: event 7020 for the Afd service, because an upgrade left it depending on a group.

local services = require "kb.services"

local SERVICE, NAME = "Afd", "DependOnGroup"
local KEY = services.key(SERVICE)

local function check(target)
  local list = services.dependencies(target, SERVICE, NAME)
  local wrong = services.wrong_type(list)
  if wrong then
    target:fail(wrong)
  elseif #list.names > 0 then
    target:fail{
      id = "group",
      message = SERVICE .. " depends on a group of services",
      where = { key = KEY, value = NAME },
      found = services.told(list.names),
      expected = "(none)",
      because = KEY .. " has it so; Windows NT 4.0 has the list empty",
    }
  end
  target:pass(list.present and NAME .. " of " .. SERVICE .. " is empty"
    or SERVICE .. " has no " .. NAME)
end

local function fix(target, _, _, plan)
  plan:set_value(KEY, NAME, "REG_MULTI_SZ", {}, {
    why = "the value stays, and is empty", step = "RESOLUTION 3-4",
  })
  services.warn_of_cluster(target, plan)
  plan:manual("restart the computer", { step = "RESOLUTION 5" })
end

return {
  api = 1,
  id = "Q166089",
  version = "1.0.0",
  title = "Event 7020: circular dependency, Afd depends on a later group",
  severity = "medium",
  categories = { "windows", "startup", "dependencies", "network" },
  products = { { name = "Microsoft Windows NT", versions = "4.0" } },
  symptoms = {
    { event = 7020, source = "Service Control Manager",
      text = "circular dependency: Afd depends on a service in a group that starts later" },
  },
  references = { { kb = "Q166089" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
Windows NT 3.1 and 3.51 had Afd, the driver below Windows Sockets, depend on a group. Windows NT 4.0
starts that group later, so that a list that an upgrade left behind makes a circle: event 7020.

DependOnGroup of Afd must be empty. The value itself stays, as an empty REG_MULTI_SZ; one that is
absent is as good.
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
