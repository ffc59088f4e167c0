-- Q319127: the Server service hangs when the computer starts, because printer software has the
-- Spooler start before it.

local services = require "kb.services"

local SERVICE = "Spooler"
local MONITORS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Print\\Monitors"

-- What the software's services and port monitors are called: parts of names, in lower case.
local SOFTWARE = { "lexbce", "lexmark", "markvision", "jetadmin" }

-- The key that shows that such software is installed; nil: none does.
local function find_software(target)
  for _, path in ipairs{ services.key(), MONITORS } do
    local key = target.registry:key(path)
    for _, name in ipairs(key and key:names() or {}) do
      local lower = name:lower()
      for _, part in ipairs(SOFTWARE) do
        if lower:find(part, 1, true) then
          return path .. "\\" .. name
        end
      end
    end
  end
  return nil
end

local function check(target, params)
  local shown_by = find_software(target)
  if not shown_by and not params.installed then
    return target:pass("neither Lexmark MarkVision nor HP JetAdmin is seen here: no service and no"
      .. " port monitor is called so")
  end
  services.check_wanted(target, SERVICE, { "LanmanServer" })
end

local function fix(target, _, finding, plan)
  services.add_missing(target, plan, finding, {
    why = "the print spooler must not start before the Server service has",
    step = "RESOLUTION 4-7",
    after = { { "restart the computer", step = "RESOLUTION 9" } },
  })
end

return {
  api = 1,
  id = "Q319127",
  version = "1.0.0",
  title = "Services do not start and event 7022 is logged: Spooler before Server",
  severity = "medium",
  categories = { "windows", "startup", "dependencies", "printing" },
  products = {
    { name = "Microsoft Windows NT Server", versions = "4.0" },
    { name = "Lexmark MarkVision" },
    { name = "HP JetAdmin" },
  },
  symptoms = {
    { event = 7022, source = "Service Control Manager",
      text = "the Server service hung on starting" },
    { text = "one or more services did not start when the computer started" },
    { text = "others cannot find the computer on the network" },
    { event = 7003, source = "Service Control Manager",
      text = "the print spooler depends on a service that does not exist" },
  },
  references = { { kb = "Q319127" }, { kb = "Q158146" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  params = {
    installed = { type = "boolean", default = false,
      help = "take Lexmark MarkVision or HP JetAdmin for installed, also where it is not seen" },
  },
  description = [[
With the Lexmark MarkVision service (LexBce) or the port monitor of HP JetAdmin installed, the print
spooler may be started before the Server service. The Server service then hangs (event 7022) and
other computers cannot find this one.

The check looks for such software by the names of services and port monitors. Where there is one, or
-p installed=true says so, DependOnService of the Spooler must have LanmanServer. It is appended.
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
