-- identity: every registry value that holds the name of a server's organization or site, of the
-- server or its computer, against the directory, in one table. People repair one of them and forget
-- the others.

local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local identity = require "kb.identity"
local name_claims = require "kb.name_claims"
local name_values = require "kb.name_values"
local server_sources = require "kb.server_sources"

local SERVICES = { "MSExchangeSA", "MSExchangeDS", "MSExchangeIS", "MSExchangeMTA", "MSExchangeIMC",
  "MSExchangeWeb" }

-- What a person does about values that no script changes.
local BY_HAND = {
  Q246793 = "where another host name is not intended: give the computer one name, in Control Panel,"
    .. " Network (Q246793)",
}

-- Messages as a table's cell says them, beside the value's name.
local BRIEF = {
  { "^is not the directory name of the %w+$", "another name" },
  { "^differs from the directory name of the %w+, in ", "differs in " },
  { "^differs from the directory in ", "differs in " },
  { "^is (absent)$", "%1" },
}

local function brief(label, message)
  local text = message:sub(1, #label) == label and message:sub(#label + 2) or message
  for _, pair in ipairs(BRIEF) do
    local changed, count = text:gsub(pair[1], pair[2])
    if count > 0 then
      return changed
    end
  end
  return text
end

-- One text of a value, or its absence: a row of the table, and the findings it comes with.
local function add(seen, reading, text, findings, expected)
  local row, words = reading.row, {}
  for i, finding in ipairs(findings) do
    words[i] = brief(row.label, finding.message)
    finding.where = { key = row.key, value = row.value }
    finding.found = finding.found or text and held_text.shown(text)
    finding.expected = finding.expected or expected
    finding.x_kb, finding.x_value = row.kb, row.label
    seen.findings[#seen.findings + 1] = finding
  end
  seen.rows[#seen.rows + 1] = {
    what = row.label,
    where = { key = row.key, value = row.value },
    found = text and held_text.shown(text),
    expected = expected,
    difference = words[1] and table.concat(words, "; "),
    kb = row.kb,
    x_unneeded = text == nil and not words[1],
  }
end

-- A value that could not be read, or compared.
local function give_up(seen, row, text, why)
  seen.unread[#seen.unread + 1] = row.label .. " (" .. why .. ")"
  seen.rows[#seen.rows + 1] = {
    what = row.label,
    where = { key = row.key, value = row.value },
    found = text and held_text.shown(text) or "(not read)",
    difference = "cannot be told",
    kb = row.kb,
  }
end

-- What the directory says of a text: findings and what is expected; nil when that cannot be told.
local function ask_directory(target, seen, reading, text)
  local comparison = identity.compare(target, reading.row, text, seen.server)
  if comparison.unknown then
    give_up(seen, reading.row, text, comparison.unknown)
    return nil
  end
  return comparison.findings, comparison.right
end

-- What the other values say of a text. Those that name what most do are not the odd ones.
local function ask_others(seen, reading, text)
  local findings = {}
  for _, claim in ipairs(name_claims.of(reading.row, text)) do
    local against = name_claims.against(claim, seen.claims)
    local most = name_claims.majority(seen.claims, claim.means)
    if #against > 0 and not (most and name_claims.agree(claim, most)) then
      findings[#findings + 1] = {
        id = reading.row.id .. "-inconsistent-" .. claim.means,
        message = reading.row.label .. " names another " .. claim.means .. " than "
          .. (most and "most values, which name " .. most.name or "other values"),
        because = name_claims.text(against) .. "; what is right only the directory tells",
      }
    end
  end
  return findings
end

local function look_at(target, seen, row)
  local reading = identity.read(target, row)
  if reading.unknown then
    give_up(seen, row, nil, reading.unknown)
    return
  end
  local own = {}
  if reading.finding then
    reading.finding.id = row.id .. "-" .. reading.finding.id
    own[1] = reading.finding
  end
  if #reading.texts == 0 then
    local right
    if seen.server and own[1] and not row.list then
      right = identity.compare(target, row, "", seen.server).right
    end
    add(seen, reading, own[1] and own[1].found, own, right)
  end
  for _, text in ipairs(reading.texts) do
    local findings, right
    if seen.server then
      findings, right = ask_directory(target, seen, reading, text)
    else
      findings = ask_others(seen, reading, text)
    end
    if findings then
      if own[1] then
        table.insert(findings, 1, own[1])
      end
      add(seen, reading, text, findings, right)
    end
  end
end

-- Whether a service's values are to be looked at: also when it is not known to be there.
local function concerns(target, row)
  return not row.service
    or (target.registry:try_key(exchange.service_key(row.service))) ~= "absent"
end

-- What the values name, where most of them agree.
local function named(seen)
  local list = {}
  for _, means in ipairs{ "organization", "site", "server" } do
    local most = name_claims.majority(seen.claims, means)
    list[#list + 1] = most and means .. " " .. most.name or nil
  end
  return table.concat(list, ", ")
end

local function conclude(target, seen)
  if #seen.findings > 0 then
    return
  elseif #seen.unread > 0 then
    local more = #seen.unread - 1
    target:unknown("not all values can be told: " .. seen.unread[1]
      .. (more > 0 and " and " .. more .. " more" or ""))
  elseif not seen.server then
    target:unknown("the values agree with each other: " .. named(seen) .. "; whether they are"
      .. " right only the directory tells: " .. seen.why)
  end
  local server = seen.server
  target:pass("the values agree with the directory: organization " .. server.organization.name
    .. ", site " .. server.site.name .. ", server " .. server.name .. "; " .. server.because)
end

-- Shows the table. A value that may be absent is right to be so, which it says when rows are
-- compared with anything.
local function observe(target, rows)
  local compared = false
  for _, row in ipairs(rows) do
    compared = compared or row.expected ~= nil or row.difference ~= nil
  end
  for _, row in ipairs(rows) do
    if compared and row.x_unneeded then
      row.found, row.expected = "(absent)", "(none needed)"
    end
    target:observe(row)
  end
end

local function check(target, params)
  local seen = { rows = {}, findings = {}, unread = {} }
  local answers, why = exchange.directory_answers(target)
  seen.why = why
  if answers then
    local sources = server_sources.find(target, params)
    seen.server, seen.why = sources.server, sources.problem
  end
  if not seen.server then
    seen.claims = name_claims.all(target)
  end
  for _, row in ipairs(identity.rows) do
    if concerns(target, row) then
      look_at(target, seen, row)
    end
  end
  observe(target, seen.rows)
  for _, finding in ipairs(seen.findings) do
    finding.x_offline = not answers
    finding.x_not_found = answers and not seen.server
    finding.x_why = seen.why
    target:fail(finding)
  end
  conclude(target, seen)
end

local function fix(_, _, finding, plan)
  if finding.x_offline then
    plan:manual("run again with the directory: an LDIF export with -t, or a server with -H", {
      why = "the registry alone does not tell which of its values is right: " .. finding.x_why,
    })
  elseif finding.x_not_found then
    plan:manual("find out the server's name in the directory, and run again with -p server=NAME", {
      why = finding.x_why,
    })
  elseif BY_HAND[finding.x_kb] then
    plan:manual(BY_HAND[finding.x_kb], { why = finding.x_value .. " differs" })
  else
    plan:manual("run `kbmend run " .. finding.x_kb .. "` on this target", {
      why = "it plans what is to be done about " .. finding.x_value,
    })
  end
end

return {
  api = 1,
  id = "identity",
  version = "1.0.0",
  title = "A server's names in the registry, against the directory",
  severity = "high",
  categories = { "exchange", "names" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { text = "the server was renamed, restored on another computer, or reinstalled with a wrong"
      .. " organization or site name" },
  },
  references = {
    { kb = "Q298565" }, { kb = "Q155027" }, { kb = "Q201164" }, { kb = "Q248124" },
    { kb = "Q180417" }, { kb = "Q306308" }, { kb = "Q188772" }, { kb = "Q246793" },
  },
  on_request = true, -- what it finds the articles' scripts find, too
  needs = { registry = { "SYSTEM" }, directory = true },
  params = name_values.params,
  description = [[
The names of a server's organization and site, of the server and of its computer stand in a dozen
values of the registry, each read by another service. Whoever repairs one often forgets the
others.

This check reads all of them and shows them in one table: where the value is, what it holds, what
the directory says, whether they agree or how they differ, and which article cares. It changes
nothing; each difference names the script that repairs it.

The server is the one of the computer's name, or, where the directory has none of that name, the
one that X500 DN of the message transfer agent names.

Without a directory, or when the directory has neither, the values are compared with each other:
what most of them name may still be wrong.
]],
  applies = function(target)
    local unknown
    for _, service in ipairs(SERVICES) do
      local status, reason = target.registry:try_key(exchange.service_key(service))
      if status == "found" then
        return true
      end
      unknown = unknown or status == "unknown" and reason
    end
    if unknown then
      target:unknown(unknown)
    end
    return false, "no service of Microsoft Exchange is installed"
  end,
  check = check,
  fix = fix,
}
