-- compare_runs.lua LEFT RIGHT: compares two runs (kbmend.run/1) in all that the scripts said:
-- verdicts, findings, plans, and what was read. Prints what differs; exit status 1.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local json = assert(loadfile(here .. "/../scripts/json.lua"))()

local function read(path)
  local file = assert(io.open(path, "rb"))
  local run = json.read(file:read("a"))
  file:close()
  assert(run.schema == "kbmend.run/1" and #run.scripts > 0)
  return run.scripts
end

local same = true

local function differ(path, left, right)
  print(("%s: %s against %s"):format(path, tostring(left), tostring(right)))
  same = false
end

local function compare(path, left, right)
  if left == json.null or right == json.null or type(left) ~= "table" or type(right) ~= "table" then
    if left ~= right then
      differ(path, left == json.null and "null" or left, right == json.null and "null" or right)
    end
    return
  end
  for name, value in pairs(left) do
    compare(path .. "." .. name, value, right[name])
  end
  for name, value in pairs(right) do
    if left[name] == nil then
      differ(path .. "." .. name, nil, value)
    end
  end
end

-- A server gives entries, attributes and values in an order of its own.
local function sort_reads(list)
  local function by(field)
    return function(a, b) return tostring(a[field]) < tostring(b[field]) end
  end
  for _, script in ipairs(list) do
    for _, item in ipairs(script.reads) do
      local entries = item.entries or { item.entry ~= json.null and item.entry or nil }
      table.sort(entries, by("dn"))
      for _, entry in ipairs(entries) do
        table.sort(entry.attributes, by("name"))
        for _, attribute in ipairs(entry.attributes) do
          table.sort(attribute.values, function(a, b) return tostring(a) < tostring(b) end)
        end
      end
    end
  end
  return list
end

compare("scripts", sort_reads(read(arg[1])), sort_reads(read(arg[2])))
os.exit(same)
