-- Q200259: the message transfer agent has too few control blocks for the X.400 connectors that it
-- serves, fewer than it can start with, or more than it may have.

local connectors = require "kb.connectors"
local counts = require "kb.counts"
local exchange = require "kb.exchange"
local home = require "kb.home"
local numbers = require "kb.numbers"
local services = require "kb.services"

local MTA = exchange.service_key("MSExchangeMTA", "Parameters")

local DEFAULT = 20
local LEAST = 2 -- with fewer the MTA does not start
local MOST = 1250 -- of all together, from Exchange 5.5 on
local FREE_CONNECTORS = 2 -- are served by the default
local PER_CONNECTOR, SPARE = 10, 10

-- The slash is part of a name. Each stack has its own connectors; X.25 counts in the sum only.
local STACKS = {
  { name = "TCP/IP Control blocks", class = connectors.TCP, least = LEAST },
  { name = "TP4 Control blocks", class = connectors.TP4, least = LEAST },
  { name = "Eicon X.25 connections" },
}

-- How many connectors of a stack the server has.
local function count(list, server, stack)
  local agent = server.dn:child("cn", home.KINDS.mta.object)
  return counts.of(list, function(connector)
    if not connectors.is(connector, stack.class) then
      return false
    elseif not connector.home then
      return nil, connector.dn:ldap() .. " does not show its Home-MTA"
    end
    return home.same(connector.home, agent)
  end)
end

-- How many blocks each stack needs for its connectors, where they are more than the default serves;
-- how many connectors it has; and why that is not known.
local function needs(list, server)
  local need, connected, unknown = {}, {}, nil
  for i, stack in ipairs(STACKS) do
    if stack.class then
      local why
      connected[i], why = count(list, server, stack)
      unknown = unknown or why
    end
    if connected[i] and connected[i] > FREE_CONNECTORS then
      need[i] = PER_CONNECTOR * connected[i] + SPARE
    end
  end
  return need, connected, unknown
end

-- The connectors of the site. Nil and why, where they are not known: what needs no count goes on.
local function find_connectors(target, params)
  local answers, silence = exchange.directory_answers(target)
  if not answers then
    return nil, silence
  end
  local server, problem = exchange.find_server(target, params)
  if not server then
    return nil, problem
  end
  local list, reason = connectors.list(target, server.dn:prefix(#server.dn - 3))
  return list, reason, server
end

-- Where one of them is no number its default counts.
local function sum_of(list, skipped)
  local sum = 0
  for _, number in ipairs(list) do
    sum = sum + (number == skipped and 0 or number.value or DEFAULT)
  end
  return sum
end

-- What is wrong with one stack's number. All together may have so many, and no more: a stack gets
-- what the others leave.
local function check_stack(stack, number, need, connected, room, add)
  local value = number.value or DEFAULT
  local right = math.min(math.max(need or DEFAULT, DEFAULT), room)
  local change = value < right and right or nil
  local because = number.present and MTA .. " has it so"
    or MTA .. " has no such value, which means " .. DEFAULT
  local found = number.present and number.value or nil
  local wrong = numbers.wrong(number)
  if wrong then
    wrong.x_right = change
    add(wrong)
  end
  if need and change then
    add{ id = "few", found = found, expected = right, x_right = change,
      message = ("%s is too low for %d X.400 connectors of its stack"):format(number.name,
        connected),
      because = because .. "; each connector needs 10, and 10 are spare" }
  elseif stack.least and value < stack.least then
    add{ id = "least", found = found, expected = change or DEFAULT, because = because,
      x_right = change, message = number.name .. " is lower than the MTA can start with" }
  end
  if need and need > room then
    add{ id = "no-room", expected = need,
      message = ("%s has no room for all X.400 connectors of its stack"):format(number.name),
      because = ("the others leave it %d of the %d that all may have together"):format(room, MOST) }
  end
end

local function check_all(read, need, connected)
  local findings = {}
  local sum = sum_of(read)
  if sum > MOST then
    findings[1] = {
      id = "sum",
      message = ("the MTA has %d control blocks, and may have %d at most"):format(sum, MOST),
      where = { key = MTA }, found = sum, expected = "at most " .. MOST,
      because = MTA .. " has them so, an absent one as " .. DEFAULT,
    }
  end
  -- What one stack gets the next one no longer has.
  local left = {}
  for i, number in ipairs(read) do
    left[i] = number.value or DEFAULT
  end
  for i, stack in ipairs(STACKS) do
    local room = MOST - (left[1] + left[2] + left[3] - left[i])
    check_stack(stack, read[i], need[i], connected[i], room, function(finding)
      finding.where = { key = MTA, value = stack.name }
      findings[#findings + 1] = finding
      left[i] = finding.x_right or left[i]
    end)
  end
  return findings
end

local function check(target, params)
  local list, why, server = find_connectors(target, params)
  local need, connected = {}, {}
  if list then
    need, connected, why = needs(list, server)
  end
  local read = {}
  for i, stack in ipairs(STACKS) do
    read[i] = numbers.read(target, MTA, stack.name, DEFAULT)
  end
  local findings = check_all(read, need, connected)
  local few = false
  for i, finding in ipairs(findings) do
    few = few or finding.id == "few" or finding.id == "no-room"
    finding.x_few = few
    finding.x_last = i == #findings
    finding.x_unknown = why
    finding.x_right = not why and finding.x_right or nil
    target:fail(finding)
  end
  if #findings > 0 then
    return
  elseif why then
    target:unknown("how many X.400 connectors the server has is not known: " .. why)
  end
  target:pass(("%s; that does for %d X.400 connectors of the server over TCP/IP and %d over TP4")
    :format(numbers.told(read), connected[1], connected[2]))
end

local MANUALS = {
  sum = "lower TCP/IP Control blocks, TP4 Control blocks or Eicon X.25 connections, so that their"
    .. " sum is at most " .. MOST,
  ["no-room"] = "move connectors to another server, or lower the numbers of other stacks, and run"
    .. " again",
  type = "write the value anew, as a REG_DWORD, in decimal; or delete it: it then is " .. DEFAULT,
  size = "write the value anew, as a REG_DWORD of 4 bytes; or delete it: it then is " .. DEFAULT,
  least = "set the value to " .. DEFAULT .. ", or to 10 for each X.400 connector of its stack and"
    .. " 10 more where that is more",
}

local function fix(target, _, finding, plan)
  if finding.x_right then
    plan:set_value(MTA, finding.where.value, "REG_DWORD", finding.x_right, {
      why = "each X.400 connector of a stack needs 10, and 10 are spare; the default is 20",
    })
    services.warn_of_cluster(target, plan)
  else
    plan:manual((finding.where.value and finding.where.value .. ": " or "")
      .. (MANUALS[finding.id] or MANUALS.least), {
      why = finding.x_unknown and "nothing is planned while the connectors are not all known: "
        .. finding.x_unknown or "which number is right only the operator can say",
    })
  end
  if finding.x_last then
    plan:manual("restart the Microsoft Exchange Message Transfer Agent service", {
      why = "it reads the numbers when it starts",
    })
  end
  if finding.x_few and finding.x_last then
    plan:manual("where event 9156 goes on, set Disconnect (sec) on the Override tab of the"
      .. " connectors to 300 to 600", { why = "associations that stay open keep their blocks" })
  end
end

return {
  api = 1,
  id = "Q200259",
  version = "1.0.0",
  title = "MTA logs event 9156: too few control blocks for its X.400 connectors",
  severity = "medium",
  categories = { "exchange", "mta", "connectors" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { event = 9156, source = "MSExchangeMTA",
      text = "a resource limit was reached while an association was opened: control blocks" },
    { event = 9228, source = "MSExchangeMTA" },
    { event = 4300, source = "MSExchangeMTA" },
    { error = 2140, text = "starting the MTA ends with an internal error" },
  },
  aliases = {
    { kb = "Q243632", title = "How many X.400 connectors one server can have",
      symptoms = { { event = 9156, source = "MSExchangeMTA",
        text = "a server with many X.400 connectors" } } },
    { kb = "Q168815", title = "MTA does not start with events 9228 and 4300",
      products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
      symptoms = { { event = 9228, source = "MSExchangeMTA" },
        { event = 4300, source = "MSExchangeMTA", text = "fewer than 2 control blocks" },
        { error = 2140 } } },
    { kb = "Q166602", title = "How many TCP/IP or TP4 connections the MTA allows",
      products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
      symptoms = { { error = 2140, text = "more control blocks than the MTA may have" },
        { event = 4300, source = "MSExchangeMTA" } } },
  },
  references = {
    { kb = "Q200259" }, { kb = "Q243632" }, { kb = "Q168815" }, { kb = "Q166602" },
    { kb = "Q199412" },
  },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = { server = connectors.params.server, site = connectors.params.site },
  description = [[
For each transport stack the message transfer agent (MTA) has a number of control blocks: TCP/IP
Control blocks, TP4 Control blocks and Eicon X.25 connections in its Parameters key, each 20 where
it is absent. When they run out it logs event 9156.

The check counts the X.400 connectors of TCP/IP and of TP4 whose Home-MTA is this server's, each
stack by itself. From three on a stack needs 10 for each and 10 more. Two articles differ here, and
the larger number is planned. Where the directory does not tell all connectors or their Home-MTA the
count is unknown, and nothing is planned on a part of it.

With fewer than 2 blocks of TCP/IP or TP4 the MTA does not start, nor with more than 1250 of all
three together (5.5; older versions have other limits). All numbers are decimal.
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
