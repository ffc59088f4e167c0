-- Q291196: a backup domain controller that runs WINS finds no domain controller when it starts,
-- because Net Logon does not wait for WINS.

local services = require "kb.services"

local SERVICE, WINS = "Netlogon", "Wins"
local OPTIONS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions"

local function check(target, params)
  local list = services.dependencies(target, SERVICE)
  if not services.wrong_type(list) and not services.position(list.names, WINS) then
    if params.role == "primary" then
      return target:pass("a primary domain controller is not concerned: " .. SERVICE
        .. " need not wait for " .. WINS)
    elseif not params.role then
      target:unknown(SERVICE .. " does not depend on " .. WINS .. ", which is wrong on a backup"
        .. " domain controller only; what this one is cannot be told from SYSTEM: say it with"
        .. " -p role=backup or -p role=primary")
    end
  end
  services.check_wanted(target, SERVICE, { WINS })
end

local function fix(target, _, finding, plan)
  services.add_missing(target, plan, finding, {
    why = "names can be found only when WINS runs", step = "RESOLUTION 3",
    after = { { "restart the computer", step = "RESOLUTION 5" } },
  })
end

return {
  api = 1,
  id = "Q291196",
  version = "1.0.0",
  title = "Net Logon event 3096 on a backup domain controller with WINS",
  severity = "low",
  categories = { "windows", "startup", "dependencies", "network" },
  products = { { name = "Microsoft Windows NT Server", versions = "4.0" } },
  symptoms = {
    { event = 3096, source = "NETLOGON",
      text = "the domain controller for this domain could not be located" },
    { event = 7003, source = "Service Control Manager",
      text = "Net Logon depends on a service that does not exist" },
  },
  references = { { kb = "Q291196" }, { kb = "Q158146" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  params = {
    role = { type = "choice", choices = { "primary", "backup" },
      help = "what kind of domain controller this is; the SYSTEM hive does not say it" },
  },
  description = [[
On a backup domain controller that is its own WINS server, Net Logon asks for a domain controller
while WINS is not up yet: it logs event 3096, and is reachable half a minute later only.

The check concerns domain controllers (ProductType LanmanNT) with the service Wins. DependOnService
of Netlogon must have Wins there; it is appended. A primary domain controller is not concerned:
which of the two it is must be said with -p role where the dependency is missing.
]],
  applies = function(target)
    local kind = target.registry:get(OPTIONS, "ProductType")
    if not services.exists(target, SERVICE) then
      return false, "the service " .. SERVICE .. " is not installed"
    elseif not services.exists(target, WINS) then
      return false, "the service " .. WINS .. " is not installed"
    elseif not kind or tostring(kind.data):lower() ~= "lanmannt" then
      return false, "this is no domain controller: ProductType is not LanmanNT"
    end
    return true
  end,
  check = check,
  fix = fix,
}
