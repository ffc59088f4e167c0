-- Q186581: messages over an X.400 connector are refused by their originator's address; the filter
-- stands in a subkey that must have the connector's name.

local connectors = require "kb.connectors"
local exchange = require "kb.exchange"
local held_text = require "kb.held_text"
local or_address = require "kb.or_address"
local numbers = require "kb.numbers"
local services = require "kb.services"

local FILTER, REPORT = "Bar P1 Originator", "NDR to barred originator"
local MOST_UNITS = 4

local function about(item, name, finding)
  finding.where = { key = item.key, value = name }
  finding.because = finding.because or item.key .. " has it so"
  return finding
end

-- Organizational units stand below one another: ou2 says nothing without ou1.
local function missing_unit(known)
  for i = 2, MOST_UNITS do
    if known["ou" .. i] and not known["ou" .. i - 1] then
      return i
    end
  end
end

-- What is wrong with the texts of a filter.
local function check_filter(item, value, findings)
  local function add(finding)
    findings[#findings + 1] = about(item, FILTER, finding)
  end
  if value.type ~= "REG_MULTI_SZ" then
    return add{ id = "type", message = FILTER .. " has the wrong type", found = value.type,
      expected = "REG_MULTI_SZ" }
  end
  local known = {}
  for _, text in ipairs(value.data) do
    local parts, why = or_address.read(text)
    if not parts and text:find("%S") then
      add{ id = "address", message = FILTER .. " holds a text that is no X.400 address: " .. why,
        found = held_text.shown(text) }
    end
    for tag in pairs(parts or {}) do
      known[tag] = true
    end
  end
  local unit = missing_unit(known)
  if unit then
    add{ id = "unit", message = ("%s has an ou%d without an ou%d above it"):format(FILTER, unit,
      unit - 1), found = held_text.shown(table.concat(value.data, " ")) }
  end
end

local function check_key(item, findings)
  local value = item.values[FILTER]
  -- Of this name the article says that its case counts.
  if value and value.name ~= FILTER then
    findings[#findings + 1] = about(item, FILTER, { id = "name-case", found = value.name,
      expected = FILTER, message = "the value " .. FILTER .. " is spelled in another case" })
  end
  if value then
    check_filter(item, value, findings)
  end
end

local function check(target, params)
  local list, because = connectors.of_server(target, params)
  local keys = connectors.keys(target, { FILTER, REPORT })
  local findings = {}
  for _, item in ipairs(keys) do
    check_key(item, findings)
    findings[#findings + 1] = numbers.wrong(numbers.read(target, item.key, REPORT))
  end
  for _, finding in ipairs(connectors.check_names(list, keys, because, params)) do
    findings[#findings + 1] = finding
  end
  connectors.settings_first(findings)
  for _, finding in ipairs(findings) do
    target:fail(finding)
  end
  if #findings == 0 then
    target:pass(#keys == 0 and "no connector has a filter of originators"
      or "filters of originators: " .. #keys .. ", each of a connector of the site; they tell"
        .. " capital from small letters")
  end
end

local TEXTS = {
  ["name-case"] = "export the subkey, spell the value's name as expected, delete the value and"
    .. " import it again",
  type = "write the value anew, with the expected type",
  size = "write the value anew, as a REG_DWORD of 4 bytes",
  address = "correct the text, as the originator's address has it: parts such as c=US, in the"
    .. " right case",
  unit = "add the unit above it: a filter by units begins with ou1",
}

local function fix(target, _, finding, plan)
  if TEXTS[finding.id] then
    plan:manual(TEXTS[finding.id] .. ": " .. finding.where.value .. " of the subkey "
      .. finding.where.key:match("[^\\]*$"), {
      why = "whom it shall refuse only the operator can say; no restart is needed",
    })
  elseif connectors.rename(target, finding, plan) then
    services.warn_of_cluster(target, plan)
    plan:manual("send a message that the filter refuses; the MTA need not be restarted", {
      why = "the filter is in force at once, and event 152 tells that it is",
    })
  end
end

return {
  api = 1,
  id = "Q186581",
  version = "1.0.0",
  title = "Filter of originators on an X.400 connector is not in force (event ID 152)",
  severity = "low",
  categories = { "exchange", "mta", "connectors" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5 SP1 and later" } },
  symptoms = {
    { event = 152, source = "MSExchangeMTA",
      text = "a message was refused because of its originator's X.400 address" },
    { text = "messages of a barred originator come through" },
  },
  references = { { kb = "Q186581" }, { kb = "Q197378" }, { kb = "Q251107" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = connectors.params,
  description = [[
Over an X.400 connector messages can be refused by their originator: the value Bar P1 Originator
lists parts of X.400 addresses, and with NDR to barred originator the originator is told. Both stand
in a subkey of the MTA's Parameters key that is called as the connector in the directory is, by the
last part of its DN. A refused message is logged as event 152. The MTA reads the values while it
runs.

The check compares the names of such subkeys with the connectors of this server's site; one that is
named after none is dead. Where its name tells which connector was meant, the plan renames it; else
-p connector=NAME says it. Texts without a tag (c=, a=, p=, o=, ...), units without the one above
them, wrong types and a filter whose name is spelled in another case are reported. Filters tell
capital from small letters; whom they shall refuse is not judged.
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
