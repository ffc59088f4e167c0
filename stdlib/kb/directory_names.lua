-- kb.directory_names: distinguished names as registry values write them, read part by part, and
-- single directory names compared exactly.
--
-- dn.parse is for names that are written correctly. Registry values are written by people too: this
-- module reads the form that Exchange uses, /o=ORG/ou=SITE/cn=..., tolerantly, and says what is
-- wrong with the form.

local dn = require "dn"

local names = {}

---@class kb.Part
---@field type string attribute type, as written
---@field value string

---@class kb.WrittenName
---@field parts kb.Part[] root first
---@field defects string[] what is wrong with the form, in reading order: "outer-blanks",
---  "ex-prefix", "ldap-form", "backslashes", "no-leading-slash", "trailing-slash"

-- Exchange 5.5 names hold these types only. A slash begins a new part only before one of them,
-- since values may hold slashes, commas, colons, parentheses and blanks.
local TYPES = { o = true, ou = true, cn = true }

local SLASH = ("/"):byte()

-- A whole name has at most 256 characters (Q196415), each at most 4 bytes; no more is looked at.
local MAX_BYTES = 1024

-- The positions of the slashes in `text` that begin a part.
local function separators(text)
  local found = {}
  for position, type in text:gmatch("()/(%a+)=") do
    if TYPES[type:lower()] then
      found[#found + 1] = position
    end
  end
  return found
end

-- Splits text in the slash form, the slash before the first part included.
local function split(text)
  local parts = {}
  local starts = separators(text)
  for i, start in ipairs(starts) do
    local part = text:sub(start + 1, (starts[i + 1] or #text + 1) - 1)
    local type, value = part:match("^(%a+)=(.*)$")
    parts[i] = { type = type, value = value }
  end
  return parts
end

-- Reads the LDAP form, leaf first and with commas: an Exchange service does not take it, but it
-- says clearly which name is meant.
local function read_ldap(text)
  local name, message = dn.parse(text, "ldap")
  if not name then
    return nil, message
  end
  local parts = {}
  for i = 1, #name do
    local rdn = name:rdn(i)
    if rdn.more or not TYPES[rdn.type:lower()] then
      return nil, "part " .. i .. " is not a single o=, ou= or cn="
    end
    parts[i] = { type = rdn.type, value = rdn.value }
  end
  return parts
end

--- Reads a name as a registry value writes it.
---@param text string
---@return kb.WrittenName? name nil: no name can be made out
---@return string? message why not
function names.read(text)
  if #text > MAX_BYTES then
    return nil, "it has " .. #text .. " bytes, no directory name is so long"
  end
  local defects = {}
  local body = text:match("^%s*(.*)$")
  if body ~= text then
    defects[1] = "outer-blanks"
  end
  local unprefixed = body:match("^[Ee][Xx]:(.*)$")
  if unprefixed then
    defects[#defects + 1] = "ex-prefix"
    body = unprefixed
  end

  local first, type = body:match("^([/\\]?)(%a+)=")
  if not first or not TYPES[type:lower()] then
    return nil, "it does not begin with /o="
  end
  if first == "" and body:find(",%s*%a+=") and #separators(body) == 0 then
    local parts, message = read_ldap(body)
    defects[#defects + 1] = "ldap-form"
    return parts and { parts = parts, defects = defects }, message
  end
  if first == "\\" then
    defects[#defects + 1] = "backslashes"
    body = body:gsub("\\(%a+=)", "/%1")
  elseif first == "" then
    defects[#defects + 1] = "no-leading-slash"
    body = "/" .. body
  end
  local last = #body
  while body:byte(last) == SLASH do
    last = last - 1
  end
  if last < #body then
    defects[#defects + 1] = "trailing-slash"
    body = body:sub(1, last)
  end
  return { parts = split(body), defects = defects }
end

--- Writes parts in the form that Exchange uses: /o=ORG/ou=SITE/cn=...
---@param parts kb.Part[]
---@return string text
function names.write(parts)
  local text = {}
  for i, part in ipairs(parts) do
    text[i] = "/" .. part.type:lower() .. "=" .. part.value
  end
  return table.concat(text)
end

--- The parts of a parsed name.
---@param name kbm.Dn
---@return kb.Part[] parts root first
function names.parts(name)
  local parts = {}
  for i = 1, #name do
    local rdn = name:rdn(i)
    parts[i] = { type = rdn.type, value = rdn.value }
  end
  return parts
end

-- UTF-16LE bytes as UTF-8, without NULs at the end; nil when they are no text.
local function utf16_text(bytes)
  if #bytes % 2 ~= 0 or #bytes > 2 * MAX_BYTES then
    return nil
  end
  local characters = {}
  for low, high in bytes:gmatch("(.)(.)") do
    local unit = low:byte() + high:byte() * 256
    if unit >= 0xD800 and unit < 0xE000 then
      return nil -- no name of Exchange 5.5 is outside the basic plane
    end
    characters[#characters + 1] = utf8.char(unit)
  end
  return (table.concat(characters):gsub("%z+$", ""))
end

--- The text that a registry value holds, also when somebody gave it the wrong type.
---@param value kbm.Value
---@return string? text nil: it holds no text, or several
---@return boolean right_type whether it is a REG_SZ or REG_EXPAND_SZ
function names.text_of(value)
  if value.type == "REG_SZ" or value.type == "REG_EXPAND_SZ" then
    return value.data, true
  elseif value.type == "REG_MULTI_SZ" then
    return #value.data == 1 and value.data[1] or nil, false
  end
  return utf16_text(value.raw), false
end

-- What dn.compare calls the kinds of values that are equal but for their spelling.
local SPELLING = { case = "case", space = "blanks", unicode = "unicode" }

--- How two directory names differ.
---@param found string
---@param expected string
---@return string[]? kinds nil: not at all, to the octet; { "value" }: they are different names;
---  else they differ in spelling only: "case", "blanks" (at the edges, or doubled), "unicode"
function names.difference(found, expected)
  if found == expected then
    return nil
  end
  -- Text that is no UTF-8 (an unpaired surrogate) is no name that a directory could hold.
  if found == "" or expected == "" or not utf8.len(found) or not utf8.len(expected) then
    return { "value" }
  end
  local comparison = dn.compare(dn.make{ { "cn", found } }, dn.make{ { "cn", expected } })
  if not comparison or comparison.verdict == "different" then
    return { "value" }
  end
  local kinds = {}
  for _, kind in ipairs(comparison.kinds) do
    kinds[#kinds + 1] = SPELLING[kind]
  end
  -- Matching rules fold more than Windows does: Straße and STRASSE are two names to Exchange.
  if #kinds == 1 and kinds[1] == "case" and utf8.len(found) ~= utf8.len(expected) then
    return { "value" }
  end
  return #kinds > 0 and kinds or { "value" }
end

--- Whether two names are equal when case does not count.
---@param left string
---@param right string
---@return boolean
function names.same_but_case(left, right)
  local kinds = names.difference(left, right)
  return kinds == nil or (#kinds == 1 and kinds[1] == "case")
end

return names
