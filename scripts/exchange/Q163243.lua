-- Q163243: the Internet Mail Connector does not start, because its values CommonName and HomeDSA
-- are not there, or because the server has no private information store.

local dn_lists = require "kb.dn_lists"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local home = require "kb.home"
local names = require "kb.directory_names"
local services = require "kb.services"

local PARAMETERS = exchange.service_key("MSExchangeIMC", "Parameters")

-- What both hold no article shows; each with the parameter that supplies it.
local VALUES = { { "CommonName", "common_name" }, { "HomeDSA", "home_dsa" } }

-- What is wrong with one of the values; nil: nothing that could be told.
local function problem(target, name, value, above)
  local finding
  if not value then
    local _, absent = held_text.look_at(name, PARAMETERS, nil,
      target.registry:key(PARAMETERS .. "\\" .. name) ~= nil)
    return absent
  end
  local text = names.text_of(value)
  if #value.raw == 0 or text and not text:find("%S") then
    finding = { id = "empty", message = name .. " is empty", because = PARAMETERS .. " has it so" }
  elseif text and text:find("^%s*/?[oO]=") then
    finding = dn_lists.check(target, { dn_lists.read(text, above) },
      { label = name, key = PARAMETERS, value = name })[1]
    finding = finding and finding.id == "no-object" and finding or nil
  end
  return finding
end

local function check(target, params)
  local server, why = exchange.find_server(target, params)
  if not server then
    target:unknown(why)
  end
  local findings = {}
  for _, one in ipairs(VALUES) do
    local name, parameter = one[1], one[2]
    local value = target.registry:get(PARAMETERS, name)
    local finding = problem(target, name, value, server.dn:prefix(#server.dn - 5))
    if finding then
      finding.where = { key = PARAMETERS, value = name }
      finding.expected = params[parameter]
      finding.x_parameter = parameter
      finding.x_right = params[parameter]
      finding.x_type = held_text.right_type(value, params[parameter])
      findings[#findings + 1] = finding
    end
  end
  if not home.object(target, server.dn, home.KINDS.mdb) then
    findings[#findings + 1] = {
      id = "no-private-store",
      message = "the server has no private information store, which the service needs",
      where = { dn = server.dn },
      because = "there is no cn=" .. home.KINDS.mdb.object .. " below " .. server.dn:ldap(),
    }
  end
  for i, finding in ipairs(findings) do
    finding.x_last = i == #findings
    target:fail(finding)
  end
  if #findings == 0 then
    target:pass("CommonName and HomeDSA are there, and the server has a private information store;"
      .. " whether Mapisvc.inf is in order the registry does not tell")
  end
end

local function fix(target, _, finding, plan)
  if finding.id == "no-private-store" then
    plan:manual("move the Internet Mail Connector to a server with a private information store, or"
      .. " make one on this server", { why = "the service keeps its mail there (Q157042)" })
  elseif finding.x_right then
    plan:set_value(PARAMETERS, finding.where.value, finding.x_type, finding.x_right, {
      why = "the service looks itself and its directory up by it", risk = "medium",
    })
    services.warn_of_cluster(target, plan)
  else
    plan:manual("look " .. finding.where.value .. " up on a server whose Internet Mail Connector"
      .. " works, adapt it to this one, and run again with -p " .. finding.x_parameter .. "=TEXT", {
      why = "what it must hold cannot be computed",
    })
  end
  if not finding.x_last then
    return
  end
  plan:manual("see that Mapisvc.inf is in the folder System32 of Windows and that the service's"
    .. " account has the right Change on it", { why = "without it the service cannot log on" })
  plan:manual("start the Microsoft Exchange Internet Mail Connector service", {
    why = "it reads its values when it starts",
  })
end

return {
  api = 1,
  id = "Q163243",
  version = "1.0.0",
  title = "Internet Mail Connector does not start with event ID 4018",
  severity = "high",
  categories = { "exchange", "startup" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { error = 2140, text = "starting the service ends with an internal error" },
    { event = 4018, source = "MSExchangeIMC", text = "the service cannot start" },
  },
  aliases = {
    { kb = "Q157042", title = "The Internet Mail Connector needs a private information store",
      symptoms = { { event = 4018, source = "MSExchangeIMC",
        text = "on a server without private information store" } } },
    { kb = "Q186739", title = "Internet Mail Service does not start with events 4018 and 4116",
      symptoms = { { event = 4018, source = "MSExchangeIMC" },
        { event = 4116, source = "MSExchangeIMC" } } },
  },
  references = {
    { kb = "Q163243" }, { kb = "Q157042" }, { kb = "Q186739" }, { kb = "Q306308" },
    { kb = "Q298565" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    common_name = {
      type = "string",
      help = "what CommonName shall hold, taken from a server that works and adapted to this one",
    },
    home_dsa = {
      type = "string",
      help = "what HomeDSA shall hold, taken from a server that works and adapted to this one",
    },
    server = exchange.server_params.server,
    site = exchange.server_params.site,
  },
  description = [[
When the Internet Mail Connector (Internet Mail Service in Exchange 5.5) cannot log on to its own
mailbox it does not start: error 2140, event 4018 of MSExchangeIMC.

The check looks whether the values CommonName and HomeDSA of its Parameters key are there and not
empty, and whether the server has a private information store in the directory. No article says
what form the values have. They are taken as they are; where one is a name (DN) its object must
exist. What an absent one must hold cannot be computed. The plan sets what -p common_name=TEXT and
-p home_dsa=TEXT give.

A third cause is no matter of registry or directory: the file Mapisvc.inf, and the rights on it.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeIMC")) then
      return false, "the service MSExchangeIMC is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
