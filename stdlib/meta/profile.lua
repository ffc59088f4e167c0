---@meta
-- What a profile's file returns: scripts/profiles/exchange55.lua, or profiles/NAME.lua in a folder of
-- your own scripts. `kbmend run @exchange55` runs all of its scripts on one target. The file is read in
-- the sandbox, as data: ids and parameters, and no other profile.

---@class kbm.ProfileEntry
---@field id string of a script, or of an article that a script serves
---@field params table<string, string|integer|boolean>? as -p would give them; -p overrides them

---@class kbm.Profile
---@field api 1
---@field profile string its name, which is the file's: [A-Za-z][A-Za-z0-9_.-]
---@field title string
---@field description string?
---@field scripts (string|kbm.ProfileEntry)[] 1 to 256, each once
---@field [string] any fields beginning with x_ are the author's own
return {}
