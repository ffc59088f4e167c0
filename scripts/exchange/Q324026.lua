-- Q324026: the message transfer agent does not start, because the registry names the folder of its
-- database, or of its run files, wrongly.

local exchange = require "kb.exchange"
local paths = require "kb.paths"
local services = require "kb.services"

local PARAMETERS = exchange.service_key("MSExchangeMTA", "Parameters")

-- Name, the parameter that gives the right one, what must lie there.
local FOLDERS = {
  { "MTA Database Path", "database_path", "the MTA's database, DB000001.DAT to DB000026.DAT" },
  { "MTA Run Directory", "run_directory", "the MTA's run files (.tpl, .xv2 and .sch)" },
}
local TEXT = { REG_SZ = true, REG_EXPAND_SZ = true }

-- id and message of what is wrong with the value; nil: nothing that can be seen here.
local function problem_of(value)
  if not value then
    return "missing", "is missing"
  elseif not TEXT[value.type] then
    return "type", "has the wrong type"
  elseif not value.data:find("%S") then
    return "empty", "is empty"
  end
  local path, message = paths.parse(value.data)
  if not path then
    return "not-a-path", "is no path: " .. message
  elseif path.form ~= "variable" and not paths.is_absolute(path) then
    return "not-absolute", "is not a full path, with a drive"
  elseif path.extension == "dat" then
    return "file", "names a file, not the folder"
  end
end

-- The folder that a parameter names, without a backslash at its end; nil: none is named.
local function given_folder(target, params, param)
  local given = params[param]
  local path, message = paths.parse(given or "C:\\")
  if not path or not paths.is_absolute(path) then
    target:unknown("-p " .. param .. "=" .. given .. " is no full path, with a drive"
      .. (message and ": " .. message or ""))
  end
  return given and (given:gsub("([^:\\])\\+$", "%1"))
end

local function check(target, params)
  local told, findings = {}, {}
  for _, folder in ipairs(FOLDERS) do
    local name, given = folder[1], given_folder(target, params, folder[2])
    local value = target.registry:get(PARAMETERS, name)
    local id, problem = problem_of(value)
    if not id and given and not paths.same(given, value.data) then
      id, problem = "other", "is not the folder that was given with -p " .. folder[2]
    end
    if id then
      findings[#findings + 1] = {
        id = id,
        message = name .. " " .. problem,
        where = { key = PARAMETERS, value = name },
        found = value and (id == "type" and value.type or value.data) or nil,
        expected = given or (id == "type" and "REG_SZ" or nil),
        because = PARAMETERS .. (value and " has it so" or " has no such value"),
        x_right = given,
        x_type = value and TEXT[value.type] and value.type or "REG_SZ",
        x_param = folder[2],
        x_holds = folder[3],
      }
    end
    told[#told + 1] = name .. " is " .. tostring(value and value.data)
  end
  for i, finding in ipairs(findings) do
    finding.x_last = i == #findings
    target:fail(finding)
  end
  target:pass(table.concat(told, ", ") .. "; whether the folders hold the MTA's files cannot be"
    .. " seen from the registry")
end

local function fix(target, _, finding, plan)
  local name = finding.where.value
  if finding.x_right then
    plan:set_value(PARAMETERS, name, finding.x_type, finding.x_right, {
      why = "as given with -p " .. finding.x_param, step = "RESOLUTION 4, 6", risk = "medium",
    })
    plan:manual("before the change, look whether " .. finding.x_right .. " holds "
      .. finding.x_holds, { why = "without its files the MTA repairs nothing" })
  else
    plan:manual("find the folder that holds " .. finding.x_holds .. " (as set up,"
      .. " DRIVE:\\exchsrvr\\mtadata), and run again with -p " .. finding.x_param .. "=FOLDER", {
      why = "where it is cannot be told from the registry", step = "RESOLUTION 4, 6",
    })
  end
  if finding.x_last then
    services.warn_of_cluster(target, plan)
    plan:manual("start the Microsoft Exchange Message Transfer Agent service", {
      why = "it reads both when it starts", step = "SYMPTOMS",
    })
  end
end

return {
  api = 1,
  id = "Q324026",
  version = "1.0.0",
  title = "MTA does not start with error 2140: wrong path of its database",
  severity = "high",
  categories = { "exchange", "startup", "mta" },
  products = { { name = "Microsoft Exchange Server", versions = "4.0, 5.0, 5.5" } },
  symptoms = {
    { error = 2140, text = "starting the message transfer agent ends with an internal error" },
    { event = 2152, source = "MSExchangeMTA", text = "fatal database error, recovery was not"
      .. " successful, manual correction is required" },
    { event = 2127, source = "MSExchangeMTA", text = "error accessing an object attribute (AAT) on"
      .. " a read or write of a DB file" },
    { event = 2155, source = "MSExchangeMTA", text = "failed to read attribute information (AAT),"
      .. " database server error 2127" },
    { event = 2187, source = "MSExchangeMTA", text = "unlocking an object that is not locked" },
    { event = 2219, source = "MSExchangeMTA", text = "running recovery on the internal message"
      .. " database after an unclean shutdown" },
    { text = "mtacheck: the database has serious errors that cannot be repaired automatically" },
  },
  aliases = {
    {
      kb = "Q158488",
      title = "MTA does not start after a restore: Queue-Desc-Object (ID 1) not found",
      symptoms = {
        { error = 2140, text = "Queue-Desc-Object (ID 1) not found" },
        { text = "mtacheck: error in Queue-Desc-Object (ID 1) initialization" },
      },
    },
  },
  references = { { kb = "Q324026" }, { kb = "Q158488" }, { kb = "Q162384" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  params = {
    database_path = { type = "string", help = "the folder that holds the MTA's database files; it"
      .. " is set where MTA Database Path is another" },
    run_directory = { type = "string", help = "the folder that holds the MTA's run files; it is set"
      .. " where MTA Run Directory is another" },
  },
  description = [[
MTA Database Path and MTA Run Directory of MSExchangeMTA\Parameters name the folders of the message
transfer agent's queue files and run files: usually both \exchsrvr\mtadata of some drive. After a
restore, or when Performance Optimizer had moved the files, they may name a folder that is not there
any more; the MTA then takes its database for damaged and does not start.

The check finds values that are missing, empty, of the wrong type, or no full path. That the two
differ is no fault. Whether a full path is the right one cannot be seen from the registry: who has
looked on the disk gives it with -p, and the value is compared with that.
]],
  applies = function(target)
    if not target.registry:key(PARAMETERS) then
      return false, "the service MSExchangeMTA has no Parameters key: the MTA is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
