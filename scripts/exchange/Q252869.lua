-- Q252869: a Move Mailbox failed half-way: the mailbox is on one server, its attributes Home-MDB
-- and Home-MTA name another one, and another try would lose mail.

local dn = require "dn"
local exchange = require "kb.exchange"
local home = require "kb.home"

local KINDS = { home.KINDS.mdb, home.KINDS.mta }
local MOST_FINDINGS = 100

local DO_NOT_RETRY = { why = "a second move deletes what the first one has moved" }

-- The value of each attribute, and the server that it names.
local function read(entry)
  local values, servers, problem = {}, {}, nil
  for i, kind in ipairs(KINDS) do
    values[i] = entry:values(kind.attribute)[1]
    if values[i] then
      local server, why = home.server(values[i], kind)
      servers[i] = server
      problem = problem or why and { kind = kind, value = values[i], why = why }
    end
  end
  return values, servers, problem
end

-- Whether a server has no store, though the directory has its site's servers. `known`: what was
-- asked before, by the server's name.
local function is_gone(target, server, known)
  local key = server:ldap():lower()
  if known[key] == nil then
    known[key] = not home.object(target, server, home.KINDS.mdb)
      and target.directory:read(server:parent(), { "rdn" }) ~= nil
  end
  return known[key]
end

-- What can be told without knowing where the mailbox is; nil: nothing is wrong.
local function disagreement(target, entry, known)
  local values, servers, problem = read(entry)
  if problem then
    return {
      id = "wrong-object",
      message = problem.kind.attribute .. " names no " .. problem.kind.object .. " of a server",
      found = problem.value,
      because = problem.why,
      where = { dn = entry.dn, attribute = problem.kind.attribute },
    }
  elseif servers[1] and servers[2] and not home.same(servers[1], servers[2]) then
    return {
      id = "apart",
      message = "the mailbox's store and its message transfer agent are on different servers",
      found = values[2],
      because = "its Home-MDB is " .. values[1],
      where = { dn = entry.dn, attribute = KINDS[2].attribute },
    }
  elseif servers[1] and is_gone(target, servers[1], known) then
    return {
      id = "no-store",
      message = "Home-MDB names an object that the directory does not have",
      found = values[1],
      because = "there is no such object, while " .. servers[1]:parent():ldap() .. " is there",
      where = { dn = entry.dn, attribute = KINDS[1].attribute },
    }
  end
  return nil
end

local function find_mailbox(target, text)
  local name, problem = dn.parse(text)
  if not name then
    target:unknown("-p mailbox=" .. text .. " is no name of a mailbox: " .. problem)
  end
  local entry = target.directory:read(name)
  if not entry then
    target:unknown("the directory has no mailbox " .. name:ldap())
  end
  return entry
end

-- The server that the mailbox is on, as the operator says.
local function find_server(target, params, entry)
  local server, problem = exchange.find_server(target, { server = params.on, site = params.site })
  if not server then
    target:unknown((problem:gsub("%-p server=", "-p on=")))
  end
  local name = assert(dn.parse(entry.dn, "ldap"))
  local site = server.dn:prefix(#server.dn - 3)
  if #name <= #site or not home.same(name:prefix(#site), site) then
    target:unknown(entry.dn .. " is not of the site of " .. server.dn:ldap()
      .. ": mailboxes move within a site only; see whether the server is the right one")
  end
  return server
end

-- Compares a mailbox with where it is.
local function check_against(target, entry, server)
  local values = read(entry)
  local wrong = false
  for i, kind in ipairs(KINDS) do
    local right = home.object(target, server.dn, kind)
    if not right then
      target:unknown("the directory has no cn=" .. kind.object .. " below " .. server.dn:ldap()
        .. ": a mailbox cannot be there")
    elseif not values[i] and not values[3 - i]
      and not home.shown(target, server.dn:prefix(#server.dn - 3)) then
      target:unknown("neither this mailbox nor another object shows a Home-MDB or Home-MTA: the"
        .. " directory may not show them to this account, or the export left them out")
    elseif not values[i] or not home.same(values[i], right) then
      wrong = true
      target:fail{
        id = kind == home.KINDS.mdb and "store" or "agent",
        message = not values[i] and "the mailbox has no " .. kind.attribute
          or kind.attribute .. " is not the " .. kind.object .. " of the server that the mailbox is"
            .. " on",
        found = values[i],
        expected = right:ldap(),
        because = "the mailbox is on " .. server.name .. ", as -p on says; " .. server.dn:ldap()
          .. " is that server's entry",
        where = { dn = entry.dn, attribute = kind.attribute },
        x_kind = i,
        x_right = right:ldap(),
      }
    end
  end
  if not wrong then
    target:pass("Home-MDB and Home-MTA of the mailbox both name " .. server.name)
  end
end

local function check_one(target, params)
  local entry = find_mailbox(target, params.mailbox)
  if params.on then
    return check_against(target, entry, find_server(target, params, entry))
  end
  local finding = disagreement(target, entry, {})
  local _, servers = read(entry)
  if finding then
    target:fail(finding)
  elseif not servers[1] or not servers[2] then
    target:unknown(entry.dn .. " does not show both Home-MDB and Home-MTA; say which server the"
      .. " mailbox is on with -p on=NAME")
  else
    target:pass("Home-MDB and Home-MTA of the mailbox both name " .. servers[1]:rdn(-1).value
      .. "; Mailbox Resources of that server tells whether it is there")
  end
end

local function find_site(target, params)
  if not params.site then
    local server, problem = exchange.find_server(target, {})
    if not server then
      target:unknown((problem:gsub("%-p server=", "say which site's mailboxes with -p site=")))
    end
    return server.dn:prefix(#server.dn - 3)
  end
  for _, site in ipairs(exchange.sites(target)) do
    if site:rdn(-1).value:lower() == params.site:lower() then
      return site
    end
  end
  target:unknown("the directory has no site " .. params.site)
end

-- The filter names no attribute that holds DNs: servers answer such searches wrongly (Q246567).
local function check_all(target, params)
  local site = find_site(target, params)
  local found = target.directory:search{
    base = site, filter = "(objectClass=organizationalPerson)",
    attributes = { KINDS[1].attribute, KINDS[2].attribute },
  }
  local looked, wrong, half, known = 0, 0, {}, {}
  for _, entry in ipairs(found or {}) do
    local values = read(entry)
    local finding = disagreement(target, entry, known)
    if values[1] and values[2] then
      looked = looked + 1
    elseif (values[1] or values[2]) and not finding then
      half[#half + 1] = entry.dn
    end
    wrong = wrong + (finding and 1 or 0)
    if finding and wrong <= MOST_FINDINGS then
      target:fail(finding)
    end
  end
  if looked == 0 then
    target:unknown("no mailbox of " .. site:ldap() .. " shows both Home-MDB and Home-MTA: the"
      .. " directory may not show them to this account")
  elseif wrong == 0 and half[1] then
    target:unknown(looked .. " mailboxes of " .. site:ldap() .. " name one server each; " .. #half
      .. " with only one of Home-MDB and Home-MTA cannot be judged, the first of them "
      .. half[1] .. "; say which server it is on with -p mailbox=DN -p on=NAME")
  elseif wrong == 0 then
    target:pass(looked .. " mailboxes of " .. site:ldap() .. " name one server each")
  end
end

local function fix(target, _, finding, plan)
  if not finding.x_kind then
    plan:manual("do not try to move the mailbox again", DO_NOT_RETRY)
    plan:manual("find out with Mailbox Resources which server has the mailbox "
      .. tostring(finding.where.dn) .. " and run again with -p mailbox=DN -p on=SERVER", {
      why = "the directory alone does not tell where the mailbox is",
    })
    return
  end
  local entry = assert(target.directory:read(finding.where.dn))
  local kind = KINDS[finding.x_kind]
  plan:modify_entry(entry.dn, home.attribute(entry, kind), { finding.x_right }, {
    why = "both attributes must name the server that has the mailbox",
    risk = "medium",
  })
  plan:manual("do not try to move the mailbox again before the change", DO_NOT_RETRY)
  plan:manual("see that Mailbox Resources of the server that was named shows the mailbox with its"
    .. " messages, before and after the change", {
    why = "only the information store knows which server has it",
  })
end

return {
  api = 1,
  id = "Q252869",
  version = "1.0.0",
  title = "A mailbox is stranded after an unsuccessful Move Mailbox",
  severity = "high",
  categories = { "exchange", "directory", "mailbox" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { error = "0xc1040b00", text = "Move Mailbox fails in the information store" },
    { text = "a moved mailbox is empty, or cannot be opened" },
  },
  references = {
    { kb = "Q252869" }, { kb = "Q264587" }, { kb = "Q246567" }, { kb = "Q296522" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    mailbox = {
      type = "string",
      help = "DN of the mailbox, in the LDAP form or as /o=ORG/ou=SITE/cn=...; or all: every"
        .. " mailbox of the site is looked at",
    },
    on = {
      type = "string",
      help = "directory name of the server whose Mailbox Resources shows the mailbox",
    },
    site = {
      type = "string",
      help = "directory name of the site, where several have a server of that name, or whose"
        .. " mailboxes to look at; default: this computer's",
    },
  },
  description = [[
When Move Mailbox fails half-way, the mailbox can be on one server while its attributes Home-MDB and
Home-MTA name another. Moving it again would then lose mail.

With -p mailbox=DN the check tells whether both attributes name one server, which the directory has.
The server that has the mailbox is what the operator sees in Mailbox Resources: with -p on=SERVER,
too, the plan sets both attributes, in one change of the entry, to that server's Microsoft Private
MDB and Microsoft MTA.
With -p mailbox=all every mailbox of the site is looked at, and nothing is planned.

The attributes are changed by LDAP; an import of a CSV file does not change them (Q264587).
]],
  applies = function(_, params)
    if not params.mailbox then
      return false, "no mailbox was named: -p mailbox=DN, or -p mailbox=all"
    end
    return true
  end,
  check = function(target, params)
    local check = params.mailbox == "all" and check_all or check_one
    check(target, params)
  end,
  fix = fix,
}
