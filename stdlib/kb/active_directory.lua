-- kb.active_directory: what Active Directory keeps as bytes, as text; the entries of a computer.

local ad = {}

local TCPIP = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"

-- The little-endian number of `width` bytes at `offset`, from 1.
local function unsigned(bytes, offset, width)
  local number = 0
  for i = offset + width - 1, offset, -1 do
    number = number * 256 + bytes:byte(i)
  end
  return number
end

--- A GUID as people write it. Its first three fields are little-endian [MS-DTYP 2.3.4.2].
---@param bytes string a value of objectGUID
---@return string? text "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"; nil: it is none
---@return string? message why not
function ad.guid(bytes)
  if #bytes ~= 16 then
    return nil, "a GUID has 16 bytes, this has " .. #bytes
  end
  return ("%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x"):format(
    unsigned(bytes, 1, 4), unsigned(bytes, 5, 2), unsigned(bytes, 7, 2), bytes:byte(9, 16))
end

local SID_MOST_PARTS = 15
local DECIMAL_AUTHORITIES = 2 ^ 32 -- those from here on are written in hex

--- A security identifier as people write it [MS-DTYP 2.4.2.1 and 2.4.2.2].
---@param bytes string a value of objectSid
---@return string? text "S-1-5-21-1004336348-1177238915-682003330-512"; nil: it is none
---@return string? message why not
function ad.sid(bytes)
  local count = bytes:byte(2)
  if not count or bytes:byte(1) ~= 1 then
    return nil, "a SID begins with its revision, 1, and the number of its parts"
  elseif count > SID_MOST_PARTS or #bytes ~= 8 + 4 * count then
    return nil, ("a SID of %d parts has %d bytes, and at most %d parts; this has %d bytes"):format(
      count, 8 + 4 * count, SID_MOST_PARTS, #bytes)
  end
  local authority = 0
  for i = 3, 8 do -- alone in being big-endian
    authority = authority * 256 + bytes:byte(i)
  end
  local parts = { "S-1", authority < DECIMAL_AUTHORITIES and authority
    or ("0x%012X"):format(authority) }
  for i = 1, count do
    parts[#parts + 1] = unsigned(bytes, 4 * i + 5, 4)
  end
  return table.concat(parts, "-")
end

--- The domain that a name belongs to: its dc= parts from the root.
---@param name kbm.Dn
---@return kbm.Dn? domain nil: it belongs to none
function ad.domain(name)
  local count = 0
  while count < #name and name:rdn(count + 1).type:lower() == "dc" do
    count = count + 1
  end
  return count > 0 and name:prefix(count) or nil
end

local function text_of(target, name)
  local status, value = target.registry:try_get(TCPIP, name)
  local text = status == "found" and value.type == "REG_SZ" and value.data or ""
  return text:find("%S") and text or nil
end

---@class kb.ComputerNames
---@field account string "PC-0042$": the sAMAccountName of its entry
---@field host string? "pc-0042.contoso.example": its dNSHostName; nil: the registry does not tell

--- What the directory should call this computer, by its registry.
---@param target kbm.Target
---@return kb.ComputerNames? names nil: the computer's name is not known
function ad.computer_names(target)
  local name = target.computer_name
  if not name then
    return nil
  end
  local host, domain = text_of(target, "Hostname"), text_of(target, "Domain")
  return { account = name .. "$", host = host and domain and host .. "." .. domain or nil }
end

--- The entries of a computer, found by either of its names; possibly none, possibly several.
---@param target kbm.Target
---@param base kbm.Dn where to look: a domain
---@param names kb.ComputerNames
---@param attributes string[] which to fetch
---@return kbm.Entry[]? entries nil: the base does not exist
function ad.find_computers(target, base, names, attributes)
  local filter, args = "(&(objectClass=computer)(sAMAccountName=%s))", { names.account }
  if names.host then
    filter = "(&(objectClass=computer)(|(sAMAccountName=%s)(dNSHostName=%s)))"
    args[2] = names.host
  end
  return target.directory:search{
    base = base, filter = filter, args = args, attributes = attributes,
  }
end

--- How an entry is told from others of its name, when it has been moved or made anew.
---@param entry kbm.Entry with objectGUID and objectSid, where they were given
---@return string text "objectGUID ..., objectSid ..."; "" when it has neither
function ad.identity(entry)
  local parts = {}
  local guid, sid = entry:values("objectGUID")[1], entry:values("objectSid")[1]
  if guid then
    parts[1] = "objectGUID " .. (ad.guid(guid) or "(not 16 bytes)")
  end
  if sid then
    parts[#parts + 1] = "objectSid " .. (ad.sid(sid) or "(damaged)")
  end
  return table.concat(parts, ", ")
end

return ad
