-- kb.paths: Windows paths as registry values hold them. Nothing is looked up: whether a drive or a
-- file exists cannot be told from a registry.

local paths = {}

---@class kb.Path
---@field form "drive"|"unc"|"variable"|"native"|"rooted"|"relative" how it begins: C:\, \\SERVER\
---  SHARE\, %NAME%\, \SystemRoot\ or \??\C:\ (drivers only), \, or none of these
---@field root string what the form is read from, as written: "C:", "\\SERVER\SHARE", "%SystemRoot%"
---@field parts string[] the components behind the root
---@field name string the last component, "" when there is none
---@field extension string? of the name, in lower case, without the dot

-- No component may hold these, nor a control character.
local FORBIDDEN = '[%c<>"|?*]'

-- In reading order; each captures the root and the rest.
local FORMS = {
  { "native", "^(\\%?%?\\%a:)\\?(.*)$" },
  { "native", "^(\\[Ss][Yy][Ss][Tt][Ee][Mm][Rr][Oo][Oo][Tt])\\(.*)$" },
  { "unc", "^(\\\\[^\\]+\\[^\\]+)\\?(.*)$" },
  { "drive", "^(%a:)\\(.*)$" },
  { "variable", "^(%%[^%%\\]+%%)\\?(.*)$" },
  { "rooted", "^()\\([^\\].*)$" },
}

local function form_of(text)
  for _, form in ipairs(FORMS) do
    local root, rest = text:match(form[2])
    if root then
      return form[1], type(root) == "string" and root or "", rest
    end
  end
  return "relative", "", text
end

--- Reads a path.
---@param text string
---@return kb.Path? path nil: it is none
---@return string? message why not
function paths.parse(text)
  if not text:find("%S") then
    return nil, "it is empty"
  elseif text:find("^%s") or text:find("%s$") then
    return nil, "it has a blank at its edge"
  end
  local form, root, rest = form_of(text)
  if form == "relative" and text:find("^\\\\") then
    return nil, "it begins as \\\\SERVER\\SHARE does, without both"
  elseif rest:find(":", 1, true) then
    return nil, "it has a colon that is not behind a drive letter"
  end
  local forbidden = rest:match(FORBIDDEN)
  if forbidden then
    return nil, "it has a character that no path may hold: "
      .. (forbidden:find("%c") and ("\\x%02X"):format(forbidden:byte()) or forbidden)
  end
  local parts = {}
  for part in rest:gmatch("[^\\]+") do
    parts[#parts + 1] = part
  end
  local name = parts[#parts] or ""
  local extension = name:match("%.([^.]+)$")
  return { form = form, root = root, parts = parts, name = name,
    extension = extension and extension:lower() }
end

local ABSOLUTE = { drive = true, unc = true }

--- Whether it leads to one place whatever the current folder and the environment are.
---@param path kb.Path
---@return boolean
function paths.is_absolute(path)
  return ABSOLUTE[path.form] or false
end

--- Whether two texts are the same path, without case and without a backslash at the end.
---@param left string
---@param right string
---@return boolean
function paths.same(left, right)
  return (left:lower():gsub("\\+$", "")) == (right:lower():gsub("\\+$", ""))
end

--- A file in a folder.
---@param folder string
---@param name string
---@return string
function paths.join(folder, name)
  return (folder:gsub("\\+$", "")) .. "\\" .. name
end

return paths
