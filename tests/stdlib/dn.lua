-- A stand-in for the primitive `dn`, as far as the library's tests need it: single-valued RDNs, the
-- LDAP form with backslash escapes, and a comparison that knows ASCII case and blanks.

local dn = {}
local methods = {}
local metatable = { __index = methods, __len = function(d) return #d.list end }

local function wrap(list)
  return setmetatable({ list = list, form = "ldap" }, metatable)
end

function dn.parse(text)
  local list, rest = {}, text .. ","
  while rest ~= "" do
    local part, length = "", 0
    for piece, stop in rest:gmatch("([^,\\]*)([,\\]?.?)") do
      part = part .. piece
      length = length + #piece
      if stop:sub(1, 1) ~= "\\" then
        length = length + 1
        break
      end
      part = part .. stop:sub(2)
      length = length + 2
    end
    local type, value = part:match("^%s*(%a+)=(.*)$")
    if not type then
      return nil, "no RDN: " .. part
    end
    table.insert(list, 1, { type = type, value = value })
    rest = rest:sub(length + 1)
  end
  return wrap(list)
end

function dn.make(rdns)
  local list = {}
  for i, rdn in ipairs(rdns) do
    list[i] = { type = rdn[1], value = rdn[2] }
  end
  return wrap(list)
end

local function folded(text)
  return (text:gsub("^ +", ""):gsub(" +$", ""):gsub(" +", " "))
end

function dn.compare(left, right)
  local a, b = left:rdn(-1).value, right:rdn(-1).value
  if a == b then
    return { verdict = "identical", kinds = {} }
  elseif folded(a):lower() ~= folded(b):lower() then
    return { verdict = "different", kinds = { "value" } }
  end
  local kinds = {}
  if folded(a) ~= folded(b) then
    kinds[1] = "case"
  end
  if a:lower() ~= b:lower() then
    kinds[#kinds + 1] = "space"
  end
  return { verdict = "equivalent", kinds = kinds }
end

function methods:rdn(i)
  return self.list[i < 0 and #self.list + 1 + i or i]
end

function methods:child(type, value)
  local list = table.move(self.list, 1, #self.list, 1, {})
  list[#list + 1] = { type = type, value = value }
  return wrap(list)
end

function methods:prefix(count)
  return wrap(table.move(self.list, 1, count, 1, {}))
end

function methods:parent()
  return self:prefix(#self - 1)
end

function methods:ldap()
  local parts = {}
  for i = #self.list, 1, -1 do
    parts[#parts + 1] = self.list[i].type .. "=" .. self.list[i].value:gsub("[,\\]", "\\%0")
  end
  return table.concat(parts, ",")
end

return dn
