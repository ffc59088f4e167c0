-- kb.or_address: X.400 addresses of originators and recipients as registry values write them,
-- c=US;a= ;p=Contoso;o=SITE1: parts of a tag and a value. A value may be one blank.

local or_address = {}

-- All tags that there are, beside DDA:TYPE.
local TAGS = {
  c = true, a = true, p = true, o = true, s = true, g = true, i = true, q = true, cn = true,
  ou1 = true, ou2 = true, ou3 = true, ou4 = true, x = true, n = true, t = true,
}

--- The parts of an address.
---@param text string
---@return table<string, string>? parts values by tag, in small letters; nil: it is no address
---@return string? message why not
function or_address.read(text)
  local parts = {}
  for part in text:gmatch("[^;]+") do
    local tag, value = part:match("^%s*([%a][%w]*)=(.*)$")
    if not tag then
      tag, value = part:match("^%s*([dD][dD][aA]:[^=]+)=(.*)$")
    end
    if tag and (TAGS[tag:lower()] or tag:find(":", 1, true)) then
      parts[tag:lower()] = value
    elseif part:find("%S") then
      return nil, "its part " .. part .. " is no tag with a value, such as c=US"
    end
  end
  if not next(parts) then
    return nil, "it has no part with a tag, such as c=US"
  end
  return parts
end

--- The first of these tags that an address lacks.
---@param parts table<string, string>
---@param tags string[]
---@return string? tag nil: it has them all
function or_address.lacks(parts, tags)
  for _, tag in ipairs(tags) do
    if not parts[tag] then
      return tag
    end
  end
  return nil
end

return or_address
