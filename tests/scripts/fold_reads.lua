-- Makes a script's reads short (lines as `kbmend run -f digest -v` has them, without the word):
-- each place once in any letter case, many siblings as `*`, a key's values in one line, and no key
-- that another line implies.

local MANY_KEYS, MANY_NAMES = 4, 3 -- so many siblings are one line

-- Names that each site has of its own.
local SITES_OWN = { c = true, dc = true, o = true, ou = true }

-- The tokens of a line may be folded: components of a path, values of a DN and of a filter.
local function registry_line(text)
  local path, value = text:match("^(.-) %[(.*)%]$")
  local tokens = {}
  for component in (path or text):gmatch("[^\\]+") do
    tokens[#tokens + 1] = component
  end
  return { tokens = tokens, value = value, many = MANY_KEYS }
end

local function split_rdns(base)
  local rdns, rdn = {}, ""
  for part in (base .. ","):gmatch("([^,]*),") do
    rdn = rdn .. part
    if rdn:match("(\\*)$") and #rdn:match("(\\*)$") % 2 == 1 then
      rdn = rdn .. ","
    else
      rdns[#rdns + 1], rdn = rdn, ""
    end
  end
  return rdns
end

local function search_line(text)
  local base, scope, filter = text:match("^search <(.*)>, scope (%a+), filter (.*)$")
  assert(base, text)
  local tokens, shape = {}, {}
  local function add(before, token)
    shape[#shape + 1], tokens[#tokens + 1] = before, token
  end
  for i, rdn in ipairs(base == "" and {} or split_rdns(base)) do
    local kind, name = rdn:match("^([^=]*)=(.*)$")
    add((i > 1 and "," or "") .. kind .. "=", SITES_OWN[kind:lower()] and "*" or name)
  end
  shape.base_count = #tokens
  local rest = 1
  for from, name, after in filter:gmatch("()=([^()]*)()%)") do
    add(filter:sub(rest, from), name)
    rest = after
  end
  shape.tail = filter:sub(rest)
  return { tokens = tokens, shape = shape, scope = scope, many = MANY_NAMES }
end

-- The line; `path` only is what is before a value's name.
local function text_of(line, path_only)
  if not line.shape then
    local path = table.concat(line.tokens, "\\")
    return (path_only or not line.value) and path or path .. " [" .. line.value .. "]"
  end
  local base, filter = "", ""
  for i, token in ipairs(line.tokens) do
    if i <= line.shape.base_count then
      base = base .. line.shape[i] .. token
    else
      filter = filter .. line.shape[i] .. token
    end
  end
  return ("search %s, scope %s, filter %s%s"):format(base == "" and "the root" or base, line.scope,
    filter, line.shape.tail)
end

local function same_text(line)
  return text_of(line):lower()
end

-- Each once, sorted by bytes: of several spellings the first stays.
local function unique(lines)
  local seen, kept = {}, {}
  table.sort(lines, function(a, b) return text_of(a) < text_of(b) end)
  for _, line in ipairs(lines) do
    if not seen[same_text(line)] then
      seen[same_text(line)] = true
      kept[#kept + 1] = line
    end
  end
  return kept
end

-- With `*` for all tokens that are equal to the one at `position`.
local function starred(line, position)
  local copy = { tokens = {}, value = line.value, shape = line.shape, scope = line.scope,
    many = line.many }
  for i, token in ipairs(line.tokens) do
    copy.tokens[i] = token:lower() == line.tokens[position]:lower() and "*" or token
  end
  return copy
end

-- Lines that differ in one token only, where they are many.
local function fold_once(lines)
  local groups = {}
  for _, line in ipairs(lines) do
    for position = #line.tokens, 1, -1 do
      if line.tokens[position] ~= "*" then
        local folded = starred(line, position)
        local key = same_text(folded)
        groups[key] = groups[key] or { folded = folded, position = position }
        table.insert(groups[key], line)
      end
    end
  end
  local best, best_key
  for key, group in pairs(groups) do
    local better = not best or #group > #best or (#group == #best and key < best_key)
    if #group >= group.folded.many and better then
      best, best_key = group, key
    end
  end
  if not best then
    return nil
  end
  local gone, kept = {}, { best.folded }
  for _, line in ipairs(best) do
    gone[line] = true
  end
  for _, line in ipairs(lines) do
    if not gone[line] then
      kept[#kept + 1] = line
    end
  end
  return unique(kept)
end

-- Whether what `general` says of a key, or of one below it, says that `line` is looked at.
local function implies(general, line)
  if general == line or general.shape or line.shape then
    return false
  end
  local is_below = not line.value and (#general.tokens > #line.tokens or general.value)
  local is_same = #general.tokens == #line.tokens
    and (general.value or ""):lower() == (line.value or ""):lower()
  if not is_below and not is_same then
    return false
  end
  for i, token in ipairs(line.tokens) do
    local other = general.tokens[i]
    if not other or (other ~= "*" and other:lower() ~= token:lower()) then
      return false
    end
  end
  return true
end

local function drop_implied(lines)
  local kept = {}
  for _, line in ipairs(lines) do
    local implied = false
    for _, other in ipairs(lines) do
      implied = implied or implies(other, line)
    end
    if not implied then
      kept[#kept + 1] = line
    end
  end
  return kept
end

local function print_all(lines)
  local values, order = {}, {}
  for _, line in ipairs(lines) do
    local key = text_of(line, true)
    local at = key:lower()
    if not values[at] then
      values[at] = { key = key }
      order[#order + 1] = values[at]
    end
    table.insert(values[at], line.value)
  end
  for _, line in ipairs(order) do
    print(line.key .. (#line > 0 and " [" .. table.concat(line, ", ") .. "]" or ""))
  end
end

local lines = {}
for text in io.lines() do
  lines[#lines + 1] = text:match("^search ") and search_line(text) or registry_line(text)
end
lines = drop_implied(unique(lines))
local folded = lines
while folded do
  lines = folded
  folded = fold_once(lines)
end
print_all(drop_implied(lines))
