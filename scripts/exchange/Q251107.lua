-- Q251107: which X.400 address an X.400 connector writes as that of its site, so that replies come
-- back; set in a subkey that must have the connector's name.

local connectors = require "kb.connectors"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local or_address = require "kb.or_address"
local services = require "kb.services"

local NAME = "Site Proxy Override"
local TAGS = { "c", "a", "p" }

-- What is wrong with a text that should be an address of a site.
local function problem(text)
  local parts, why = or_address.read(text)
  if not parts then
    return why
  end
  local tag = or_address.lacks(parts, TAGS)
  return tag and "it has no part " .. tag .. "="
end

-- The step of the article that creates the value forgets to name it: its text then stands in the
-- value without a name.
local function unnamed(item)
  local value = item.values[""]
  local text = value and value.type == "REG_SZ" and value.data
  return not item.values[NAME] and text and not problem(text) and {
    id = "unnamed",
    message = "an address stands in a value without a name, which should be " .. NAME,
    where = { key = item.key, value = "" },
    found = held_text.shown(text),
    because = item.key .. " has it so",
  } or nil
end

local function check_value(item)
  local value = item.values[NAME]
  if not value then
    return unnamed(item)
  end
  local text, finding = held_text.look_at(NAME, item.key, value)
  local why = not finding and problem(text)
  if why then
    finding = { id = "address", message = NAME .. " is no X.400 address of a site: " .. why,
      found = held_text.shown(text), because = item.key .. " has it so" }
  end
  if finding then
    finding.where = { key = item.key, value = NAME }
    finding.x_value = value
  end
  return finding
end

local function check(target, params)
  local wrong = params.address and problem(params.address)
  if wrong then
    target:unknown("-p address=" .. params.address .. " is no X.400 address of a site: " .. wrong)
  end
  local list, because = connectors.of_server(target, params)
  local keys, findings, faulty = {}, {}, 0
  for _, item in ipairs(connectors.keys(target, { NAME, "" })) do
    local finding = check_value(item)
    if item.values[NAME] or finding then
      keys[#keys + 1] = item
    end
    findings[#findings + 1] = finding
    faulty = faulty + (finding and item.values[NAME] and 1 or 0)
  end
  for _, finding in ipairs(connectors.check_names(list, keys, because, params)) do
    findings[#findings + 1] = finding
  end
  connectors.settings_first(findings)
  for _, finding in ipairs(findings) do
    if finding.where.value == NAME and faulty == 1 then
      finding.x_address = params.address
      finding.expected = params.address or finding.expected
      finding.x_type = held_text.right_type(finding.x_value, params.address)
    end
    finding.x_value = nil
    target:fail(finding)
  end
  if #findings == 0 then
    target:pass(#keys == 0 and "no connector has a " .. NAME
      or #keys .. " connectors of the site have a " .. NAME .. ", each of them an address")
  end
end

local function fix(target, _, finding, plan)
  if not finding.where.value then
    if not connectors.rename(target, finding, plan) then
      return
    end
  elseif finding.x_address then
    plan:set_value(finding.where.key, NAME, finding.x_type, finding.x_address, {
      why = "replies come back to this address", risk = "medium",
    })
  elseif finding.id == "unnamed" then
    plan:manual("write the address into a value called " .. NAME .. ", and empty the one without a"
      .. " name", { why = "the MTA looks for the value by its name" })
  else
    plan:manual("write the address of the site, as c=US;a= ;p=CONTOSO, into " .. NAME .. " of the"
      .. " subkey " .. finding.where.key:match("[^\\]*$") .. "; where this is all that is wrong,"
      .. " running again with -p address=ADDRESS plans it", {
      why = "which address the other side needs only the operator can say",
    })
  end
  services.warn_of_cluster(target, plan)
  plan:manual("restart the Microsoft Exchange Message Transfer Agent service", {
    why = "it reads the setting when it starts",
  })
end

return {
  api = 1,
  id = "Q251107",
  version = "1.0.0",
  title = "The reply address of an X.400 connector is not in force or malformed",
  severity = "low",
  categories = { "exchange", "mta", "connectors" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5 after SP3" } },
  symptoms = {
    { text = "replies to messages sent over an X.400 connector have a wrong address" },
    { text = "Site Proxy Override has no effect" },
  },
  references = { { kb = "Q251107" }, { kb = "Q197378" }, { kb = "Q186581" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = connectors.params.server,
    site = connectors.params.site,
    connector = connectors.params.connector,
    address = {
      type = "string",
      help = "X.400 address of the site, such as 'c=US;a= ;p=CONTOSO', for the one setting that is"
        .. " malformed",
    },
  },
  description = [[
With a fix after service pack 3 the message transfer agent (MTA) writes another X.400 address of the
site on what leaves over an X.400 connector: the value Site Proxy Override in a subkey of the MTA's
Parameters key that is called as the connector in the directory is, by the last part of its DN.

The check compares the names of such subkeys with the connectors of this server's site; one that
is named after none is dead. Where its name tells which connector was meant, the plan renames it;
else -p connector=NAME says it. The address must have country, administrative domain and private
domain (c=, a= and p=; a= may be one blank). A right one cannot be computed: -p address=ADDRESS.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeMTA", "Parameters")) then
      return false, "the service MSExchangeMTA has no Parameters key: the MTA is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
