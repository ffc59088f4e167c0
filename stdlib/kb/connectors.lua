-- kb.connectors: the connectors of a site, and the subkeys of the message transfer agent's
-- Parameters key that hold settings of one connector each and are named after it.
--
-- Such a subkey has the connector's directory name: the last part of its DN without cn=, which is
-- not its display name. Blanks, parentheses and slashes may stand in it, a backslash cannot.

local dn = require "dn"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local names = require "kb.directory_names"

local connectors = {}

local PARAMETERS = exchange.service_key("MSExchangeMTA", "Parameters")

-- X.400 connectors have a class for each transport stack.
connectors.TCP = "RFC1006-X400-Link"
connectors.TP4 = "TP4-X400-Link"
connectors.X25 = "Eicon-X25-X400-Link"

---@class kb.Connector
---@field name string directory name
---@field display string? display name
---@field dn kbm.Dn
---@field classes table<string, boolean> as connectors.is reads them
---@field home string? its Home-MTA

-- Servers spell classes with and without hyphens.
local function plain(class)
  return (class:lower():gsub("%-", ""))
end

--- The site's container of connectors.
---@param site kbm.Dn
---@return kbm.Dn
function connectors.container(site)
  return site:child("cn", "Configuration"):child("cn", "Connections")
end

--- The connectors of a site.
---@param target kbm.Target
---@param site kbm.Dn
---@return kb.Connector[]? list nil: they cannot be told
---@return string? reason why not
function connectors.list(target, site)
  local container = connectors.container(site)
  local status, found = target.directory:try_search{
    base = container, scope = "one",
    attributes = { "objectClass", "Home-MTA", "Admin-Display-Name" },
  }
  if status == "unknown" then
    return nil, found
  elseif status == "absent" then
    return nil, "the directory has no " .. container:ldap() .. "; is it an export of the whole"
      .. " organization, made with the right to see the configuration?"
  end
  local list = {}
  for i, entry in ipairs(found) do
    local name = assert(dn.parse(entry.dn, "ldap"))
    local classes = {}
    for _, class in ipairs(entry:values("objectClass")) do
      classes[plain(class)] = true
    end
    list[i] = { name = name:rdn(-1).value, display = entry:values("Admin-Display-Name")[1],
      dn = name, classes = classes, home = entry:values("Home-MTA")[1] }
  end
  return list
end

--- The connectors of the own server's site, or of the site of the server that the parameters name;
--- where they cannot be told the run ends as `unknown`.
---@param target kbm.Target
---@param params kb.ServerOptions
---@return kb.Connector[] list
---@return string because which container holds them
---@return kb.Server server
function connectors.of_server(target, params)
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end
  local site = server.dn:prefix(#server.dn - 3)
  local list, reason = connectors.list(target, site)
  if not list then
    target:unknown(reason)
  end
  return list, connectors.container(site):ldap() .. " holds the site's connectors", server
end

--- Whether a connector is of a class.
---@param connector kb.Connector
---@param class string connectors.TCP
---@return boolean
function connectors.is(connector, class)
  return connector.classes[plain(class)] or false
end

--- Whether a connector is an X.400 connector, over whichever stack.
---@param connector kb.Connector
---@return boolean
function connectors.is_x400(connector)
  for _, class in ipairs{ connectors.TCP, connectors.TP4, connectors.X25 } do
    if connectors.is(connector, class) then
      return true
    end
  end
  return false
end

--- The connector of a name.
---@param list kb.Connector[]
---@param name string
---@return kb.Connector? connector nil: none has it
---@return boolean? exact false: it has the name in another case
function connectors.find(list, name)
  local found
  for _, connector in ipairs(list) do
    if connector.name == name then
      return connector, true
    elseif names.same_but_case(connector.name, name) then
      found = connector
    end
  end
  return found, found and false
end

-- Whether a wrong name tells which connector was meant.
local function tells(connector, name)
  local kinds = names.difference(connector.name, name)
  return kinds and kinds[1] ~= "value"
    or connector.display and names.same_but_case(connector.display, name)
    or names.same_but_case("cn=" .. connector.name, name)
end

--- The connector that a name means which is none's: it is its display name, has cn= before it, or
--- other blanks.
---@param list kb.Connector[]
---@param name string
---@return kb.Connector? connector nil: none, or several
function connectors.meant(list, name)
  local found
  for _, connector in ipairs(list) do
    if tells(connector, name) then
      if found then
        return nil
      end
      found = connector
    end
  end
  return found
end

--- All their names, for a finding.
---@param list kb.Connector[]
---@return string
function connectors.told(list)
  local texts = {}
  for i = 1, math.min(#list, 10) do
    texts[i] = list[i].name
  end
  if #list > #texts then
    texts[#texts + 1] = "and " .. #list - #texts .. " more"
  end
  return #list == 0 and "no connector" or table.concat(texts, ", ")
end

---@class kb.ConnectorKey
---@field name string of the subkey
---@field key string its path
---@field values table<string, kbm.Value> by the names that were asked for

--- The registry key of a connector's settings.
---@param name string directory name of the connector
---@return string path
function connectors.key(name)
  return PARAMETERS .. "\\" .. name
end

--- The subkeys that have at least one of these values.
---@param target kbm.Target
---@param values string[] their names
---@return kb.ConnectorKey[]
function connectors.keys(target, values)
  local list = {}
  local above = target.registry:key(PARAMETERS)
  for _, subkey in ipairs(above and above:subkeys() or {}) do
    local item = { name = subkey.name, key = connectors.key(subkey.name), values = {} }
    for _, name in ipairs(values) do
      item.values[name] = subkey:get(name)
    end
    if next(item.values) then
      list[#list + 1] = item
    end
  end
  return list
end

-- Which connector a dead key shall be renamed to: the operator's word first, as far as it is about
-- one key. Nil and why not.
local function renamed_to(list, keys, dead, params)
  local meant
  if params.connector then
    meant = connectors.find(list, params.connector)
    if not meant then
      return nil, "no connector of the site is called " .. params.connector .. ": it has "
        .. connectors.told(list)
    elseif #dead > 1 then
      return nil, "several subkeys are named after no connector: -p connector=NAME cannot say"
        .. " which is meant"
    end
  else
    meant = connectors.meant(list, dead[1].name)
  end
  if meant and meant.name:find("\\", 1, true) then
    return nil, "the connector's name has a backslash, which no key's name can have"
  end
  for _, item in ipairs(keys) do
    if meant and names.same_but_case(item.name, meant.name) then
      return nil, "the connector " .. meant.name .. " has a subkey with such settings already"
    end
  end
  return meant
end

--- The parameters of scripts that use connectors.check_names.
connectors.params = {
  server = exchange.server_params.server,
  site = exchange.server_params.site,
  connector = {
    type = "string",
    help = "directory name of the connector whose settings a subkey holds that is named after no"
      .. " connector: the plan renames it",
  },
}

--- Findings for subkeys that are named after no connector of the site: "no-connector"; with
--- "key-case" the name differs in case only.
---@param list kb.Connector[]
---@param keys kb.ConnectorKey[]
---@param because string which container holds the connectors
---@param params table with `connector`
---@return kbm.Finding[]
function connectors.check_names(list, keys, because, params)
  local findings, dead = {}, {}
  for _, item in ipairs(keys) do
    local connector, exact = connectors.find(list, item.name)
    if not connector then
      dead[#dead + 1] = item
    elseif not exact then
      findings[#findings + 1] = {
        id = "key-case",
        message = "a subkey with settings of a connector differs from the connector's name in case"
          .. " only",
        where = { key = item.key },
        found = item.name,
        expected = connector.name,
        because = because,
      }
    end
  end
  for _, item in ipairs(dead) do
    local one = params.connector and dead or { item }
    local meant, why = renamed_to(list, keys, one, params)
    findings[#findings + 1] = {
      id = "no-connector",
      message = "a subkey with settings of a connector is named after no connector of the site",
      where = { key = item.key },
      found = held_text.shown(item.name),
      expected = meant and meant.name,
      because = because .. " (" .. connectors.told(list) .. ")",
      x_key = item.key,
      x_to = meant and connectors.key(meant.name),
      x_why = why,
    }
  end
  return findings
end

--- Has keys not renamed whose settings are wrong themselves: a plan would only move what is wrong.
---@param findings kbm.Finding[] of connectors.check_names, and of settings: with `value` in `where`
function connectors.settings_first(findings)
  local faulty = {}
  for _, finding in ipairs(findings) do
    if finding.where.value then
      faulty[finding.where.key] = true
    end
  end
  for _, finding in ipairs(findings) do
    if faulty[finding.x_key] then
      finding.x_to = nil
      finding.x_why = "its settings are wrong as well: they come first"
    end
  end
end

-- Whether a key can be copied value by value.
local function can_copy(key)
  for _, value in ipairs(key:values()) do
    if not value.well_formed then
      return false
    end
  end
  return #key:subkeys() == 0
end

--- Plans what a finding of connectors.check_names asks for. Windows has no way to rename a key: a
--- new one is made, and the old one deleted.
---@param target kbm.Target
---@param finding kbm.Finding
---@param plan kbm.Plan
---@return boolean planned false: only a manual step
function connectors.rename(target, finding, plan)
  if finding.id == "key-case" then
    plan:manual("nothing needs to be done while the settings are in force, for Windows finds a key"
      .. " in any case; else export the subkey, delete it and import it as "
      .. finding.expected, {
      why = "the name is spelled otherwise in the directory",
    })
    return false
  end
  local old = assert(target.registry:key(finding.x_key))
  if not finding.x_to or not can_copy(old) then
    plan:manual(finding.expected and "rename the subkey to " .. finding.expected .. " with regedit"
      or "find out which connector the subkey " .. finding.found .. " was meant for and run again"
        .. " with -p connector=NAME, or delete it where that connector is gone", {
      why = finding.x_why or finding.x_to and "it holds subkeys or damaged values, which a plan"
        .. " does not copy" or "its settings are in force for no connector",
    })
    return false
  end
  local options = { why = "the settings are looked up under the connector's directory name",
    risk = "medium" }
  plan:create_key(finding.x_to, options)
  for _, value in ipairs(old:values()) do
    plan:set_value(finding.x_to, value.name, value.type, value.data, options)
  end
  plan:delete_key(finding.x_key, options)
  return true
end

return connectors
