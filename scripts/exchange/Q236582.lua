-- Q236582: the System Attendant's profile is not configured, because its object in the directory
-- does not name the private information store of its own server.

local exchange = require "kb.exchange"
local home = require "kb.home"

local KIND = home.KINDS.mdb
local OBJECT = "Microsoft System Attendant"

-- An attribute that is not there may only not be shown: then nothing can be told.
local function require_sight(target, server)
  local site = server.dn:prefix(#server.dn - 3)
  if not home.shown(target, site) then
    target:unknown("no object of " .. site:ldap() .. " shows a Home-MDB or Home-MTA: the directory"
      .. " may not show them to this account, or the export left them out; ask with the right to"
      .. " read the configuration")
  end
end

local function other(target, server, values, store)
  for _, value in ipairs(values) do
    if not home.same(value, store) then
      local named, why = home.server(value, KIND)
      local same = named and home.same(named, server.dn)
      target:fail{
        id = named and not same and "other-server" or "wrong-object",
        message = named and not same and "the System Attendant's mail store is on another server"
          or "the System Attendant's Home-MDB does not name a private information store",
        found = value,
        expected = store:ldap(),
        because = why or server.because,
        where = { dn = server.dn:child("cn", OBJECT), attribute = KIND.attribute },
        x_store = store:ldap(),
      }
      return true
    end
  end
  return false
end

local function check(target, params)
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end
  local attendant = target.directory:read(server.dn:child("cn", OBJECT))
  if not attendant then
    target:unknown("the directory has no cn=" .. OBJECT .. " below " .. server.dn:ldap()
      .. ", which every server has; is it an export of the whole configuration?")
  end
  local values = attendant:values(KIND.attribute)
  local store = home.object(target, server.dn, KIND)
  if not store then
    return target:fail{
      id = "no-private-store",
      message = "the server has no private information store that its System Attendant could name",
      found = values[1],
      because = "there is no cn=" .. KIND.object .. " below " .. server.dn:ldap()
        .. "; a server of public folders only has none",
      where = { dn = attendant.dn, attribute = KIND.attribute },
    }
  end
  if #values == 0 then
    require_sight(target, server)
    target:fail{
      id = "absent",
      message = "the System Attendant has no Home-MDB",
      expected = store:ldap(),
      because = attendant.dn .. " has no such attribute, while other objects show theirs",
      where = { dn = attendant.dn, attribute = KIND.attribute },
      x_store = store:ldap(),
    }
  elseif not other(target, server, values, store) then
    target:pass("Home-MDB of the System Attendant names the private information store of "
      .. server.name)
  end
end

local function fix(target, _, finding, plan)
  if not finding.x_store then
    plan:manual("see whether this server shall have mailboxes; if so, create its private"
      .. " information store and run again", {
      why = "without one there is nothing that Home-MDB could name",
    })
    return
  end
  local attendant = assert(target.directory:read(finding.where.dn))
  plan:modify_entry(attendant.dn, home.attribute(attendant, KIND), { finding.x_store }, {
    why = "the System Attendant logs on to the private information store of its own server",
    risk = "medium",
  })
  plan:manual("make the change on a server of the same site: elsewhere its configuration cannot be"
    .. " written", { why = "only the own site's configuration is writable" })
  plan:manual("stop and start the Microsoft Exchange Directory service, and with it the services"
    .. " that depend on it", { why = "it hands the attribute out when the services start" })
end

return {
  api = 1,
  id = "Q236582",
  version = "1.0.0",
  title = "System Attendant logs event 1005: its profile is not configured",
  severity = "high",
  categories = { "exchange", "directory" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { event = 1005, source = "MSExchangeSA", text = "the profile is not configured" },
    { event = 5004, source = "MSExchangeSA" },
    { error = "0xc0040000" },
    { error = "0x8004011c", text = "8004011c-0521-00000000: not configured" },
    { error = "0x80040111", text = "80040111-0521-00000000: the logon failed" },
  },
  references = { { kb = "Q236582" }, { kb = "Q252869" }, { kb = "Q296522" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = {
      type = "string",
      help = "directory name of the server, which needs no registry then; default: the computer"
        .. " name in the registry",
    },
    site = exchange.server_params.site,
  },
  description = [[
The System Attendant of a server has an object in the directory whose attribute Home-MDB names the
private information store that it uses. Where the attribute is absent or names another object, the
System Attendant logs events 1005 and 5004.

The check derives the right name from the server's own object. Mailboxes may name a store of another
server, the System Attendant may not. Where the server has no private information store nothing is
planned. An absent attribute counts only where the directory shows such attributes of other objects:
accounts without the right to read them see the same objects without them, and no error.

The plan changes one attribute of one entry, by LDAP.
]],
  -- A server that is named may be any: it can be asked about without its registry.
  applies = function(target, params)
    if not params.server and not target.registry:key(exchange.service_key("MSExchangeSA")) then
      return false, "the service MSExchangeSA is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
