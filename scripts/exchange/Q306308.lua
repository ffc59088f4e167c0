-- Q306308: the Internet Mail Service does not start, because the registry value Logon Only As lets
-- others log on to the information store, and not the service.

local dn_lists = require "kb.dn_lists"
local exchange = require "kb.exchange"
local services = require "kb.services"

local SYSTEM = exchange.service_key("MSExchangeIS", "ParametersSystem")
local NAME = "Logon Only As"
local PLACE = { label = NAME, key = SYSTEM, value = NAME }

-- What must log on to both servers while mailboxes move between them (Q218920).
local MOVERS = { "Microsoft System Attendant", "Microsoft DSA" }

local function about(finding)
  finding.where = { key = SYSTEM, value = NAME }
  finding.because = finding.because or SYSTEM .. " has it so"
  return finding
end

-- What the list must name: { name, what }. The directory calls the service a connector, in every
-- version.
local function wanted(target, server, params)
  local list = {}
  local site = server.dn:prefix(#server.dn - 3)
  local connector = site:child("cn", "Configuration"):child("cn", "Connections")
    :child("cn", "Internet Mail Connector (" .. server.name .. ")")
  local installed = target.registry:try_key(exchange.service_key("MSExchangeIMC")) ~= "absent"
  if installed and target.directory:read(connector, { "rdn" }) then
    list[1] = { name = connector, what = "the Internet Mail Service of this server",
      id = "connector" }
  end
  if not params.move_to then
    return list
  end
  local other, problem = exchange.find_server(target,
    { server = params.move_to, site = params.site })
  if not other then
    target:unknown((problem:gsub("%-p server=", "-p move_to=")))
  end
  for _, one in ipairs{ server, other } do
    for _, mover in ipairs(MOVERS) do
      list[#list + 1] = { name = one.dn:child("cn", mover), what = mover .. " of " .. one.name,
        id = "move" }
    end
  end
  return list
end

-- The value as such; false when there is no use in looking at its names.
local function check_value(target, value, list, params)
  if not list then
    target:fail(about{ id = "type", message = NAME .. " has the wrong type", found = value.type,
      expected = "REG_MULTI_SZ" })
    return false
  elseif params.over then
    target:fail(about{ id = "limited",
      message = "logons to the information store are still limited by " .. NAME })
    return false
  elseif #list.texts == 0 then
    target:fail(about{ id = "empty", message = NAME .. " is empty: it locks everyone out",
      because = SYSTEM .. " has it without a name; without the value logons are not limited" })
    return false
  end
  return true
end

-- Reports what can be told only with the whole right list, to which all its findings lead.
local function check_list(target, list, items, lacking)
  local added = {}
  local above = items[1].above
  for i, one in ipairs(lacking) do
    added[i] = dn_lists.written(one.name, above)
  end
  local texts = dn_lists.appended(list.texts, added)
  if not list.is_list then
    target:fail(about{ id = "type", message = NAME .. " has the wrong type", found = "REG_SZ",
      expected = "REG_MULTI_SZ", x_texts = texts })
  end
  if list.empty > 0 then
    target:fail(about{ id = "empty-text", x_texts = texts,
      message = NAME .. " holds an empty text, as of a line break behind a name",
      because = SYSTEM .. " has it so; a list ends at its first empty text" })
  end
  for i, one in ipairs(lacking) do
    target:fail(about{ id = "missing-" .. one.id,
      message = NAME .. " does not let in " .. one.what,
      expected = added[i], x_texts = texts,
      because = one.name:ldap() .. " is its entry, and the list does not name it" })
  end
  return #lacking > 0 or list.empty > 0 or not list.is_list
end

local function check(target, params)
  local value = target.registry:get(SYSTEM, NAME)
  if not value then
    return target:pass(NAME .. " is absent: logons to the information store are not limited")
  end
  local list = dn_lists.texts(value)
  if not check_value(target, value, list, params) then
    return
  end
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end

  local items, lacking, named = {}, {}, {}
  for i, text in ipairs(list.texts) do
    items[i] = dn_lists.read(text, server.dn:prefix(#server.dn - 5))
  end
  for _, one in ipairs(wanted(target, server, params)) do
    local there = dn_lists.position(items, one.name)
    named[#named + 1] = there and one.what
    lacking[#lacking + 1] = not there and one or nil
  end
  if not list.is_list and not items[1].name then
    check_value(target, value, nil, params)
    return
  end
  local wrong = check_list(target, list, items, lacking)
  local findings, cased = dn_lists.check(target, items, PLACE)
  for _, finding in ipairs(findings) do
    target:fail(finding)
  end
  if not wrong and #findings == 0 then
    local objects = #items == 1 and "an object that exists" or #items .. " objects that exist"
    local service = named[1] and ", " .. table.concat(named, ", ") .. " among them"
      or "; this server has no Internet Mail Service that would have to log on"
    local case = cased[1] and "; " .. #cased .. " in another case than the directory's, which does"
      .. " not count" or ""
    target:pass(NAME .. " names " .. objects .. service .. case)
  end
end

local function restart(target, plan)
  services.warn_of_cluster(target, plan)
  plan:manual("have the Microsoft Exchange Information Store service stopped while " .. NAME
    .. " is changed, and start it afterwards", { why = "it reads the value when it starts" })
  if target.registry:try_key(exchange.service_key("MSExchangeIMC")) == "found" then
    plan:manual("start the Microsoft Exchange Internet Mail Service", {
      why = "it can log on then",
    })
  end
end

local function fix(target, _, finding, plan)
  if finding.x_texts then
    plan:set_value(SYSTEM, NAME, "REG_MULTI_SZ", finding.x_texts, {
      why = "who is not named cannot log on; the names that are there stay, in their order",
    })
    restart(target, plan)
  elseif finding.id == "limited" then
    plan:delete_value(SYSTEM, NAME, {
      why = "only without the value logons are not limited; an empty one locks everyone out",
    })
    restart(target, plan)
  elseif finding.id == "empty" then
    plan:manual("when the maintenance is over, run again with -p over=true, which plans to delete "
      .. NAME .. "; until then write into it who may log on", {
      why = "an empty list lets nobody in",
    })
  elseif finding.id == "type" then
    plan:manual("delete " .. NAME .. ", or write it anew as a REG_MULTI_SZ with one name a line", {
      why = "no names can be read from what it holds",
    })
  else
    plan:manual("correct the entry " .. finding.found .. " of " .. NAME .. ", or take it out", {
      why = "it lets nobody in",
    })
  end
end

return {
  api = 1,
  id = "Q306308",
  version = "1.0.0",
  title = "Internet Mail Service does not start while logons to the store are limited",
  severity = "high",
  categories = { "exchange", "startup" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { error = 2140, text = "starting the service ends with an internal error" },
    { event = 1023, source = "MSExchangeIS Private", text = "a logon is refused" },
    { event = 4018, source = "MSExchangeIMC", text = "the service cannot start" },
    { event = 4116, source = "MSExchangeIMC" },
  },
  aliases = {
    { kb = "Q146764", title = "Logons to the information store are limited",
      symptoms = { { text = "nobody can log on to a mailbox: the information store refuses" } } },
    { kb = "Q218920", title = "Logons are prevented while mailboxes move",
      symptoms = { { text = "Move Mailbox fails while Logon Only As limits logons" } } },
    { kb = "Q199954", title = "All users move to a new server",
      symptoms = { { text = "users are kept out while all mailboxes move to a new server" } } },
  },
  references = { { kb = "Q306308" }, { kb = "Q146764" }, { kb = "Q218920" }, { kb = "Q199954" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = exchange.server_params.server,
    site = exchange.server_params.site,
    move_to = {
      type = "string",
      help = "directory name of the other server of a Move Mailbox: the list must then let in the"
        .. " System Attendants and directory services of both",
    },
    over = {
      type = "boolean",
      help = "true: the maintenance is over, the plan deletes the value",
    },
  },
  description = [[
While a server is maintained, the value Logon Only As of the information store can limit logons to
the objects whose names (DNs) it lists, one a text. Whatever it does not name is kept out, the
Internet Mail Service as well, which then does not start: error 2140, events 4018 and 4116 of
MSExchangeIMC, event 1023 of MSExchangeIS Private.

The check looks up in the directory whether this server has an Internet Mail Service (it is called
Internet Mail Connector there) and whether the list names it; the plan adds it at the end. With the
other server of a Move Mailbox (-p move_to=NAME) the System Attendants and directory services of
both are asked for, too. Names that are no object are reported and left alone. Case does not count.

Without the value nothing is limited. An empty one locks everyone out. When the maintenance is over,
-p over=true plans to delete the value.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeIS")) then
      return false, "the service MSExchangeIS is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
