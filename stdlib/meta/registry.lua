---@meta
-- target.registry: reading the registry. Only hives named in the header's needs may be touched.
--
-- Paths are as people write them: HKLM\SYSTEM\CurrentControlSet\Services\X or
-- HKEY_LOCAL_MACHINE\...; case does not count; CurrentControlSet is resolved; `/` is an ordinary
-- character of a name.

---@class kbm.Registry
local registry = {}

--- A value, copied: a plain table.
---@class kbm.Value
---@field name string as stored; "" is the default value
---@field type string "REG_SZ", "REG_DWORD", ...; "type 200" for one without a name
---@field type_number integer
---@field data string|integer|string[]|nil by type. REG_SZ, REG_EXPAND_SZ, REG_LINK: text without the
---  NULs at its end. REG_MULTI_SZ: list of texts. REG_DWORD, REG_DWORD_BIG_ENDIAN, REG_QWORD: integer
---  (nil when the size is wrong). All others: the raw bytes. What is behind the program in ImagePath
---  of MSExchangeKMS may be a password: "(a secret, not told)" stands in its place, here and in raw,
---  and cannot be planned
---@field raw string the bytes as stored
---@field well_formed boolean whether the bytes are what the type asks for: texts are whole UTF-16
---  with one NUL at the end and none before, integers have their size

--- A key.
---@class kbm.Key
---@field name string as stored
---@field path string as asked for
---@field last_written string UTC, as "1999-12-31T23:59:59Z"; two equal ones may differ by less than
---  a second
local key = {}

--- The value of that name, or nil when the value or its key is absent.
---@param path string
---@param name string "" is the default value
---@return kbm.Value? value
function registry:get(path, name) end

--- The key, or nil when it is absent.
---@param path string
---@return kbm.Key? key
function registry:key(path) end

--- As get, for scripts that can go on when the value cannot be read.
---@param path string
---@param name string
---@return "found"|"absent"|"unknown" status
---@return kbm.Value|string|nil value the value; for "unknown" the reason
function registry:try_get(path, name) end

--- As key, for scripts that can go on when the key cannot be read.
---@param path string
---@return "found"|"absent"|"unknown" status
---@return kbm.Key|string|nil key the key; for "unknown" the reason
function registry:try_key(path) end

--- The key's values, as a list in the hive's order.
---@return kbm.Value[]
function key:values() end

--- The key's subkeys, as a list in the hive's order.
---@return kbm.Key[]
function key:subkeys() end

--- The names of its subkeys, as a list in the hive's order. Where there are thousands this takes a
--- fraction of the time.
---@return string[]
function key:names() end

--- The value of that name, or nil when it is absent.
---@param name string
---@return kbm.Value? value
function key:get(name) end

--- What the key's subkeys have as the value of that name, in the hive's order: lists that belong
--- together, with an item for each subkey that has one. For thousands of subkeys this takes a
--- fraction of the time of get on each, which alone gives raw and well_formed. Go by the names: where
--- the size of an integer is wrong there is no data.
---@param name string
---@return string[] names of the subkeys, as stored
---@return (string|integer|string[]|nil)[] data as of kbm.Value
---@return string[] types "REG_DWORD", ...
function key:column(name) end

return registry
