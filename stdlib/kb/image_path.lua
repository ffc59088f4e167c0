-- kb.image_path: ImagePath of a service's key: which part of it is the program, what is behind it,
-- and what is wrong with the way it is written.
--
-- Windows takes an unquoted text up to each blank in turn for the program, until there is one. Here
-- nobody can look: the program ends with the first .exe that a blank, or the end, follows.

local services = require "kb.services"

local image_path = {}

--- What stands in ImagePath of MSExchangeKMS in the place of a password, for scripts.
image_path.MASK = "(a secret, not told)"

---@class kb.ImagePath
---@field text string as stored
---@field program string the path of the program, without quotation marks and blanks around it
---@field has_exe boolean whether that ends with .exe; without, it ends with the first blank
---@field quoted boolean
---@field appended string what follows .exe without a blank
---@field arguments string what is behind that, without blanks at its edges
---@field continued boolean whether that goes on like a path: where the program ends is a guess
---@field driver boolean as drivers have it: \SystemRoot\..., \??\..., System32\...
---@field defects string[] in reading order: "leading-blanks", "trailing-blanks",
---  "control-characters", "unclosed-quote", "stray-colon", "stray-characters", "appended"
---  (something is directly behind the .exe), "unquoted-blanks" (which the path of the program has,
---  or, where it has no .exe, seems to have)

local DRIVERS = {
  "^\\systemroot\\", "^\\%?%?\\", "^system32\\", "^%%systemroot%%\\system32\\drivers\\",
}

-- Variables that stand for folders with a blank in their names.
local WITH_BLANKS = { "^%%programfiles%%", "^%%commonprogramfiles%%" }

local function matches(lower, patterns)
  for i = 1, #patterns do
    if lower:find(patterns[i]) then
      return true
    end
  end
  return false
end

-- Where the program ends in an unquoted text.
local function program_end(text)
  local lower = text:lower()
  local first
  for ending in lower:gmatch("%.exe()") do
    first = first or ending - 1
    if ending > #text or lower:find("^%s", ending) then
      return ending - 1
    end
  end
  return first or (lower:find("%s") or #text + 1) - 1
end

-- Takes a text apart: program, what follows, whether it is quoted, whether the mark is closed.
local function take_apart(text)
  local quoted, rest = text:match('^"([^"]*)"(.*)$')
  if quoted then
    return quoted, rest, true, true
  end
  local bare = text:match('^"(.*)$')
  local last = program_end(bare or text)
  return (bare or text):sub(1, last), (bare or text):sub(last + 1), bare ~= nil, bare == nil
end

-- Colons belong behind a drive letter at the beginning, also where the path has slashes, as some
-- setups write it; the other characters nowhere.
local function stray_colons(program)
  local rest = program:gsub("^%a:[\\/]", "", 1):gsub("^\\%?%?\\%a:", "", 1)
  return rest:find(":", 1, true) ~= nil
end

-- How words begin that are arguments of their own, and no part of a path that began before them.
local OWN = { "^%a:", '^"', "^%-", "^/", "^\\\\", "^%%" }

-- Whether a backslash (and, where the program has an .exe already, another .exe behind it) comes
-- before the first word that is an argument of its own.
local function goes_on(arguments, has_exe)
  local first = #arguments + 1
  for at, word in arguments:gmatch("()(%S+)") do
    if matches(word:lower(), OWN) then
      first = at
      break
    end
  end
  local words = arguments:sub(1, first - 1):lower()
  return words:find(has_exe and "\\.*%.exe" or "\\") ~= nil
end

-- Most are so: below a drive or a variable, no blank and no sign that has a meaning of its own, no
-- .exe but one at the end. There is nothing to take apart, and nothing wrong.
local function parse_plain(text)
  local lower = text:lower()
  local drive = lower:match("^%a:\\()")
  local variable = not drive and lower:match("^%%%w+%%\\()")
  local exe = lower:find(".exe", 1, true)
  if not (drive or variable) or lower:find("[^%w\\_.-]", drive or variable)
    or exe and exe ~= #text - 3 or variable and matches(lower, WITH_BLANKS) then
    return nil
  end
  return {
    text = text,
    program = text,
    has_exe = exe ~= nil,
    quoted = false,
    appended = "",
    arguments = "",
    continued = false,
    driver = variable and matches(lower, DRIVERS) or false,
    defects = {},
  }
end

--- Reads an ImagePath.
---@param text string
---@return kb.ImagePath
function image_path.parse(text)
  local plain = parse_plain(text)
  if plain then
    return plain
  end
  local defects = {}
  local function add(defect, is)
    if is then
      defects[#defects + 1] = defect
    end
  end
  local body = text:match("^%s*(.-)%s*$")
  local program, rest, quoted, closed = take_apart(body)
  add("leading-blanks", text:find("^%s"))
  add("trailing-blanks", text:find("%S%s+$"))
  add("control-characters", body:find("%c"))
  add("unclosed-quote", not closed)
  add("stray-colon", stray_colons(program))
  add("stray-characters", program:gsub("^\\%?%?\\", "", 1):find('[<>|?*"]'))
  local appended, arguments = rest:match("^(%S*)%s*(.*)$")
  add("appended", appended ~= "")
  local lower = program:lower()
  local has_exe = lower:find("%.exe$") ~= nil
  local continued = not (quoted and closed) and goes_on(arguments, has_exe)
  add("unquoted-blanks", not quoted and (program:find("%s") or matches(lower, WITH_BLANKS)
    or continued and not has_exe))
  return {
    text = text,
    program = program,
    has_exe = has_exe,
    quoted = quoted,
    appended = appended,
    arguments = arguments,
    continued = continued,
    driver = matches(lower, DRIVERS),
    defects = defects,
  }
end

--- Whether an ImagePath has a defect.
---@param image kb.ImagePath
---@param defect string
---@return boolean
function image_path.has(image, defect)
  for _, found in ipairs(image.defects) do
    if found == defect then
      return true
    end
  end
  return false
end

--- Whether something behind the program is a secret, which scripts are not told.
---@param image kb.ImagePath
---@return boolean
function image_path.is_masked(image)
  return image.text:sub(-#image_path.MASK) == image_path.MASK
end

--- Writes an ImagePath: in quotation marks where it was, or where it must be.
---@param program string
---@param arguments string
---@param quoted boolean
---@return string text
function image_path.write(program, arguments, quoted)
  local path = quoted and '"' .. program .. '"' or program
  return arguments == "" and path or path .. " " .. arguments
end

--- The same ImagePath without blanks around it, stray colons and what else no path may hold, and
--- with its quotation mark closed; nil where it cannot be told what was meant.
---@param image kb.ImagePath
---@return string? text
function image_path.cleaned(image)
  -- Signs behind the .exe are strays; letters may be meant as an argument.
  if not image.has_exe or image.appended:find("[%w%%(]") or image.quoted and image.continued then
    return nil
  end
  local drive, rest = image.program:match("^[:%s]*(%a):+(\\.*)$")
  if not drive then
    drive, rest = nil, image.program
  end
  rest = rest:gsub('[%c<>|?*":]', "")
  if not drive and not rest:find("^%%[^%%\\]+%%\\") and not rest:find("^\\\\[^\\]") then
    return nil
  end
  local program = drive and drive .. ":" .. rest or rest
  return image_path.write(program, (image.arguments:gsub("%c", "")), image.quoted)
end

local TEXT = { REG_SZ = true, REG_EXPAND_SZ = true }

---@class kb.ServiceImage
---@field service string
---@field value kbm.Value as stored
---@field image kb.ImagePath? nil: it is no text, which has been reported

--- Reads ImagePath of services, and reports where it is no text: a finding "type", which has the
--- service's name as x_service.
---@param target kbm.Target
---@param names string[]
---@return kb.ServiceImage[] read
---@return string[] without the names of those that have none, or an empty one
function image_path.of_services(target, names)
  local read, without = {}, {}
  for _, name in ipairs(names) do
    local value = target.registry:get(services.key(name), "ImagePath")
    if not value or TEXT[value.type] and value.data == "" then
      without[#without + 1] = name
    elseif TEXT[value.type] then
      read[#read + 1] = { service = name, value = value, image = image_path.parse(value.data) }
    else
      read[#read + 1] = { service = name, value = value }
      target:fail{
        id = "type",
        message = "ImagePath of " .. name .. " has the wrong type",
        where = { key = services.key(name), value = "ImagePath" },
        found = value.type,
        expected = "REG_EXPAND_SZ",
        because = services.key(name) .. " has it so; REG_SZ would do, too",
        x_service = name,
      }
    end
  end
  return read, without
end

--- How many of them were looked at, and which were not, for the reason of a pass; unknown where
--- there was none to look at.
---@param target kbm.Target
---@param read kb.ServiceImage[]
---@param without string[]
---@return string
function image_path.looked_at(target, read, without)
  if #read == 0 then
    target:unknown("there is nothing to look at: no ImagePath is there, of "
      .. services.told(without))
  end
  return "(" .. #read .. (#read == 1 and " was" or " were") .. " looked at" .. (#without > 0
    and "; without an ImagePath: " .. services.told(without) or "") .. ")"
end

--- A text with what is invisible in it made visible: its length, and each byte of it in hex.
---@param text string
---@return string
function image_path.bytes(text)
  local MOST = 80
  local bytes = {}
  for i = 1, math.min(#text, MOST) do
    bytes[i] = ("%02X"):format(text:byte(i))
  end
  return #text .. " bytes: " .. table.concat(bytes, " ") .. (#text > MOST and " ..." or "")
end

return image_path
