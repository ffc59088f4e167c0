-- kb.exchange: the parts of an Exchange 5.5 installation: its services in the registry, and the
-- organization, site and server objects of this computer in the directory.
--
-- A directory name is the last part of an entry's DN. It is never the attribute cn, which holds the
-- display name in many exports, nor Admin-Display-Name (Q182503, Q152144).

local dn = require "dn"
local names = require "kb.directory_names"

local exchange = {}

--- The key of the computer's name.
exchange.COMPUTER_NAME = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName"
local SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"

--- The registry key of a service, or of a key below it.
---@param service string "MSExchangeIMC"
---@param below string? "Parameters"
---@return string path
function exchange.service_key(service, below)
  return SERVICES .. service .. (below and "\\" .. below or "")
end

local function text_of(value)
  if value and (value.type == "REG_SZ" or value.type == "REG_EXPAND_SZ") then
    return value.data
  end
  return nil
end

--- The text of a REG_SZ or REG_EXPAND_SZ value of a service's Parameters key.
---@param target kbm.Target
---@param service string
---@param name string
---@return string? text nil: absent, or of another type
function exchange.parameter_text(target, service, name)
  return text_of(target.registry:get(exchange.service_key(service, "Parameters"), name))
end

--- The same, for scripts that can go on when the value cannot be read.
---@param target kbm.Target
---@param service string
---@param name string
---@return string? text nil: absent, of another type, or not known
---@return string? reason why it is not known
function exchange.try_parameter_text(target, service, name)
  local key = exchange.service_key(service, "Parameters")
  local status, value = target.registry:try_get(key, name)
  if status == "unknown" then
    return nil, value
  end
  return text_of(value), nil
end

--- Whether a directory answers at all.
---@param target kbm.Target
---@return boolean answers
---@return string? reason why not
function exchange.directory_answers(target)
  local status, reason =
    target.directory:try_search{ base = "", scope = "one", attributes = { "rdn" } }
  if status == "unknown" then
    return false, reason
  end
  return true
end

--- The names of the entries one level below `base`.
---@param target kbm.Target
---@param base string|kbm.Dn
---@return kbm.Dn[] names
function exchange.children(target, base)
  local found = target.directory:search{ base = base, scope = "one", attributes = { "rdn" } }
  local list = {}
  for i, entry in ipairs(found or {}) do
    list[i] = assert(dn.parse(entry.dn, "ldap"))
  end
  return list
end

-- The site objects below `base`: ou= directly below an organization, which may be below a country.
local function add_sites(target, base, sites)
  for _, name in ipairs(exchange.children(target, base)) do
    local type = name:rdn(-1).type:lower()
    if type == "ou" then
      sites[#sites + 1] = name
    elseif type == "o" or type == "c" then
      add_sites(target, name, sites)
    end
  end
end

--- The sites that the directory holds.
---@param target kbm.Target
---@return kbm.Dn[] sites
function exchange.sites(target)
  local sites = {}
  add_sites(target, "", sites)
  return sites
end

--- The container of a site's servers.
---@param site kbm.Dn
---@return kbm.Dn
function exchange.servers_container(site)
  return site:child("cn", "Configuration"):child("cn", "Servers")
end

-- Whether a name has the shape cn=SERVER,cn=Servers,cn=Configuration,ou=SITE,o=ORG.
local function is_server(name)
  local function is(i, type, value)
    local rdn = name:rdn(i)
    return rdn and rdn.type:lower() == type
      and (not value or names.same_but_case(rdn.value, value))
  end
  return is(-1, "cn") and is(-2, "cn", "Servers") and is(-3, "cn", "Configuration")
    and is(-4, "ou") and is(-5, "o")
end

--- All servers of the directory, found by their place in the tree: exports may lack `rdn`.
---@param target kbm.Target
---@return kbm.Dn[] servers
function exchange.servers(target)
  local servers = {}
  for _, site in ipairs(exchange.sites(target)) do
    for _, name in ipairs(exchange.children(target, exchange.servers_container(site))) do
      servers[#servers + 1] = name
    end
  end
  return servers
end

-- Servers by name, wherever their entries are: for exports that begin below the organization.
local function servers_by_name(target, name)
  local found = target.directory:search{
    base = "", filter = "(|(rdn=%s)(cn=%s))", args = { name, name }, attributes = { "rdn" },
  }
  local servers = {}
  for _, entry in ipairs(found or {}) do
    local server = assert(dn.parse(entry.dn, "ldap"))
    if is_server(server) then
      servers[#servers + 1] = server
    end
  end
  return servers
end

-- Those servers that have this name, and this site where one is asked for.
local function select_servers(servers, name, site)
  local selected = {}
  for _, server in ipairs(servers) do
    if names.same_but_case(server:rdn(-1).value, name)
      and (not site or names.same_but_case(server:rdn(-4).value, site)) then
      selected[#selected + 1] = server
    end
  end
  return selected
end

local function quoted(servers)
  local list = {}
  for i = 1, math.min(#servers, 5) do
    list[i] = servers[i]:ldap()
  end
  if #servers > #list then
    list[#list + 1] = "and " .. #servers - #list .. " more"
  end
  return table.concat(list, "; ")
end

---@class kb.DirectoryObject
---@field dn kbm.Dn
---@field name string the directory name, spelled as the directory does
---@field because string which entry says so

-- An object of the server's own path. Its entry is what spells its name; an export that lacks the
-- entry still has the name inside the server's DN.
local function object(target, name, what, because)
  local entry = target.directory:read(name, { "rdn" })
  if not entry then
    because = because .. " (its " .. what .. "'s is not there)"
    return { dn = name, name = name:rdn(-1).value, because = because }
  end
  local spelled = assert(dn.parse(entry.dn, "ldap"))
  return {
    dn = spelled,
    name = spelled:rdn(-1).value,
    because = because .. "; " .. entry.dn .. " is its " .. what .. "'s",
  }
end

---@class kb.Server
---@field dn kbm.Dn
---@field name string
---@field because string
---@field site kb.DirectoryObject
---@field organization kb.DirectoryObject

--- What find_server asks for; a script that hands on its params declares both.
---@class kb.ServerOptions
---@field server string? the server's directory name; default: the computer's name
---@field site string? directory name of its site, where several sites have a server of that name

--- The same, for a header's params.
---@type table<string, kbm.Parameter>
exchange.server_params = {
  server = {
    type = "string",
    help = "directory name of the server; default: the computer name in the registry",
  },
  site = {
    type = "string",
    help = "directory name of the server's site, where several sites have a server of that name",
  },
}

--- This computer's server object, with its site and organization.
---@param target kbm.Target
---@param options kb.ServerOptions
---@param whose string? what `because` calls its entry; default "this server's"
---@return kb.Server? server
---@return string? message why it cannot be told, and what to do
function exchange.find_server(target, options, whose)
  local name = options.server or target.computer_name
  if not name then
    local status, why = target.registry:try_get(exchange.COMPUTER_NAME, "ComputerName")
    if status == "unknown" then
      return nil, "this computer's name cannot be told: " .. why .. ", or give the server's"
        .. " directory name with -p server=NAME"
    end
    return nil, "the registry does not say this computer's name; give the server's directory name"
      .. " with -p server=NAME"
  end
  local servers = exchange.servers(target)
  local selected = select_servers(servers, name, options.site)
  if #selected == 0 then
    selected = select_servers(servers_by_name(target, name), name, options.site)
  end
  if #selected == 0 then
    local known = #servers == 0 and "it holds no server at all (is it an export of the whole"
      .. " organization, made with the right to see the configuration?)" or "it has "
      .. quoted(servers)
    return nil, "the directory has no server " .. name
      .. (options.site and " in a site " .. options.site or "") .. "; " .. known
      .. "; if the server has another name there, give it with -p server=NAME"
  end
  if #selected > 1 then
    return nil, "several sites have a server " .. name .. ": " .. quoted(selected)
      .. "; say which site is meant with -p site=NAME"
  end

  local server = selected[1]
  local site = server:prefix(#server - 3)
  local because = server:ldap() .. " is " .. (whose or "this server's") .. " entry"
  return {
    dn = server,
    name = server:rdn(-1).value,
    because = because,
    site = object(target, site, "site", because),
    organization = object(target, site:parent(), "organization", because),
  }
end

return exchange
