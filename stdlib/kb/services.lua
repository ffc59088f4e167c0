-- kb.services: the keys of services and drivers: how they start, and what they depend on.
--
-- Service names are compared without case: NetBIOS and NetBios are one. An order of names is kept,
-- and so is their spelling.

local services = {}

local SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"

--- The registry key of a service.
---@param name string? default: the key above all of them
---@return string path
function services.key(name)
  return name and SERVICES .. "\\" .. name or SERVICES
end

--- How a service may start (its value Start).
services.START = { boot = 0, system = 1, automatic = 2, manual = 3, disabled = 4 }

--- Whether there is a service of that name.
---@param target kbm.Target
---@param name string
---@return boolean
function services.exists(target, name)
  return target.registry:key(services.key(name)) ~= nil
end

-- A REG_DWORD's number.
local function number_of(value)
  return value and value.type == "REG_DWORD" and value.data or nil
end

--- A REG_DWORD of a service's key.
---@param target kbm.Target
---@param name string of the service
---@param value string "Type", "Start"
---@return integer? number nil: absent, or no REG_DWORD
function services.number(target, name, value)
  return number_of(target.registry:get(services.key(name), value))
end

-- What all services have as the value of that name, as key:column gives it.
local function column(target, name)
  local above = target.registry:key(services.key())
  if not above then
    return {}, {}, {}
  end
  return above:column(name)
end

--- Whether a Type is that of a program (0x10 its own process, 0x20 one it shares; 0x100 may stand
--- beside them): drivers have other rules for their paths.
---@param type integer?
---@return boolean
function services.is_program(type)
  return type ~= nil and type & 0x30 ~= 0
end

-- The list of the target that was asked about last: there may be thousands of services, and a
-- script asks in `applies` and in `check`.
local asked, programs

--- The names of all services that are programs, as stored. The list is shared: it is not to be
--- changed.
---@param target kbm.Target
---@return string[]
function services.programs(target)
  if asked == target then
    return programs
  end
  local list = {}
  local names, numbers, types = column(target, "Type")
  for i, name in ipairs(names) do
    if types[i] == "REG_DWORD" and services.is_program(numbers[i]) then
      list[#list + 1] = name
    end
  end
  asked, programs = target, list
  return list
end

---@class kb.Dependencies
---@field service string
---@field name "DependOnService"|"DependOnGroup"
---@field names string[] as stored; none when the value is absent or of another type
---@field present boolean
---@field type string? as stored

--- What a service depends on.
---@param target kbm.Target
---@param service string
---@param name ("DependOnService"|"DependOnGroup")? default "DependOnService"
---@return kb.Dependencies
function services.dependencies(target, service, name)
  name = name or "DependOnService"
  local value = target.registry:get(services.key(service), name)
  local list = {}
  for _, text in ipairs(value and value.type == "REG_MULTI_SZ" and value.data or {}) do
    if text ~= "" then
      list[#list + 1] = text
    end
  end
  return { service = service, name = name, names = list, present = value ~= nil,
    type = value and value.type }
end

--- Where a name stands in a list.
---@param list string[]
---@param name string
---@return integer? position nil: it does not
function services.position(list, name)
  for i, text in ipairs(list) do
    if text:lower() == name:lower() then
      return i
    end
  end
  return nil
end

--- The list with those names at its end that it lacks.
---@param list string[]
---@param added string[]
---@return string[]
function services.appended(list, added)
  local all = {}
  for i, name in ipairs(list) do
    all[i] = name
  end
  for _, name in ipairs(added) do
    if not services.position(all, name) then
      all[#all + 1] = name
    end
  end
  return all
end

--- The list without a name.
---@param list string[]
---@param name string
---@return string[]
function services.without(list, name)
  local left = {}
  for _, text in ipairs(list) do
    if text:lower() ~= name:lower() then
      left[#left + 1] = text
    end
  end
  return left
end

-- The services of a group, as stored.
local function members(target, group)
  local list = {}
  local names, groups = column(target, "Group")
  for i, name in ipairs(names) do
    if type(groups[i]) == "string" and groups[i]:lower() == group:lower() then
      list[#list + 1] = name
    end
  end
  return list
end

--- The way on which one service comes to depend on another, by itself or by a group that this one
--- is in: { from, "group TDI", ..., to }.
---@param target kbm.Target
---@param from string
---@param to string
---@return string[]? way nil: it does not
function services.way(target, from, to)
  local ways, seen = { { from } }, { [from:lower()] = true }
  local i = 1
  local function go_on(steps, name)
    if not seen[name:lower()] then
      seen[name:lower()] = true
      ways[#ways + 1] = services.appended(steps, { name })
    end
  end
  while ways[i] do
    local way = ways[i]
    local last = way[#way]
    if last:lower() == to:lower() then
      return way
    end
    for _, name in ipairs(services.dependencies(target, last).names) do
      go_on(way, name)
    end
    for _, group in ipairs(services.dependencies(target, last, "DependOnGroup").names) do
      local steps = services.appended(way, { "group " .. group })
      for _, name in ipairs(members(target, group)) do
        go_on(steps, name)
      end
    end
    i = i + 1
  end
  return nil
end

--- Adds a step where the computer is in a cluster, whose checkpoints bring old values back when a
--- resource moves (Q188674). For every fix that changes the key of a service that may be one.
---@param target kbm.Target
---@param plan kbm.Plan
function services.warn_of_cluster(target, plan)
  if target.registry:try_key(services.key("ClusSvc")) == "found" then
    plan:manual("before the change, see that no resource of the cluster has this key as a registry"
      .. " checkpoint, or change it where the resource is online", {
      why = "the cluster service (ClusSvc) is installed; a checkpoint brings old values back",
    })
  end
end

--- A list of names as findings show it.
---@param list string[]
---@return string
function services.told(list)
  return #list == 0 and "(none)" or table.concat(list, ", ")
end

-- The fields that all findings about a list of names share.
local function about(list, finding)
  finding.x_service = list.service
  finding.where = { key = services.key(list.service), value = list.name }
  finding.because = finding.because or services.key(list.service)
    .. (list.present and " has it so" or " has no such value")
  return finding
end

--- A finding when the value is there and is no list; else nil.
---@param list kb.Dependencies
---@return kbm.Finding?
function services.wrong_type(list)
  if not list.present or list.type == "REG_MULTI_SZ" then
    return nil
  end
  return about(list, {
    id = "type",
    message = list.name .. " of " .. list.service .. " has the wrong type",
    found = list.type,
    expected = "REG_MULTI_SZ",
  })
end

-- Names that are in the list without being services (event 7003).
local function report_unknown(target, list)
  local known = true
  for _, name in ipairs(list.names) do
    if not services.exists(target, name) then
      known = false
      target:fail(about(list, {
        id = "no-such-service",
        message = list.service .. " depends on " .. name .. ", and there is no such service",
        found = services.told(list.names),
        because = services.key(name) .. " does not exist",
        x_name = name,
      }))
    end
  end
  return known
end

-- Why a missing name must not be added: it is no service, or it depends on this one itself.
local function obstacle(target, service, name)
  if not services.exists(target, name) then
    return "there is no service " .. name .. " on this computer"
  end
  local way = services.way(target, name, service)
  return way and name .. " itself depends on " .. service .. " (" .. table.concat(way, " > ")
    .. "): the two would wait for each other"
end

--- Reports which of the services that a service must depend on its list lacks; and the names in it
--- that are no services. The findings are for services.add_missing. Passes where there are none.
---@param target kbm.Target
---@param service string
---@param wanted string[]
function services.check_wanted(target, service, wanted)
  local list = services.dependencies(target, service)
  local wrong = services.wrong_type(list)
  if wrong then
    target:fail(wrong)
    return
  end
  local missing, addable, obstacles = {}, {}, {}
  for _, name in ipairs(wanted) do
    if not services.position(list.names, name) then
      missing[#missing + 1] = name
      local why = obstacle(target, service, name)
      obstacles[#missing] = why
      addable[#addable + 1] = not why and name or nil
    end
  end
  local whole = services.appended(list.names, addable)
  for i, name in ipairs(missing) do
    target:fail(about(list, {
      id = "missing-" .. name,
      message = service .. " does not depend on " .. name,
      found = list.present and services.told(list.names) or nil,
      expected = not obstacles[i] and services.told(services.appended(list.names, { name })) or nil,
      because = obstacles[i],
      x_name = name,
      x_list = whole,
      x_obstacle = obstacles[i],
    }))
  end
  report_unknown(target, list)
  target:pass(service .. " depends on " .. services.told(list.names))
end

---@class kb.DependencyFix
---@field why string? of the change
---@field step string? of the article
---@field after kb.Step[]? manual steps behind the change

--- Plans what a finding of services.check_wanted asks for, as far as a program can, with a warning
--- of a cluster and the steps behind it; else leaves it to a person.
---@param target kbm.Target
---@param plan kbm.Plan
---@param finding kbm.Finding
---@param options kb.DependencyFix
function services.add_missing(target, plan, finding, options)
  local service = finding.x_service
  if finding.x_list and not finding.x_obstacle then
    plan:set_value(services.key(service), "DependOnService", "REG_MULTI_SZ", finding.x_list, {
      why = options.why, step = options.step,
    })
    services.warn_of_cluster(target, plan)
    for _, after in ipairs(options.after or {}) do
      plan:manual(after[1], { why = after.why, step = after.step })
    end
  elseif finding.x_list then
    plan:manual("find out whether " .. service .. " shall depend on " .. finding.x_name
      .. " on this computer at all; nothing is added to DependOnService", {
      why = finding.x_obstacle,
    })
  elseif finding.id == "no-such-service" then
    plan:manual("install the service " .. finding.x_name .. ", or take its name out of"
      .. " DependOnService of " .. service .. ", whichever was meant", {
      why = "a service whose dependency does not exist does not start: event 7003 (Q158146)",
    })
  else
    plan:manual("write DependOnService of " .. service .. " anew, as a REG_MULTI_SZ with one name"
      .. " a line, and run again", {
      why = "where one name ends cannot be told from another type",
    })
  end
end

return services
