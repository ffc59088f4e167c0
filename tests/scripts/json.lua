-- Reads JSON (RFC 8259) that kbmend wrote: objects and lists as tables, null as json.null. A test's
-- reader, strict enough to notice output that is no JSON.

local json = { null = {} }

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r",
  t = "\t" }

local function fail(text, at, what)
  local _, line = text:sub(1, at):gsub("\n", "")
  error(("JSON line %d, byte %d: %s"):format(line + 1, at, what), 0)
end

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local function read_string(text, at)
  local parts = {}
  at = at + 1
  while true do
    local stop = text:find('["\\%c]', at)
    if not stop then
      fail(text, at, "a string without end")
    end
    parts[#parts + 1] = text:sub(at, stop - 1)
    local character = text:sub(stop, stop)
    if character == '"' then
      return table.concat(parts), stop + 1
    elseif character ~= "\\" then
      fail(text, stop, "a control character in a string")
    end
    local kind = text:sub(stop + 1, stop + 1)
    local digits = text:match("^u(%x%x%x%x)", stop + 1)
    if digits then
      local unit, length = tonumber(digits, 16), 6
      local low = text:match("^\\u([dD][c-fC-F]%x%x)", stop + 6)
      if unit >= 0xD800 and unit < 0xDC00 and low then
        unit = 0x10000 + (unit - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00
        length = 12
      end
      parts[#parts + 1] = utf8.char(unit)
      at = stop + length
    elseif ESCAPES[kind] then
      parts[#parts + 1] = ESCAPES[kind]
      at = stop + 2
    else
      fail(text, stop, "an unknown escape")
    end
  end
end

local read_value

-- What stands between brackets: calls `member` for each, which returns the position behind it.
local function read_members(text, at, close, member)
  at = skip(text, at + 1)
  if text:sub(at, at) == close then
    return at + 1
  end
  while true do
    at = skip(text, member(at))
    local character = text:sub(at, at)
    if character == close then
      return at + 1
    elseif character ~= "," then
      fail(text, at, "neither , nor " .. close)
    end
    at = skip(text, at + 1)
  end
end

local function read_object(text, at)
  local object = {}
  local behind = read_members(text, at, "}", function(from)
    if text:sub(from, from) ~= '"' then
      fail(text, from, "a member without name")
    end
    local name, colon = read_string(text, from)
    colon = skip(text, colon)
    if text:sub(colon, colon) ~= ":" then
      fail(text, colon, "no colon")
    elseif object[name] ~= nil then
      fail(text, from, "a member twice: " .. name)
    end
    local value, after = read_value(text, skip(text, colon + 1))
    object[name] = value
    return after
  end)
  return object, behind
end

local function read_list(text, at)
  local list = {}
  local behind = read_members(text, at, "]", function(from)
    local value, after = read_value(text, from)
    list[#list + 1] = value
    return after
  end)
  return list, behind
end

function read_value(text, at)
  local first = text:sub(at, at)
  if first == "{" then
    return read_object(text, at)
  elseif first == "[" then
    return read_list(text, at)
  elseif first == '"' then
    return read_string(text, at)
  end
  for word, value in pairs{ ["true"] = true, ["false"] = false, ["null"] = json.null } do
    if text:sub(at, at + #word - 1) == word then
      return value, at + #word
    end
  end
  local number = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  if not number or not tonumber(number) then
    fail(text, at, "no value")
  end
  return tonumber(number), at + #number
end

--- Reads one document.
---@param text string
---@return any value
function json.read(text)
  local value, at = read_value(text, skip(text, 1))
  if skip(text, at) <= #text then
    fail(text, at, "something behind the end")
  end
  return value
end

return json
