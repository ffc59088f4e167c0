-- Q263548: the directory service does not start, because values of its Parameters key are missing.

local exchange = require "kb.exchange"
local numbers = require "kb.numbers"
local paths = require "kb.paths"
local services = require "kb.services"

local PARAMETERS = exchange.service_key("MSExchangeDS", "Parameters")

-- Paths: name, the parameter that gives a missing one. Where the files are cannot be told here.
local PATHS = {
  { "Database log files path", "log_path" },
  { "DSA Temporary file", "temporary_file" },
  { "DSA Hierarchy table file", "hierarchy_file" },
  { "DSA Working Directory", "working_directory" },
  { "Dsa Database File", "database_file" },
}

-- Numbers, as Setup writes them.
local NUMBERS = {
  { "EDB max log buffers", 0x40 },
  { "EDB log buffer flush threshold", 0x20 },
  { "EDB log flush period", 0x1F4 },
  { "Hierarchy Table Recalculation interval (minutes)", 0x2D0 },
  { "Max Threads (EXDS+NSP+DRA)", 0x30 },
  { "Replicator deleted object conflict lifetime (days)", 1 },
  { "Replicator notify pause after modify (secs)", 0x12C },
  { "Replicator notify pause between DSAs (secs)", 0x1E },
  { "Replicator inter site packet size", 0x200 },
  { "Replicator intra site packet size", 0x64 },
  { "Circular Logging", 1 },
}

local LOGGING = "Database logging/recovery"
local TEXT = { REG_SZ = true, REG_EXPAND_SZ = true }

local function add(findings, id, name, message, fields)
  fields.id = id
  fields.message = name .. " " .. message
  fields.where = { key = PARAMETERS, value = name }
  fields.because = fields.because or PARAMETERS .. (id == "missing" and " has no such value"
    or " has it so")
  findings[#findings + 1] = fields
end

-- A text value that must be there; nil when it is not, or is none.
local function check_text(target, findings, name, expected, fields)
  local value = target.registry:get(PARAMETERS, name)
  fields.expected = expected
  if not value then
    add(findings, "missing", name, "is missing", fields)
  elseif not TEXT[value.type] then
    add(findings, "type", name, "has the wrong type",
      { found = value.type, expected = "REG_SZ" })
  else
    return value.data
  end
  return nil
end

local function check_path(target, findings, name, param, given)
  local text = check_text(target, findings, name, given, { x_type = given and "REG_SZ",
    x_data = given, x_param = param })
  local path, problem = paths.parse(text or "")
  if text and not path then
    add(findings, "path", name, "is no path: " .. problem, { found = text })
  elseif path and path.form ~= "variable" and not paths.is_absolute(path) then
    add(findings, "path", name, "is not a full path, with a drive", { found = text })
  end
end

local function check(target, params)
  local findings = {}
  for _, item in ipairs(PATHS) do
    local given = params[item[2]]
    local path, problem = paths.parse(given or "C:\\")
    if not path or not paths.is_absolute(path) then
      target:unknown("-p " .. item[2] .. "=" .. given .. " is no full path, with a drive"
        .. (problem and ": " .. problem or ""))
    end
    check_path(target, findings, item[1], item[2], given)
  end
  check_text(target, findings, LOGGING, "ON", { x_type = "REG_SZ", x_data = "ON" })
  for i, number in ipairs(numbers.read_all(target, PARAMETERS, NUMBERS)) do
    findings[#findings + 1] = numbers.wrong(number)
    if not number.present then
      add(findings, "missing", number.name, "is missing", { expected = NUMBERS[i][2],
        x_type = "REG_DWORD", x_data = NUMBERS[i][2] })
    end
  end
  for i, finding in ipairs(findings) do
    finding.x_last = i == #findings
    target:fail(finding)
  end
  target:pass("all " .. #PATHS + #NUMBERS + 1 .. " values that the directory service must have are"
    .. " there")
end

local function fix(target, _, finding, plan)
  local name = finding.where.value
  if finding.x_type then
    local circular = name == "Circular Logging"
    plan:set_value(PARAMETERS, name, finding.x_type, finding.x_data, {
      why = finding.x_param and "as given with -p " .. finding.x_param
        or "the directory service does not start without it; this is what Setup writes",
      step = "RESOLUTION",
      risk = (circular or finding.x_param) and "medium" or "low",
    })
    if circular then
      plan:manual("see to the backups of the directory: with circular logging, which Setup turns"
        .. " on, only full backups can be made; where others are made, set Circular Logging"
        .. " to 0", { why = "what it was before is not known" })
    end
  elseif finding.id == "missing" then
    plan:manual("look up " .. name .. " in a backup of the registry, or where the file or folder is"
      .. " on the disk, and run again with -p " .. finding.x_param .. "=PATH", {
      why = "every server has its own", step = "RESOLUTION",
    })
  else
    plan:manual("correct " .. name .. " as a backup of the registry has it", {
      why = "what was meant cannot be told from what is there",
    })
  end
  if not finding.x_last then
    return
  end
  services.warn_of_cluster(target, plan)
  plan:manual("see that the Exchange service account has full control of " .. PARAMETERS, {
    why = "what it may not read is missing for it, too", step = "RESOLUTION",
  })
  plan:manual("start the Microsoft Exchange Directory service", { step = "SYMPTOMS" })
end

local function path_param(name)
  return { type = "string", help = "full path for " .. name .. ", where that is missing" }
end

local params = {}
for _, item in ipairs(PATHS) do
  params[item[2]] = path_param(item[1])
end

return {
  api = 1,
  id = "Q263548",
  version = "1.0.0",
  title = "Directory service does not start with events 1016 and 1002",
  severity = "high",
  categories = { "exchange", "startup", "directory" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { event = 1016, source = "MSExchangeDS",
      text = "missing configuration parameter, as DSA Database file" },
    { event = 1002, source = "MSExchangeDS",
      text = "the database (EDB) could not be initialized and returned error 1" },
    { error = 2140, text = "starting the directory service ends with an internal error" },
  },
  aliases = {
    {
      kb = "Q153946",
      title = "edbutil cannot read EDB Max Buffers of the directory service; not checked here",
      products = { { name = "Microsoft Exchange Server", versions = "4.0" } },
      symptoms = {
        { error = -1907, text = "edbutil ends while it reads its registry values" },
      },
    },
  },
  references = { { kb = "Q263548" }, { kb = "Q153946" }, { kb = "Q257252" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  params = params,
  description = [[
The directory service reads where its database, logs and temporary files are, and how it works with
them, from its Parameters key, and has no defaults for most of that. Where one of the values is
missing, or its account may not read it, the service logs events 1016 and 1002 and does not start.

The check looks for the seventeen values that Setup writes. Missing numbers, and the switch for
logging, are planned as Setup writes them. Paths differ from server to server: they are planned only
when they are given with -p. Note that Circular Logging is 1 as Setup writes it, which does not go
together with incremental backups.

Q153946 is not checked: Exchange Server 4.0 needs a REG_DWORD EDB Max Buffers there, too, of 64 hex,
without which edbutil ends with error -1907. Which version is installed cannot be told here; on 4.0
look for it yourself.
]],
  applies = function(target)
    if not target.registry:key(PARAMETERS) then
      return false, "the service MSExchangeDS has no Parameters key: the directory service is not"
        .. " installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
