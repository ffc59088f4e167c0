-- compare_entries.lua FOLDER: compares FOLDER/N.server with FOLDER/N.ldif for each N in
-- FOLDER/list, answers of `dir search -f jsonl`: the same entries with the same values, in whatever
-- order. A line of the list is N, the status of each, and the question. Prints the questions whose
-- answers differ.

local here = arg[0]:match("^(.*)/[^/]*$") or "."
local json = assert(loadfile(here .. "/../scripts/json.lua"))()
local folder = arg[1]

local IS_NAME = { member = true, ["Home-MTA"] = true, ["Home-MDB"] = true,
  ["Obj-Dist-Name"] = true }

-- A DN with its escapes in one spelling: servers give back their own.
local function canonical(name)
  local parts, at = {}, 1
  while at <= #name do
    local plain = name:match("^[^\\]+", at)
    local digits = name:match("^\\(%x%x)", at)
    local value = digits and string.char(tonumber(digits, 16)) or name:sub(at + 1, at + 1)
    if plain then
      parts[#parts + 1] = plain
      at = at + #plain
    else
      parts[#parts + 1] = (value:find('[",+;<>\\# ]') and "\\" or "") .. value
      at = at + (digits and 3 or 2)
    end
  end
  return table.concat(parts)
end

local function text(name, value)
  if type(value) == "table" then
    return "base64 " .. value.base64
  end
  return IS_NAME[name] and canonical(value) or value
end

-- One line an entry, sorted.
local function read(path)
  local entries = {}
  for line in io.lines(path) do
    local entry = json.read(line)
    local attributes = {}
    for name, values in pairs(entry.attributes) do
      local list = {}
      for i, value in ipairs(values) do
        list[i] = ("%q"):format(text(name, value))
      end
      table.sort(list)
      attributes[#attributes + 1] = name .. ": " .. table.concat(list, " ")
    end
    table.sort(attributes)
    entries[#entries + 1] = ("%q  "):format(canonical(entry.dn)) .. table.concat(attributes, "; ")
  end
  table.sort(entries)
  return table.concat(entries, "\n    ")
end

local count, found, different = 0, 0, 0
for line in io.lines(folder .. "/list") do
  local number, server, ldif, question = line:match("^(%d+) (%d+) (%d+) (.*)$")
  local left = read(folder .. "/" .. number .. ".server")
  local right = read(folder .. "/" .. number .. ".ldif")
  count = count + 1
  found = found + (right ~= "" and 1 or 0)
  if server ~= ldif or left ~= right then
    different = different + 1
    print(("FAILED: %s\n  server, status %s\n    %s\n  LDIF, status %s\n    %s"):format(question,
      server, left, ldif, right))
  end
end
print(("%d questions, %d with entries, %d answered differently"):format(count, found, different))
os.exit(different == 0 and found >= 60)
