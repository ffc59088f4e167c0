-- Q136934: events 7000 and 7001 for the Resource Kit's HTTP server beside Gateway Service for
-- NetWare, because it depends on the MUP.

local services = require "kb.services"

local SERVICE, GATEWAY, NAME = "HTTPS", "NWCWorkstation", "MUP"
local KEY = services.key(SERVICE)

local function check(target)
  local list = services.dependencies(target, SERVICE)
  local wrong = services.wrong_type(list)
  if wrong then
    return target:fail(wrong)
  end
  local at = services.position(list.names, NAME)
  if not at then
    return target:pass(SERVICE .. " depends on " .. services.told(list.names) .. ", not on "
      .. NAME)
  elseif not services.exists(target, GATEWAY) then
    return target:pass(SERVICE .. " depends on " .. list.names[at] .. ", which does no harm without"
      .. " Gateway Service for NetWare (" .. GATEWAY .. ")")
  end
  local left = services.without(list.names, NAME)
  target:fail{
    id = "mup",
    message = SERVICE .. " depends on " .. list.names[at] .. ", which Gateway Service for NetWare"
      .. " has started already",
    where = { key = KEY, value = list.name },
    found = services.told(list.names),
    expected = services.told(left),
    because = KEY .. " has it so, and " .. services.key(GATEWAY) .. " is there",
    x_list = left,
  }
end

local function fix(target, _, finding, plan)
  if finding.x_list then
    plan:set_value(KEY, "DependOnService", "REG_MULTI_SZ", finding.x_list, {
      why = "a second start of it fails, and the HTTP server with it", step = "RESOLUTION 3",
    })
    services.warn_of_cluster(target, plan)
    plan:manual("restart the computer", { step = "RESOLUTION 5" })
  else
    services.add_missing(target, plan, finding, {})
  end
end

return {
  api = 1,
  id = "Q136934",
  version = "1.0.0",
  title = "Events 7000 and 7001 with the HTTP server and Gateway Service for NetWare",
  severity = "medium",
  categories = { "windows", "startup", "dependencies", "network" },
  products = {
    { name = "Microsoft Windows NT Server", versions = "3.51, 4.0" },
    { name = "Microsoft Windows NT Workstation", versions = "4.0" },
    { name = "Microsoft Windows NT Resource Kit", versions = "3.51" },
  },
  symptoms = {
    { event = 7000, source = "Service Control Manager",
      text = "the MUP service failed to start: an instance is already running" },
    { event = 7001, source = "Service Control Manager",
      text = "the HTTP server depends on the MUP service, which failed to start" },
  },
  references = { { kb = "Q136934" }, { kb = "Q197286" }, { kb = "Q158146" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
The HTTP server of the Windows NT Resource Kit (service HTTPS) has MUP, Tcpip and AFD in its
DependOnService. Where Gateway Service for NetWare is installed, MUP runs already and is not started
a second time: event 7000, and 7001 for the HTTP server that waits for it.

The check looks for MUP in that list, whatever its case, on computers with the service
NWCWorkstation. The plan takes this name out and leaves the others.
]],
  applies = function(target)
    if not services.exists(target, SERVICE) then
      return false, "the Resource Kit's HTTP server (the service " .. SERVICE .. ") is not there"
    end
    return true
  end,
  check = check,
  fix = fix,
}
