---@meta
-- The plan that fix fills. It holds typed changes and manual steps; nothing is changed by it: the
-- host shows it, proves it and, when asked, applies it.
--
-- What is there now is read by the host at once and becomes the change's `before`. A change that
-- would change nothing is left out. Equal changes from several findings become one; two different
-- ones of one place are an error.

---@class kbm.Plan
local plan = {}

---@class kbm.ChangeOptions
---@field why string one sentence: why this change
---@field step string? the article's step it stands for: "RESOLUTION 3"
---@field risk ("low"|"medium"|"high")? default "low"; high ones need --yes=high

---@class kbm.ManualOptions
---@field why string?
---@field step string?
---@field risk ("low"|"medium"|"high")?

--- Sets a registry value. Its key must exist or be made by an earlier create_key.
---@param path string of the key
---@param name string "" is the default value
---@param type string "REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_DWORD", "REG_QWORD",
---  "REG_BINARY", ...
---@param data string|integer|string[] as kbm.Value.data: texts without NUL at the end, integers,
---  lists of texts; bytes for all other types
---@param options kbm.ChangeOptions
---@return boolean changes false: it is so already
function plan:set_value(path, name, type, data, options) end

---@param path string
---@param name string
---@param options kbm.ChangeOptions
---@return boolean changes false: there is no such value
function plan:delete_value(path, name, options) end

---@param path string
---@param options kbm.ChangeOptions
---@return boolean changes false: it exists
function plan:create_key(path, options) end

---@param path string
---@param options kbm.ChangeOptions
---@return boolean changes false: there is no such key
function plan:delete_key(path, options) end

--- Sets all values of one attribute of an entry; an empty list deletes the attribute.
---@param dn string|kbm.Dn
---@param attribute string
---@param values string[]
---@param options kbm.ChangeOptions
---@return boolean changes false: it is so already
function plan:modify_entry(dn, attribute, values, options) end

--- Adds a step that only a person can do.
---@param text string what to do, as an order: "start the ... service"
---@param options kbm.ManualOptions?
function plan:manual(text, options) end

return plan
