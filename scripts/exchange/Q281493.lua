-- Q281493: the information store does not start, because one of its two buffer thresholds is set
-- without the other, or the low one is above the high one.

local exchange = require "kb.exchange"
local numbers = require "kb.numbers"
local services = require "kb.services"

local SYSTEM = exchange.service_key("MSExchangeIS", "ParametersSystem")
local LOW, HIGH = "Buffer Threshold Low Percent", "Buffer Threshold High Percent"
local DEFAULT = 3

local function check(target)
  local low = numbers.read(target, SYSTEM, LOW, DEFAULT)
  local high = numbers.read(target, SYSTEM, HIGH, DEFAULT)
  if not numbers.report_wrong(target, { low, high }) then
    return
  end
  local problem = numbers.pair_problem(low, high)
  if not problem then
    return target:pass(low.present and numbers.told{ low, high } .. ": the low threshold does not"
      .. " exceed the high one" or "neither threshold is set, so that both have their default, 3")
  end
  -- Whichever of the two is changed, the low threshold ends at or below the high one: an absent one
  -- takes its default, unless the other one is on the wrong side of that.
  local changed = (problem == "incomplete" and not high.present) and high or low
  local right = changed == high and math.max(DEFAULT, low.value) or math.min(DEFAULT, high.value)
  target:fail{
    id = problem == "order" and "order" or changed == high and "high-absent" or "low-absent",
    message = problem == "order" and LOW .. " is above " .. HIGH
      or changed.name .. " is absent, while the other threshold is set",
    where = { key = SYSTEM, value = changed.name },
    found = changed.present and changed.value or nil,
    expected = right,
    because = problem == "order" and numbers.told{ low, high }
      or (changed == high and low or high).name .. " is set, to "
        .. numbers.shown((changed == high and low or high).value),
    x_name = changed.name,
    x_right = right,
  }
end

local function fix(target, _, finding, plan)
  if not finding.x_right then
    plan:manual("find out who set " .. finding.where.value .. " so, then set it as a REG_DWORD, or"
      .. " delete both thresholds: each then has its default, 3", {
      why = "the number that was meant cannot be told from another type", step = "RESOLUTION",
    })
    return
  end
  plan:set_value(SYSTEM, finding.x_name, "REG_DWORD", finding.x_right, {
    why = "both thresholds must be there or neither, and the low one must not exceed the high one",
    step = "RESOLUTION",
  })
  services.warn_of_cluster(target, plan)
  plan:manual("start the Microsoft Exchange Information Store service", {
    why = "it reads the thresholds when it starts", step = "SYMPTOMS",
  })
end

return {
  api = 1,
  id = "Q281493",
  version = "1.0.0",
  title = "Information store does not start with ESE97 event ID 188",
  severity = "high",
  categories = { "exchange", "startup", "database" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { event = 188, source = "ESE97", text = "the stop clean flush threshold is less than the start"
      .. " clean flush threshold" },
    { event = 1120, source = "MSExchangeIS", text = "the information store database cannot be"
      .. " initialized" },
    { event = 5000, source = "MSExchangeIS", text = "the information store service cannot be"
      .. " initialized" },
    { error = "0xfffffad0" },
  },
  aliases = {
    {
      kb = "Q295649",
      title = "Information store does not start after Performance Optimizer ran in verbose mode",
      symptoms = {
        { event = 188, source = "ESE97" },
        { event = 1120, source = "MSExchangeIS", text = "error 0xfffffad0" },
        { event = 5000, source = "MSExchangeIS", text = "error 0xfffffad0" },
        { error = "0xfffffad0" },
      },
    },
  },
  references = { { kb = "Q281493" }, { kb = "Q295649" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
Two numbers below MSExchangeIS\ParametersSystem say when the database engine begins and ends writing
changed pages: Buffer Threshold Low Percent and Buffer Threshold High Percent, both 3 by default.
Performance Optimizer writes both. Where only one of them is left, or the low one was set above the
high one, the threshold for stopping lies below the one for starting: event 188 is logged, and
the information store does not start, not even with an empty database folder.

The check takes an absent value for what it is, the default: both absent is right. The low threshold
is set to 3, or to the high one where that is smaller; a missing high one to 3, or to the low one
where that is larger.
]],
  applies = function(target)
    if not target.registry:key(SYSTEM) then
      return false, "the service MSExchangeIS has no ParametersSystem key: the information store is"
        .. " not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
