-- Q248124: the information store ends with service error 4015, because a value of its own names
-- another computer than this server.

local exchange = require "kb.exchange"
local identity = require "kb.identity"
local name_values = require "kb.name_values"
local server_sources = require "kb.server_sources"

local WHY = "the information store looks for its computer under this name"
local START = { { "start the Microsoft Exchange Information Store service", step = "RESOLUTION",
  why = "it reads the values when it starts" } }
local REINSTALL = { { "or, where the values are right and the computer's name is wrong: rename the"
  .. " computer and reinstall Exchange Server instead", step = "RESOLUTION",
  why = "a server cannot be renamed once Exchange is installed" } }

-- What the three sources say, for `because`.
local function told(sources)
  local function source(label, name, agrees)
    return label .. (agrees and " agrees" or name and " names " .. name or " does not say")
  end
  return source("ComputerName", sources.computer, sources.computer_agrees) .. ", "
    .. source("X500 DN", sources.x500, sources.x500_agrees)
end

-- The computer's own name may be the wrong one; then the values are right, and stay.
local function report_computer(target, sources)
  target:fail{
    id = "computer-name",
    message = "the computer has another name than the server in the directory",
    where = { key = exchange.COMPUTER_NAME, value = "ComputerName" },
    found = sources.computer,
    expected = sources.server.name,
    because = sources.server.because .. "; " .. told(sources),
  }
end

local function check(target, params)
  local readings =
    name_values.read(target, identity.select("dsa-computer", "mta-computer", "this-server"))
  local answers, reason = exchange.directory_answers(target)
  if not answers then
    name_values.compare_offline(target, readings, reason)
    return
  end
  local sources = server_sources.find(target, params)
  local server = sources.server
  if not server then
    target:unknown(sources.problem)
  end
  local renamed = sources.computer ~= nil and not sources.computer_agrees
  local certain = sources.agree >= 2 and (params.server ~= nil or not sources.contradicted)
  local findings, agreed, notes = name_values.examine(target, server, readings)
  for _, finding in ipairs(findings) do
    finding.because = finding.because .. "; " .. told(sources)
    finding.x_renamed = renamed
    if not certain then
      finding.expected = finding.id:find("%-type$") and finding.expected or nil
      finding.x_right = nil
    end
  end
  if renamed then
    report_computer(target, sources)
  end
  name_values.report(target, findings)
  if #findings == 0 and not renamed then
    if #agreed == 0 then
      target:unknown("none of DSA Computer, MTA Computer and This Server is there; compare the key "
        .. readings[1].row.key .. " with a server of the same version that works")
    end
    name_values.pass(target, server, agreed, notes)
  end
end

local function fix(target, _, finding, plan)
  if finding.id == "computer-name" then
    plan:manual("if the directory is this server's: give the computer the name " .. finding.expected
      .. " again, or reinstall Exchange Server under the new name", {
      why = "the computer was renamed, or holds another server's data", step = "RESOLUTION",
    })
  elseif not finding.x_right and not finding.x_offline then
    plan:manual("find out which server this is, and give its name with -p server=NAME: ComputerName"
      .. " or X500 DN must have it as well", {
      why = "of ComputerName, X500 DN and the directory no two agree against the third",
    })
  end
  name_values.fix(target, finding, plan, {
    why = WHY, step = "RESOLUTION", after = START,
    before = not finding.x_renamed and REINSTALL or nil,
  })
end

return {
  api = 1,
  id = "Q248124",
  version = "1.0.0",
  title = "Information store ends with service error 4015 when it starts",
  severity = "high",
  categories = { "exchange", "startup" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { error = 4015, text = "service specific error of the information store" },
    { event = 5000, source = "MSExchangeIS", text = "the information store cannot be initialized" },
    { event = 1121, source = "MSExchangeIS", text = "the information store cannot connect to the"
      .. " directory" },
  },
  references = { { kb = "Q248124" }, { kb = "Q155027" }, { kb = "Q201164" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" }, directory = true },
  params = name_values.params,
  description = [[
The information store reads in three values of ParametersSystem which computer it runs on, and
where the directory service and the message transfer agent are: This Server, DSA Computer and MTA
Computer. When one of them names another computer, the store does not start: service error 4015
(0xfaf), events 5000 and 1121. That happens when a server is renamed, or restored on a test
machine.

The check compares those that are there with the server's name in the directory; case does not
count in names of computers. They may be right, and the computer's name wrong. So a change is
planned only when two of three sources agree on the server's name: ComputerName, the directory,
and the server in X500 DN of the message transfer agent. When the computer's name is the odd one
out, that is reported, with what a person can do.

Without a directory the values are compared with each other, which can tell that they are
inconsistent, never that they are right.
]],
  applies = function(target)
    if not target.registry:key(exchange.service_key("MSExchangeIS")) then
      return false, "the service MSExchangeIS is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
