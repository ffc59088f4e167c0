-- kb.home: the attributes Home-MDB and Home-MTA, which say on which server a mailbox, the System
-- Attendant or a connector lives; they follow from the server's own DN.
--
-- Accounts without the right to read them are shown entries without such attributes, and no error
-- (Q296522): an absent one means something only where others are shown.

local dn = require "dn"
local names = require "kb.directory_names"

local home = {}

---@class kb.HomeKind
---@field attribute string
---@field object string the object below the server that it names

--- The attributes, and the object below the server that each names.
---@type table<string, kb.HomeKind>
home.KINDS = {
  mdb = { attribute = "Home-MDB", object = "Microsoft Private MDB" },
  mta = { attribute = "Home-MTA", object = "Microsoft MTA" },
}

--- The name of the attribute as an entry has it; servers spell it in several ways.
---@param entry kbm.Entry
---@param kind kb.HomeKind
---@return string
function home.attribute(entry, kind)
  local wanted = kind.attribute:lower():gsub("%-", "")
  for _, name in ipairs(entry:attributes()) do
    if name:lower():gsub("%-", "") == wanted then
      return name
    end
  end
  return kind.attribute
end

--- The object that the attribute should name, in the directory's spelling.
---@param target kbm.Target
---@param server kbm.Dn
---@param kind kb.HomeKind
---@return kbm.Dn? object nil: the server has none
function home.object(target, server, kind)
  local entry = target.directory:read(server:child("cn", kind.object), { "rdn" })
  return entry and assert(dn.parse(entry.dn, "ldap"))
end

local CONTAINERS = { [-3] = "Servers", [-4] = "Configuration" }

--- The server that a value names.
---@param value string
---@param kind kb.HomeKind
---@return kbm.Dn? server nil: it does not name such an object of a server
---@return string? message why not
function home.server(value, kind)
  local name, message = dn.parse(value)
  if not name then
    return nil, message
  end
  local leaf = name:rdn(-1)
  if not leaf or not names.same_but_case(leaf.value, kind.object) then
    return nil, "it does not name a " .. kind.object
  end
  for i, container in pairs(CONTAINERS) do
    local rdn = name:rdn(i)
    if not rdn or not names.same_but_case(rdn.value, container) then
      return nil, "cn=" .. container .. " is not where it should be"
    end
  end
  return name:parent()
end

--- Whether two names are of one object.
---@param left kbm.Dn|string
---@param right kbm.Dn|string
---@return boolean
function home.same(left, right)
  local comparison = dn.compare(left, right)
  return comparison ~= nil and comparison.verdict ~= "different"
end

--- Whether the directory shows such attributes at all, of anything in a site's configuration.
---@param target kbm.Target
---@param site kbm.Dn
---@return boolean
function home.shown(target, site)
  local found = target.directory:search{
    base = site:child("cn", "Configuration"),
    filter = "(|(Home-MDB=*)(Home-MTA=*))",
    attributes = { home.KINDS.mdb.attribute, home.KINDS.mta.attribute },
  }
  for _, entry in ipairs(found or {}) do
    if entry["Home-MDB"] or entry["Home-MTA"] then
      return true
    end
  end
  return false
end

return home
