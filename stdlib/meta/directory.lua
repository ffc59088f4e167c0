---@meta
-- target.directory: asking a directory. The header must say needs = { directory = true }.

---@class kbm.Directory
local directory = {}

--- An entry. `entry.dn` is its name; any other field is the list of that attribute's values, or nil
--- when the entry lacks the attribute (or it was not asked for). Names are case-insensitive, also
--- with options, and found under every spelling: entry["Home-MDB"] is what came as homeMDB. Part of
--- a list (member;range=0-1499) ends the run as `unknown`. Values are strings of bytes.
---@class kbm.Entry
---@field dn string as the directory spells it (RFC 4514)
---@field [string] string[]
local entry = {}

--- The values of an attribute; an empty list when there are none.
---@param attribute string
---@return string[]
function entry:values(attribute) end

--- The names of the attributes that the entry came with, in the order they came.
---@return string[]
function entry:attributes() end

---@class kbm.Search
---@field base string|kbm.Dn where to begin (RFC 4514); "" is the root
---@field scope ("base"|"one"|"sub")? default "sub"
---@field filter string? RFC 4515; default (objectClass=*). Each %s takes the next of args, escaped;
---  %% is a percent sign
---@field args (string|integer)[]? as many as the filter has %s
---@field attributes string[]? which to fetch; default all

--- The entry of that name, or nil when it does not exist.
---@param dn string|kbm.Dn RFC 4514
---@param attributes string[]? which to fetch; default all
---@return kbm.Entry? entry
function directory:read(dn, attributes) end

--- The entries that match, in the directory's order, possibly none; nil when the base itself does
--- not exist.
---@param search kbm.Search
---@return kbm.Entry[]? entries
function directory:search(search) end

--- The one entry that matches, or nil for none (or no base). Several end the run as `unknown`: use
--- try_one or search where that can be the case.
---@param search kbm.Search
---@return kbm.Entry? entry
function directory:one(search) end

--- As read, for scripts that can go on when the directory does not answer, or when the target has
--- none.
---@param dn string|kbm.Dn
---@param attributes string[]?
---@return "found"|"absent"|"unknown" status
---@return kbm.Entry|string|nil entry the entry; for "unknown" the reason
function directory:try_read(dn, attributes) end

--- As search. "found" comes with a list, possibly empty; "absent": the base does not exist.
---@param search kbm.Search
---@return "found"|"absent"|"unknown" status
---@return kbm.Entry[]|string|nil entries the list; for "unknown" the reason
function directory:try_search(search) end

--- As one. "absent": none, or no base.
---@param search kbm.Search
---@return "found"|"absent"|"several"|"unknown" status
---@return kbm.Entry|kbm.Entry[]|string|nil entry the entry; for "several" the list; for "unknown"
---  the reason
function directory:try_one(search) end

return directory
