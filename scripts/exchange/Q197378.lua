-- Q197378: a server with several addresses sends from one that the other side does not expect;
-- which one an X.400 connector uses is set in a subkey that must have the connector's name.

local connectors = require "kb.connectors"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local home = require "kb.home"
local names = require "kb.directory_names"
local services = require "kb.services"

local NAME = "Stack IP Address Override"
local LINKAGE = services.key("Tcpip") .. "\\Linkage"
local BELOW = "\\Parameters\\Tcpip"
local INTERFACES = services.key("Tcpip") .. "\\Parameters\\Interfaces"

-- Four numbers of one byte each.
local function is_address(text)
  local numbers = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  for _, number in ipairs(numbers) do
    if #number > 3 or tonumber(number) > 255 then
      return false
    end
  end
  return #numbers == 4
end

-- Adds the addresses that an adapter's key holds; whether it gets some that the key does not tell.
local function add_addresses(target, path, list)
  local unknown = false
  for _, name in ipairs{ "IPAddress", "DhcpIPAddress" } do
    local value = target.registry:get(path, name)
    local texts = value and (value.type == "REG_MULTI_SZ" and value.data or { value.data }) or {}
    for _, text in ipairs(texts) do
      if text == "0.0.0.0" then
        unknown = true
      elseif type(text) == "string" and is_address(text) then
        list[text] = true
      end
    end
  end
  local dhcp = target.registry:get(path, "EnableDHCP")
  return unknown or dhcp ~= nil and dhcp.data == 1
end

-- The keys that may hold an adapter's addresses: in Windows NT 4.0 below its service's, in Windows
-- 2000 below TCP/IP's. Nil and why, where the adapters are not known.
local function adapters(target)
  local status, bound = target.registry:try_get(LINKAGE, "Bind")
  if status == "unknown" then
    return nil, bound
  end
  local paths = {}
  if status == "found" and bound.type == "REG_MULTI_SZ" then
    for _, device in ipairs(bound.data) do
      local name = device:match("[^\\]+$") or "none"
      paths[#paths + 1] = services.key(name) .. BELOW
      paths[#paths + 1] = INTERFACES .. "\\" .. name
    end
    return paths
  end
  for base, below in pairs{ [services.key()] = BELOW, [INTERFACES] = "" } do
    local above = target.registry:key(base)
    for _, key in ipairs(above and above:subkeys() or {}) do
      paths[#paths + 1] = base .. "\\" .. key.name .. below
    end
  end
  return paths
end

-- This computer's addresses. Nil and why, where its adapters are not known.
local function addresses(target)
  local paths, why = adapters(target)
  if not paths then
    return nil, why
  end
  local set, changing, list = {}, false, {}
  for _, path in ipairs(paths) do
    if target.registry:key(path) then
      changing = add_addresses(target, path, set) or changing
    end
  end
  for address in pairs(set) do
    list[#list + 1] = address
  end
  return { list = list, set = set, changing = changing }
end

-- What is wrong with one setting.
local function problem(item, own)
  local value = item.values[NAME]
  local text, finding = held_text.look_at(NAME, item.key, value)
  if finding then
    return finding
  elseif not is_address(text) then
    return { id = "no-address", message = NAME .. " is no IP address", found = text,
      because = item.key .. " has it so" }
  elseif own and not own.set[text] and not own.changing then
    return { id = "foreign", message = NAME .. " is none of this computer's addresses",
      found = text, because = "its adapters have " .. table.concat(own.list, ", ") }
  end
end

-- The address that the operator asks for.
local function chosen(target, params, own)
  local address = params.address
  if not address then
    return nil
  elseif not is_address(address) then
    target:unknown("-p address=" .. address .. " is no IP address")
  elseif own and not own.set[address] and not own.changing then
    target:unknown("-p address=" .. address .. " is none of this computer's addresses, "
      .. table.concat(own.list, ", "))
  end
  return address
end

local function has_key(keys, findings, name)
  for _, item in ipairs(keys) do
    if names.same_but_case(item.name, name) then
      return true
    end
  end
  for _, finding in ipairs(findings) do
    if finding.id == "no-connector" and finding.expected == name then
      return true -- it gets one
    end
  end
  return false
end

-- Findings for connectors of this server that lack a setting which they need.
local function missing(server, list, keys, findings)
  local agent = server.dn:child("cn", home.KINDS.mta.object)
  local found, unseen = {}, nil
  for _, connector in ipairs(list) do
    local needs = connectors.is(connector, connectors.TCP)
      and not has_key(keys, findings, connector.name)
    if needs and not connector.home then
      unseen = connector.dn:ldap() .. " does not show its Home-MTA"
    elseif needs and home.same(connector.home, agent) then
      found[#found + 1] = {
        id = "missing",
        message = "this computer has several addresses, and nothing says from which of them the"
          .. " connector " .. connector.name .. " sends",
        where = { key = connectors.key(connector.name), value = NAME },
        because = connector.dn:ldap() .. " is an X.400 connector of this server",
      }
    end
  end
  return found, unseen
end

-- Settings that are wrong, and those that are not there.
local function check_settings(keys, own, lacking, findings)
  for _, item in ipairs(keys) do
    local finding = problem(item, own)
    if finding then
      finding.where = { key = item.key, value = NAME }
      findings[#findings + 1] = finding
    end
  end
  for _, finding in ipairs(own and #own.list > 1 and lacking or {}) do
    findings[#findings + 1] = finding
  end
  connectors.settings_first(findings)
end

local function check(target, params)
  local list, because, server = connectors.of_server(target, params)
  local keys = connectors.keys(target, { NAME })
  local findings = connectors.check_names(list, keys, because, params)
  local lacking, hidden = missing(server, list, keys, findings)
  local own, why
  if keys[1] or lacking[1] or hidden or params.address then
    own, why = addresses(target)
  end
  local address = chosen(target, params, own)
  check_settings(keys, own, lacking, findings)
  for _, finding in ipairs(findings) do
    if finding.where.value then
      finding.expected = address or finding.expected
      finding.x_address = address
    end
    finding.x_own = own and table.concat(own.list, ", ")
    target:fail(finding)
  end
  local unseen = not own and why or own and #own.list > 1 and hidden
  if #findings == 0 and unseen then
    target:unknown(unseen)
  elseif #findings == 0 then
    target:pass(#keys == 0 and "no connector has a " .. NAME .. ", and none needs one"
      or #keys .. " connectors of the site have a " .. NAME
        .. (own.changing and "" or ", each of them an address of this computer"))
  end
end

local function choose(finding, plan)
  plan:manual("choose the address that the connector " .. finding.where.key:match("[^\\]*$")
    .. " shall send from" .. (finding.x_own and ", of " .. finding.x_own or "")
    .. ", and run again with -p address=ADDRESS", {
    why = "which one the other side expects only the operator can say",
  })
end

local function fix(target, _, finding, plan)
  if not finding.where.value then
    if not connectors.rename(target, finding, plan) then
      return
    end
  elseif finding.x_address then
    plan:create_key(finding.where.key, { why = "it is named after the connector" })
    plan:set_value(finding.where.key, NAME, "REG_SZ", finding.x_address, {
      why = "the connector sends from this address, which the other side expects",
      risk = "medium",
    })
  else
    return choose(finding, plan)
  end
  services.warn_of_cluster(target, plan)
  plan:manual("restart the Microsoft Exchange Message Transfer Agent service", {
    why = "it reads the setting when it starts",
  })
  plan:manual("on the other side, set the same address on the Stack page of its connector", {
    why = "it refuses connections from another one with event 9301",
  })
end

return {
  api = 1,
  id = "Q197378",
  version = "1.0.0",
  title = "MTA logs event 9301 on incoming connections from a server with several addresses",
  severity = "medium",
  categories = { "exchange", "mta", "connectors" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5 SP1 and later" } },
  symptoms = {
    { event = 9301, source = "MSExchangeMTA",
      text = "an incoming connection is refused: its address is not that of the connector" },
  },
  aliases = {
    { kb = "Q256844", title = "X.400 connections through Routing and Remote Access end in 9301",
      symptoms = { { event = 9301, source = "MSExchangeMTA",
        text = "over a connection of Routing and Remote Access" } } },
    { kb = "Q255991", title = "An X.400 connector over TCP/IP and Routing and Remote Access",
      symptoms = { { text = "an X.400 connector shall use a dial-up address (RRAS)" } } },
  },
  references = {
    { kb = "Q197378" }, { kb = "Q256844" }, { kb = "Q255991" }, { kb = "Q251107" },
    { kb = "Q186581" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = connectors.params.server,
    site = connectors.params.site,
    connector = connectors.params.connector,
    address = {
      type = "string",
      help = "IP address of this computer that connectors shall send from which have none, or a"
        .. " wrong one",
    },
  },
  description = [[
A server with several IP addresses sends from any of them. The message transfer agent (MTA) of the
other side expects the one of its connector and refuses others with event 9301. The value Stack IP
Address Override sets the address; it stands in a subkey of the MTA's Parameters key for each X.400
connector.

The subkey must be called as the connector in the directory is, by the last part of its DN and not
by its display name: else the setting is dead. The check compares the names with the connectors of
this server's site. Where the name tells which connector was meant, the plan renames the subkey;
else -p connector=NAME says it.

An address must be one of this computer's adapters, as far as these have fixed ones. A computer with
several addresses needs the setting for each of its X.400 connectors over TCP/IP; -p address=ADDRESS
chooses. Service pack 2 is needed, by one article service pack 1.
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
