-- Q180417: Outlook Web Access says that the server is down, because its registry values do not name
-- an organization, site and server that exist, or display names hide their directory names.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_values = require "kb.name_values"
local names = require "kb.directory_names"

local DISPLAY_NAME = "Admin-Display-Name"

local STEPS = {
  why = "Outlook Web Access looks for mailboxes in an organization, site and server of these names",
  step = "RESOLUTION",
  after = {
    { "stop and start the World Wide Web Publishing Service in Control Panel, Services; not in"
      .. " Internet Service Manager",
      why = "only then the values are read again", step = "RESOLUTION" },
  },
}

-- What else the articles have people look at when the message stays.
local FURTHER = {
  "see that the protocol objects LDAP and HTTP are enabled, for the site and for the server",
  "see that anonymous access is allowed to LDAP, for the site and for the server",
  "where any account has the right Search, the anonymous account needs it on Configuration, too",
  "compare the group memberships of IUSR_<computer> with those on a server whose Outlook Web Access"
    .. " works",
  "reinstall the web components of Exchange Server",
}

local function same(left, right)
  return left and right and names.same_but_case(left, right)
end

-- The servers of the directory that the given names, as far as they are given, are the names of.
local function servers_named(target, name, site, organization)
  local found = {}
  for _, server in ipairs(exchange.servers(target)) do
    if (not name or same(server:rdn(-1).value, name))
      and (not site or same(server:rdn(-4).value, site))
      and (not organization or same(server:rdn(-5).value, organization)) then
      found[#found + 1] = server
    end
  end
  return found
end

local function open(target, server)
  local options = { server = server:rdn(-1).value, site = server:rdn(-4).value }
  return exchange.find_server(target, options, "the named server's")
end

---@class Home the site whose servers OWA may use
---@field server kb.Server of that site
---@field name string? the name that Server should have when it has a wrong one
---@field undecided boolean? the values contradict each other: another site may be meant

-- OWA may be on a computer that is no Exchange server, and use any server of the site. The site is
-- the one that all three values name; else this computer's; else the one of the server named, or
-- the one named.
local function find_home(target, params, web)
  if params.server then
    local server, problem = exchange.find_server(target, params, "the given server's")
    return server and { server = server, name = server.name }, problem
  end
  local whole = servers_named(target, web.server, web.site, web.organization)
  if web.server and web.site and web.organization and #whole == 1 then
    return { server = open(target, whole[1]) }
  end
  local own, problem = exchange.find_server(target, params)
  if own then
    return { server = own, name = own.name }
  end
  local named = web.server and servers_named(target, web.server, params.site) or {}
  local members = web.site and servers_named(target, nil, web.site, web.organization) or {}
  if #named == 1 then
    return { server = open(target, named[1]), undecided = #members > 0 }
  elseif #members > 0 then
    local only = #members == 1 and members[1]:rdn(-1).value or nil
    return { server = open(target, members[1]), name = only }
  end
  return nil, "neither this computer nor what the values name is in the directory, so that the site"
    .. " is not known; give one of its servers with -p server=NAME (" .. problem .. ")"
end

-- Display names that differ from the directory names of organization and site.
local function display_names(target, server)
  local findings = {}
  for _, kind in ipairs{ "organization", "site" } do
    local object = server[kind]
    local entry = target.directory:read(object.dn, { DISPLAY_NAME })
    local shown = entry and entry:values(DISPLAY_NAME)[1]
    if shown and not same(shown, object.name) then
      findings[#findings + 1] = {
        id = kind .. "-display-name",
        message = "the " .. kind .. "'s display name is not its directory name",
        where = { dn = object.dn, attribute = DISPLAY_NAME },
        found = shown,
        expected = object.name,
        because = object.because,
      }
    end
  end
  return findings
end

local function check(target, params)
  local rows = identity.select("web-enterprise", "web-site", "web-server")
  local readings = name_values.read(target, rows)
  local answers, reason = exchange.directory_answers(target)
  if not answers then
    name_values.compare_offline(target, readings, reason)
    return
  end
  local home, problem = find_home(target, params, {
    organization = readings[1].texts[1], site = readings[2].texts[1],
    server = readings[3].texts[1],
  })
  if not home then
    target:unknown(problem)
  end
  local findings, agreed, notes = name_values.examine(target, home.server, readings)
  for _, finding in ipairs(findings) do
    if finding.x_row == "web-server" and not finding.x_right then
      finding.x_right = home.name
      finding.expected = finding.expected or home.name
    end
    if home.undecided then
      finding.x_right, finding.expected = nil, nil
    end
  end
  local shown = display_names(target, home.server)
  local last = shown[#shown] or findings[#findings]
  if last then
    last.x_further = true
  end
  name_values.report(target, findings)
  for _, finding in ipairs(shown) do
    target:fail(finding)
  end
  if #findings + #shown == 0 then
    name_values.pass(target, home.server, agreed, notes)
  end
end

local function fix(target, params, finding, plan)
  if finding.where.dn and params.display_names then
    plan:modify_entry(finding.where.dn, DISPLAY_NAME, { finding.expected }, {
      why = "Outlook Web Access may take the display name for the directory name",
      step = "RESOLUTION", risk = "medium",
    })
  elseif finding.where.dn then
    plan:manual("decide whether the display name may be changed to " .. finding.expected
      .. "; with -p display_names=true that is planned", {
      why = "it is what administrators see; Outlook Web Access may take it for the directory name",
      step = "RESOLUTION",
    })
  elseif not finding.x_right and not finding.x_offline then
    plan:manual("find out which server of which site Outlook Web Access is to use, and run again"
      .. " with -p server=NAME", { why = "several are possible" })
  end
  if not finding.where.dn then
    name_values.fix(target, finding, plan, STEPS)
  end
  for _, step in ipairs(finding.x_further and FURTHER or {}) do
    plan:manual("if the message stays: " .. step, { step = "RESOLUTION" })
  end
end

return {
  api = 1,
  id = "Q180417",
  version = "1.0.0",
  title = "Outlook Web Access says that the Exchange server is down",
  severity = "medium",
  categories = { "exchange", "web" },
  products = {
    { name = "Microsoft Exchange Server", versions = "5.0, 5.5" },
    { name = "Microsoft Outlook Web Access", versions = "5.5" },
  },
  symptoms = {
    { text = "Sorry! The logon page of Outlook Web Access (OWA) says that the server is down" },
  },
  aliases = {
    { kb = "Q243841", title = "Outlook Web Access finds no mailbox after a change of names",
      symptoms = { { text = "Sorry! Outlook Web Access (OWA) says that the server is down" } } },
    { kb = "Q244850", title = "Outlook Web Access shows a blank logon page",
      symptoms = { { text = "the logon page of Outlook Web Access (OWA) is blank" } } },
  },
  references = { { kb = "Q180417" }, { kb = "Q201164" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    server = {
      type = "string",
      help = "directory name of a server of the site that Outlook Web Access is to use; default:"
        .. " what its values name, or this computer",
    },
    site = name_values.params.site,
    display_names = {
      type = "boolean",
      help = "also plan to make the display names of organization and site their directory names",
    },
  },
  description = [[
Outlook Web Access reads in three values of MSExchangeWeb which organization, site and server it
works for: Enterprise, Site and Server. When one of them is wrong, or names a server that was
removed, users see that the Exchange server is down, or a blank logon page.

The check looks the three names up in the directory. Case does not count here, unlike in the
System Attendant's values of the same names (Q201164). Outlook Web Access may be on a computer of
its own, and use any server of the site, so that Server is wrong only when the site has no such
server.

It also reports where the display name of the organization or the site is not the directory name,
which may have the same effect. That is changed only with -p display_names=true.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeWeb", "Parameters")) then
      return false, "Outlook Web Access (MSExchangeWeb) is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
