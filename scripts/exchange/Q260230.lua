-- Q260230: the information store does not start, because DB Path of a store does not name its
-- database file.

local exchange = require "kb.exchange"
local paths = require "kb.paths"
local services = require "kb.services"

-- Each store: the name that Setup gives its database.
local STORES = {
  { key = "ParametersPrivate", what = "private", file = "priv.edb", other = "pub.edb" },
  { key = "ParametersPublic", what = "public", file = "pub.edb", other = "priv.edb" },
}
local TEXT = { REG_SZ = true, REG_EXPAND_SZ = true }

local function read(target, store)
  local key = exchange.service_key("MSExchangeIS", store.key)
  if not target.registry:key(key) then
    return nil
  end
  return { key = key, what = store.what, store = store,
    value = target.registry:get(key, "DB Path") }
end

-- What is wrong with one DB Path: id, what is said, the right text where it can be told. `shared`:
-- the other store has the same path, so that this one cannot be a database with an odd name.
local function problem_of(place, shared)
  local value, store = place.value, place.store
  if not value then
    return "absent", "is absent"
  elseif not TEXT[value.type] then
    return "type", "has the wrong type"
  end
  local path, message = paths.parse(value.data)
  if not path then
    return "not-a-path", "is no path: " .. message
  elseif path.form ~= "variable" and not paths.is_absolute(path) then
    return "not-absolute", "is not a full path, with a drive"
  elseif path.name:lower() == store.other then
    return "other-store", "names the database of the other store",
      shared and paths.join(value.data:sub(1, -1 - #path.name), store.file)
  elseif path.extension ~= "edb" then
    -- What looks like a misspelt file is no folder.
    local folder = not path.extension and not store.file:find(path.name:lower() .. ".", 1, true)
    return folder and "folder" or "other-file", folder and "names a folder, not a database file"
      or "does not name an .edb file", folder and paths.join(value.data, store.file)
  end
end

-- Whether two stores have one path.
local function is_shared(first, second)
  local left, right = first.value, second and second.value
  return left ~= nil and right ~= nil and type(left.data) == "string"
    and type(right.data) == "string" and paths.same(left.data, right.data)
end

local function check(target)
  local found, findings = {}, {}
  for _, store in ipairs(STORES) do
    found[#found + 1] = read(target, store)
  end
  local shared = is_shared(found[1], found[2])
  for _, place in ipairs(found) do
    local store = place.store
    local id, message, right = problem_of(place, shared)
    if id then
      findings[#findings + 1] = {
        id = id,
        message = "DB Path of the " .. store.what .. " store " .. message,
        where = { key = place.key, value = "DB Path" },
        found = place.value and (id == "type" and place.value.type or place.value.data) or nil,
        expected = right or (id == "type" and "REG_SZ" or nil),
        because = place.key .. (place.value and " has it so; the " or " has no such value; the ")
          .. store.what .. " store's database is " .. store.file .. " where nobody renamed it",
        x_right = right or nil,
        x_type = place.value and place.value.type,
        x_file = store.file,
        x_what = store.what,
      }
    end
  end
  local first, second = found[1], found[2]
  if #findings == 0 and shared then
    findings[1] = {
      id = "same-file",
      message = "DB Path of the public store is that of the private store",
      where = { key = second.key, value = "DB Path" },
      found = second.value.data,
      because = first.key .. " has the same path",
      x_file = "pub.edb",
      x_what = "public",
    }
  end
  for i, finding in ipairs(findings) do
    finding.x_last = i == #findings
    target:fail(finding)
  end
  local told = {}
  for i, place in ipairs(found) do
    told[i] = place.value and tostring(place.value.data)
  end
  target:pass("DB Path names a database file: " .. table.concat(told, ", "))
end

local function fix(target, _, finding, plan)
  if finding.x_right then
    plan:set_value(finding.where.key, "DB Path", finding.x_type, finding.x_right, {
      why = "the store opens the file that DB Path names, in full",
      step = "RESOLUTION",
      risk = "medium",
    })
    plan:manual("before the change, look whether " .. finding.x_right .. " is there: drives and"
      .. " files cannot be seen from the registry", { why = "the database may have been renamed" })
    if finding.id == "other-store" then
      plan:manual("see that Performance Optimizer is not running, and has ended", {
        why = "for as long as it runs, the public store may have been set to priv.edb (Q264816)",
      })
    end
  else
    plan:manual("find the database of the " .. finding.x_what .. " store (" .. finding.x_file
      .. " where nobody renamed it), and set DB Path in " .. finding.where.key
      .. " to its full path", { why = "where it is cannot be told from the registry",
      step = "RESOLUTION" })
  end
  if finding.x_last then
    services.warn_of_cluster(target, plan)
    plan:manual("start the Microsoft Exchange Information Store service", { step = "SYMPTOMS" })
  end
end

return {
  api = 1,
  id = "Q260230",
  version = "1.0.0",
  title = "Information store does not start with error 4294966090",
  severity = "high",
  categories = { "exchange", "startup", "database" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { error = 4294966090, text = "service-specific error of the information store" },
    { event = 145, source = "ESE97", text = "the database engine could not access the file" },
    { event = 1120, source = "MSExchangeIS", text = "non-database file or corrupted database" },
    { event = 5000, source = "MSExchangeIS", text = "non-database file or corrupted database" },
    { event = 7024, source = "Service Control Manager",
      text = "the information store terminated with service-specific error 4294966090" },
  },
  references = { { kb = "Q260230" }, { kb = "Q264816" }, { kb = "Q257252" }, { kb = "Q256986" } },
  aliases = {
    {
      kb = "Q264816",
      title = "Performance Optimizer moves no files: DB Path of the public store",
      symptoms = {
        { text = "Performance Optimizer does not move any files, or does not finish, on a server"
          .. " that has no Pub.edb" },
      },
    },
  },
  needs = { registry = { "SYSTEM" } },
  description = [[
DB Path in ParametersPrivate and in ParametersPublic of MSExchangeIS is the full path of the
database file of that store. Where it names the folder only, or the database of the other store, the
engine is given something that is no database: event 145, and the store ends with error 4294966090.

The check reads both. A path whose last part has no extension is taken for the folder, and the usual
name of the file is planned behind it. Databases may have other names: any .edb passes, unless it
has the other store's usual name, or both stores have the same one. Whether drive and file exist
cannot be seen from a registry.

Q264816 has an administrator set the public store's DB Path to that of the private one for as long
as Performance Optimizer runs. What was not put back afterwards is found here, and planned.
]],
  applies = function(target)
    for _, store in ipairs(STORES) do
      if read(target, store) then
        return true
      end
    end
    return false, "MSExchangeIS has neither a private nor a public store"
  end,
  check = check,
  fix = fix,
}
