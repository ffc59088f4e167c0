-- kb.identity: the registry values that hold the name of a server's organization or site, of the
-- server itself or of its computer: what each holds, what it should be, and how it differs.

local dn = require "dn"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local names = require "kb.directory_names"
local server_dns = require "kb.server_dns"

local identity = {}

---@class kb.IdentityRow
---@field id string
---@field service string? the rows of a service that is not installed do not concern the machine
---@field key string
---@field value string
---@field other string? how some articles spell the value's name
---@field label string what messages call it: the value's name, and whose where several have it
---@field holds "organization"|"site"|"server"|"computer"|"site-server"|"site-dn"|"mta-dn"|"object"
---  a directory name; "site-server" is that of any server of the site; or a DN, "object" that of
---  any object
---@field ignores_case boolean? a difference in case only is none
---@field optional boolean? may be absent
---@field list boolean? a REG_MULTI_SZ, a name each
---@field kb string the article that cares

-- Parameters of a service: value, what it holds, and what else the row has.
local function rows_of(service, below, kb, list)
  local rows = {}
  for i, row in ipairs(list) do
    row.service, row.kb = service, kb
    row.key = exchange.service_key(service, below)
    row.value, row.holds = row[1], row[2]
    row.label = row.value .. " of " .. service
    row.id = row.id or row.value:lower():gsub(" ", "-")
    rows[i] = row
  end
  return rows
end

local GROUPS = {
  rows_of("MSExchangeSA", "Parameters", "Q201164", {
    { "Enterprise", "organization" },
    { "Site", "site" },
    { "Server", "server" },
  }),
  rows_of("MSExchangeMTA", "Parameters", "Q155027", {
    { "X500 DN", "mta-dn", other = "X500DN" }, -- so in Q260060, Q201164, Q314148
  }),
  rows_of("MSExchangeIMC", "Parameters", "Q298565", { { "SiteDN", "site-dn", id = "site-dn" } }),
  -- The computer's name, which Windows compares without case.
  rows_of("MSExchangeIS", "ParametersSystem", "Q248124", {
    { "DSA Computer", "computer", optional = true, ignores_case = true },
    { "MTA Computer", "computer", optional = true, ignores_case = true },
    { "This Server", "computer", optional = true, ignores_case = true },
  }),
  -- Some articles print the key as MSExchangeWEB; the registry does not mind.
  rows_of("MSExchangeWeb", "Parameters", "Q180417", {
    { "Enterprise", "organization", id = "web-enterprise", ignores_case = true },
    { "Site", "site", id = "web-site", ignores_case = true },
    { "Server", "site-server", id = "web-server", ignores_case = true },
  }),
  { {
    id = "computer-name", key = exchange.COMPUTER_NAME, value = "ComputerName",
    label = "ComputerName", holds = "computer", ignores_case = true, kb = "Q248124",
  }, {
    id = "hostname", key = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
    value = "Hostname", label = "Hostname of Tcpip", holds = "computer", ignores_case = true,
    optional = true, kb = "Q246793",
  } },
  rows_of("MSExchangeIS", "ParametersSystem", "Q306308", {
    { "Logon Only As", "object", optional = true, list = true },
  }),
  rows_of("MSExchangeMTA", "Parameters", "Q188772", {
    { "Journal Recipient Name", "object", optional = true },
  }),
}

--- All rows, in the order of a report.
---@type kb.IdentityRow[]
identity.rows = {}
local by_id = {}
for _, group in ipairs(GROUPS) do
  for _, row in ipairs(group) do
    identity.rows[#identity.rows + 1] = row
    by_id[row.id] = row
  end
end

--- Rows by their ids.
---@param ... string "enterprise", "x500-dn"
---@return kb.IdentityRow[]
function identity.select(...)
  local rows = {}
  for i, id in ipairs{ ... } do
    rows[i] = by_id[id] or error("no row " .. id, 2)
  end
  return rows
end

---@class kb.Reading
---@field row kb.IdentityRow
---@field value kbm.Value? what is there
---@field texts string[] the names that it holds; none or one but for lists
---@field finding kbm.Finding? what is wrong with the value as such (kb.held_text)
---@field note string? what else is there
---@field unknown string? why nothing can be told

local function read_list(reading)
  local value = reading.value
  if value.type == "REG_MULTI_SZ" then
    reading.texts = value.data
  else
    reading.finding = { id = "type", message = reading.row.label .. " has the wrong type",
      found = value.type, expected = "REG_MULTI_SZ", because = reading.row.key .. " holds it so" }
  end
  return reading
end

--- Reads a row's value.
---@param target kbm.Target
---@param row kb.IdentityRow
---@return kb.Reading
function identity.read(target, row)
  local reading = { row = row, texts = {} }
  local status, value = target.registry:try_get(row.key, row.value)
  if status == "unknown" then
    reading.unknown = value
    return reading
  end
  reading.value = status == "found" and value or nil
  if not reading.value and row.optional then
    return reading
  elseif row.list then
    return read_list(reading)
  end
  local other = row.other and target.registry:get(row.key, row.other)
  local subkey = not reading.value and target.registry:key(row.key .. "\\" .. row.value) ~= nil
  local text, finding = held_text.look_at(row.label, row.key, reading.value, subkey)
  if reading.value and type(reading.value.data) ~= "number" then -- bytes of a number are no text
    reading.texts[1] = text
  end
  reading.finding = finding
  if other and reading.value then
    reading.note = row.other .. " is there as well, as some articles print the name"
  elseif other then
    finding.message = row.label .. " is absent; " .. row.other .. " is there instead"
    finding.because = row.key .. " has " .. row.other .. ", as some articles print the name; the"
      .. " value's name is " .. row.value
  end
  return reading
end

--- What a directory name should be.
---@param row kb.IdentityRow holds no DN
---@param server kb.Server
---@return string name
---@return string because
---@return string what it is the name of
function identity.name(row, server)
  local object = server[row.holds]
  if object then
    return object.name, object.because, row.holds
  end
  return server.name, server.because, "server"
end

---@class kb.Comparison
---@field findings kbm.Finding[] how it differs, without where and found; none: it agrees
---@field right string? the right text
---@field note string? what it agrees in spite of: "differs in case only, which does not count"
---@field unknown string? why it cannot be told

local function compare_name(row, text, expected, because, what)
  local kinds = names.difference(text, expected)
  local case = kinds and row.ignores_case and names.same_but_case(text, expected)
  local findings = {}
  if kinds and not case then
    local other = kinds[1] == "value"
    findings[1] = {
      id = not other and table.concat(kinds, "-") or nil,
      message = row.label .. (other and " is not" or " differs from")
        .. " the directory name of the " .. what .. server_dns.spelling(kinds),
      because = because,
    }
  end
  return {
    findings = findings,
    right = expected,
    note = case and row.label .. " differs from " .. expected .. " in case, which does not count",
  }
end

-- OWA may use any server of the site.
local function compare_site_server(target, row, text, server)
  local container = exchange.servers_container(server.site.dn)
  for _, name in ipairs(exchange.children(target, container)) do
    if names.same_but_case(name:rdn(-1).value, text) then
      return compare_name(row, text, name:rdn(-1).value, "", "server")
    end
  end
  return {
    findings = { {
      message = row.label .. " is no server of the site " .. server.site.name,
      because = "nothing of that name is directly below " .. container:ldap(),
    } },
  }
end

local function compare_mta(target, row, text, server)
  local right = server_dns.below(target, server, "Microsoft MTA")
  if not right then
    return { findings = {}, unknown = "the directory has nothing named cn=Microsoft MTA below "
      .. server.dn:ldap() .. "; is it an export of the whole organization, made with the right to"
      .. " see the configuration?" }
  end
  local parts, findings = server_dns.read(row.label, text, row.key)
  if parts then
    local depth, why = server_dns.depth(parts)
    local same_depth = depth == "below" and #parts == #right
    if not same_depth then
      local message = row.label .. " names no object directly below a server"
      findings[#findings + 1] =
        server_dns.finding("depth", message .. (why and ": " .. why or ""), row.key)
    end
    local count = same_depth and #right or depth and 2 or 0
    for _, finding in ipairs(server_dns.compare(row.label, parts, right, server, count)) do
      findings[#findings + 1] = finding
    end
  end
  return { findings = findings, right = names.write(right) }
end

local function compare_site_dn(target, row, text, server)
  local seen = server_dns.examine_site(target, server, row.label, row.key, text)
  return { findings = seen.findings, right = seen.right and names.write(seen.right) }
end

-- Whether the directory has the object. Articles print such names in either case.
local function compare_object(target, row, text)
  local parts, findings = server_dns.read(row.label, text, row.key)
  if not parts then
    return { findings = findings }
  end
  local rdns = {}
  for i, part in ipairs(parts) do
    rdns[i] = { part.type, part.value }
  end
  local name = dn.make(rdns)
  local status, entry = target.directory:try_read(name, { "rdn" })
  if status == "unknown" then
    return { findings = {}, unknown = entry }
  elseif status == "absent" then
    findings[#findings + 1] = {
      id = "object",
      message = row.label .. " names something that the directory does not have",
      because = "there is no entry " .. name:ldap(),
    }
    return { findings = findings }
  end
  local right = names.write(names.parts(assert(dn.parse(entry.dn, "ldap"))))
  return {
    findings = findings,
    right = right,
    note = #findings == 0 and text ~= right
      and row.label .. " differs from " .. right .. " in case, which does not count" or nil,
  }
end

local COMPARE = {
  ["site-server"] = compare_site_server,
  ["mta-dn"] = compare_mta,
  ["site-dn"] = compare_site_dn,
  ["object"] = compare_object,
}

--- Compares a text that a row's value holds with the directory.
---@param target kbm.Target
---@param row kb.IdentityRow
---@param text string
---@param server kb.Server
---@return kb.Comparison
function identity.compare(target, row, text, server)
  local compare = COMPARE[row.holds]
  local comparison
  if compare then
    comparison = compare(target, row, text, server)
  else
    comparison = compare_name(row, text, identity.name(row, server))
  end
  for _, finding in ipairs(comparison.findings) do
    finding.id = row.id .. (finding.id and "-" .. finding.id or "")
  end
  return comparison
end

return identity
