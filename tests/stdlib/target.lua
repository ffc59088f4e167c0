-- A stand-in for a target: a registry and a directory held in tables, for tests of library and
-- scripts without the program.

local dn = require "dn"

-- entries: list of DN texts; values: registry path .. "\\" .. name -> { type, data, raw? }.
local function make(options)
  local target = { computer_name = options.computer_name, directory = {}, registry = {} }
  local entries = options.entries or {}

  local function key(name)
    return (type(name) == "string" and name or name:ldap()):lower()
  end
  function target.directory.read(_, name)
    for _, text in ipairs(entries) do
      if text:lower() == key(name) then
        return { dn = text }
      end
    end
  end
  function target.directory.search(_, search)
    local found = {}
    for _, text in ipairs(entries) do
      local name = dn.parse(text)
      if search.scope == "one" then
        local parent = #name > 1 and name:parent():ldap():lower() or ""
        if parent == key(search.base) then
          found[#found + 1] = { dn = text }
        end
      elseif name:rdn(-1).value:lower() == search.args[1]:lower() then
        found[#found + 1] = { dn = text }
      end
    end
    return found
  end
  -- options.without_directory: there is none
  local function try(method)
    return function(directory, ...)
      if options.without_directory then
        return "unknown", "the target has no directory"
      end
      local answer = directory[method](directory, ...)
      return answer and "found" or "absent", answer
    end
  end
  target.directory.try_read = try("read")
  target.directory.try_search = try("search")
  function target.registry.get(_, path, name)
    local value = (options.values or {})[path .. "\\" .. name]
    return value and { name = name, type = value[1], data = value[2], raw = value.raw or "" }
  end
  -- options.unknown: registry path -> why nothing can be told of it
  function target.registry.try_get(_, path, name)
    local why = (options.unknown or {})[path]
    if why then
      return "unknown", why
    end
    local value = target.registry:get(path, name)
    return value and "found" or "absent", value
  end
  function target.registry.key(_, path)
    local above, found, below = path:lower() .. "\\", false, {}
    for place in pairs(options.values or {}) do
      if place:sub(1, #above):lower() == above then
        found = true
        local name = place:sub(#above + 1):match("^([^\\]+)\\")
        below[#below + 1] = name and not below[name] and { name = name } or nil
        below[name or ""] = true
      end
    end
    table.sort(below, function(left, right) return left.name < right.name end)
    local function column(_, name)
      local names, data, types = {}, {}, {}
      for _, subkey in ipairs(below) do
        local value = target.registry:get(path .. "\\" .. subkey.name, name)
        if value then
          local i = #names + 1
          names[i], data[i], types[i] = subkey.name, value.data, value.type
        end
      end
      return names, data, types
    end
    local function names()
      local list = {}
      for i, subkey in ipairs(below) do
        list[i] = subkey.name
      end
      return list
    end
    return found and { path = path, subkeys = function() return below end, names = names,
      column = column } or nil
  end
  function target.registry.try_key(_, path)
    local key_found = target.registry:key(path)
    return key_found and "found" or "absent", key_found
  end
  return target
end

return make
