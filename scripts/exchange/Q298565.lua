-- Q298565: the Internet Mail Connector does not start, because the registry value SiteDN does not
-- name the organization, the site (and the server) exactly as the directory does.

local names = require "kb.directory_names"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local server_dns = require "kb.server_dns"
local services = require "kb.services"

local PARAMETERS = exchange.service_key("MSExchangeIMC", "Parameters")

-- The article's other cause. When the message transfer agent and the system attendant carry the
-- very names that are wrong in SiteDN, nobody mistyped SiteDN: Exchange was installed with them.
-- Nil and a reason when their names cannot be read, as in an export of this service alone: what is
-- wrong with SiteDN is certain without them.
local function reinstalled(target, found, wrong, server)
  if not wrong[1] or wrong[1].x_part > 2 then
    return nil
  end
  -- Three articles print the name without its blank: Q260060, Q201164, Q314148.
  local mta_text, no_mta = exchange.try_parameter_text(target, "MSExchangeMTA", "X500 DN")
  if not mta_text and not no_mta then
    mta_text, no_mta = exchange.try_parameter_text(target, "MSExchangeMTA", "X500DN")
  end
  local enterprise, no_enterprise =
    exchange.try_parameter_text(target, "MSExchangeSA", "Enterprise")
  local site, no_site = exchange.try_parameter_text(target, "MSExchangeSA", "Site")
  local unseen = no_mta or no_enterprise or no_site
  if unseen then
    return nil, unseen
  end
  local mta = mta_text and names.read(mta_text)
  local attendant = { enterprise or false, site or false }
  local shared = 0
  for _, finding in ipairs(wrong) do
    local i = finding.x_part
    if i <= 2 then
      local part = mta and mta.parts[i]
      if not part or part.value ~= found[i].value or attendant[i] ~= found[i].value then
        return nil
      end
      shared = shared + 1
    end
  end
  return shared > 0 and {
    id = "reinstalled",
    message = "Exchange Server seems to have been reinstalled with a wrong organization or site"
      .. " name: its other services carry the same wrong names as SiteDN",
    where = { key = exchange.service_key("MSExchangeMTA", "Parameters"), value = "X500 DN" },
    found = mta_text,
    expected = names.write(server_dns.right_parts(target, server, "server")) .. "/cn=Microsoft MTA",
    because = "X500 DN of MSExchangeMTA and Enterprise and Site of MSExchangeSA agree with SiteDN,"
      .. " not with the directory, where " .. server.because,
    x_organization = server.organization.name,
    x_site = server.site.name,
  } or nil
end

local function check(target, params)
  local server, problem = exchange.find_server(target, params)
  if not server then
    target:unknown(problem)
  end

  local value = target.registry:get(PARAMETERS, "SiteDN")
  local subkey = not value and target.registry:key(PARAMETERS .. "\\SiteDN") ~= nil
  local text, wrong_value = held_text.look_at("SiteDN", PARAMETERS, value, subkey)
  if wrong_value and wrong_value.id == "type" and text and not names.read(text) then
    text = nil -- bytes that happen to be text
  end
  local findings, right, other, unseen = { wrong_value }, nil, nil, nil
  if text then
    local seen = server_dns.examine_site(target, server, "SiteDN", PARAMETERS, text)
    for _, finding in ipairs(seen.findings) do
      findings[#findings + 1] = finding
    end
    right = seen.right
    if seen.parts then
      other, unseen = reinstalled(target, seen.parts, seen.wrong, server)
    end
  end
  if not right and params.depth then
    right = server_dns.right_parts(target, server, params.depth)
  end

  -- All findings are about one value and share the one right text, so that their changes merge.
  right = right and names.write(right)
  for _, finding in ipairs(findings) do
    finding.where = { key = PARAMETERS, value = "SiteDN" }
    finding.found = finding.found or text and held_text.shown(text)
    finding.expected = finding.expected or right
    finding.x_right = right
    finding.x_type = held_text.right_type(value, right)
    finding.x_risk = other and "high" or unseen and "medium" or "low"
    finding.x_unseen = unseen
    finding.x_other = other ~= nil
    target:fail(finding)
  end
  if other then
    target:fail(other)
  end
  if #findings == 0 then
    local how = value.type == "REG_EXPAND_SZ" and " as REG_EXPAND_SZ" or ""
    target:pass("SiteDN is " .. text .. how .. ", exactly as the directory names it; "
      .. server.because)
  end
end

local function start_the_service(plan)
  plan:manual("start the Microsoft Exchange Internet Mail Connector service", {
    why = "it reads SiteDN when it starts", step = "SYMPTOMS",
  })
end

local function fix(target, _, finding, plan)
  if finding.id == "reinstalled" then
    plan:manual("either, the thorough way: reinstall Exchange Server with the right names,"
      .. " organization " .. finding.x_organization .. " and site " .. finding.x_site, {
      why = "the wrong names are in more places than SiteDN", step = "RESOLUTION",
    })
    plan:manual("or, without reinstalling: change SiteDN, and correct X500 DN (Q155027) and"
      .. " Enterprise and Site (Q201164, Q314148) as well", {
      why = "they carry the same wrong names",
    })
    start_the_service(plan)
    return
  end
  if not finding.x_right then
    plan:manual("find out how deep SiteDN reaches, from a server of the same version that works,"
      .. " and run again with -p depth=site or -p depth=server", {
      why = "a site's name and a server's name are both possible", step = "RESOLUTION 3",
    })
    return
  end

  if not target.registry:key(PARAMETERS) then
    plan:create_key(PARAMETERS, { why = "SiteDN belongs there", step = "RESOLUTION 3" })
  end
  plan:set_value(PARAMETERS, "SiteDN", finding.x_type, finding.x_right, {
    why = "organization, site and server must be named exactly as in the directory",
    step = "RESOLUTION 3",
    risk = finding.x_risk,
  })
  services.warn_of_cluster(target, plan)
  if finding.x_unseen then
    plan:manual("see whether X500 DN of MSExchangeMTA and Enterprise and Site of MSExchangeSA carry"
      .. " the same wrong names as SiteDN: then reinstall Exchange Server with the right ones", {
      why = finding.x_unseen, step = "RESOLUTION",
    })
  end
  if not finding.x_other then -- else its own steps come first, and end with this one
    start_the_service(plan)
  end
end

return {
  api = 1,
  id = "Q298565",
  version = "1.0.0",
  title = "Internet Mail Connector does not start with event ID 4086",
  severity = "high",
  categories = { "exchange", "startup" },
  products = {
    { name = "Microsoft Exchange Server", versions = "5.5, 5.5 SP1, 5.5 SP2, 5.5 SP3" },
    { name = "Microsoft Windows NT", versions = "4.0" },
  },
  symptoms = {
    { event = 4086, source = "MSExchangeIMC",
      text = "the service does not start, for want of a configuration that it can load" },
    { error = 2140, text = "starting the service ends with an internal error" },
  },
  references = { { kb = "Q298565" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = {
    depth = {
      type = "choice",
      choices = { "site", "server" },
      help = "what SiteDN shall name where its own text does not tell: the site (/o=/ou=) or the"
        .. " server (/o=/ou=/cn=Configuration/cn=Servers/cn=)",
    },
    server = exchange.server_params.server,
    site = exchange.server_params.site,
  },
  description = [[
The Internet Mail Connector (Internet Mail Service in Exchange 5.5) reads from the value SiteDN of
its Parameters key which site it belongs to, and looks that name up in the Exchange directory. When
the two do not match, the service does not start: error 2140 on the screen, event 4086 of
MSExchangeIMC in the application log.

The check reads the directory names of the organization, site and server objects of this computer
from the names (DNs) of their entries. Display names do not count. It compares them one by one with
the o=, ou= and cn= parts of SiteDN. They must be the same to the letter: a difference in case or in
blanks only is reported as such. SiteDN may name the site or the server; its depth is kept.

Where the message transfer agent (X500 DN) and the system attendant (Enterprise, Site) carry the
same wrong names, Exchange was probably reinstalled with a wrong organization or site name.
Reinstalling with the right names is then the thorough cure, and the change of SiteDN is marked as
one of high risk. Where their names cannot be read, as in an export of MSExchangeIMC alone, that is
left to a manual step.
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
