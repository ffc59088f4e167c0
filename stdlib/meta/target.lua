---@meta
-- What a script's applies, check and fix are given. Nothing here writes anything.
--
-- nil means absent, for certain, and nothing else. When the world could not be looked at (damaged
-- data, a cut answer, a missing hive or directory) the run ends at once as `unknown`; pcall does not
-- see it. The try_ functions return a status instead, for scripts that can go on without.

--- One machine under diagnosis.
---@class kbm.Target
---@field name string? the name given with --name, else the computer name; nil: not known
---@field computer_name string? from the SYSTEM hive; nil: not known
---@field control_set string? what CurrentControlSet means, as "ControlSet001"; nil: not known
---@field users string[] the users below HKU that the target holds: the names of profiles' folders
---  ("alice"), ".DEFAULT", or SIDs in a .reg export; with none the run ends as `unknown`. The
---  header must say needs = { registry = { "HKU" } }. HKCU is nobody where Windows does not run.
---@field registry kbm.Registry
---@field directory kbm.Directory
local target = {}

--- Where a finding is: a registry key, a registry value, a directory entry or an attribute of one.
---@class kbm.Where
---@field key string? registry path, as HKLM\SYSTEM\CurrentControlSet\Services\X
---@field value string? name of a value of `key`; "" is the default value
---@field dn (string|kbm.Dn)? of an entry
---@field attribute string? of `dn`

--- One thing that check found wrong. fix is given it again, read-only, with the fields as given.
---@class kbm.Finding
---@field id string stable word for this kind of finding: "site", "depth"; [A-Za-z0-9_.-]
---@field message string one sentence
---@field because string which entry or key says so
---@field where kbm.Where?
---@field found (string|integer)? what is there
---@field expected (string|integer)? what should be there
---@field [string] any fields beginning with x_ are the script's own, for its fix

--- Reports something wrong. May be called several times; the verdict is then `fail`. In check only.
---@param finding kbm.Finding
function target:fail(finding) end

--- One thing that check looked at, right or wrong: a row of the table that a report shows.
---@class kbm.Observation
---@field what string a label of one line, at most 1 KiB: "SiteDN of the connector"
---@field where kbm.Where?
---@field found (string|integer)? what is there; nil: it is absent
---@field expected (string|integer)? what should be there; nil: that is not known
---@field difference string? how they differ, in a few words; nil: they agree (or nothing is expected).
---  It must be given where something is expected and nothing is found.
---@field kb string? the article that cares: "Q298565"
---@field [string] any fields beginning with x_ are the script's own

--- Adds a row to the script's table: source, found, expected, whether they agree, article. It is no
--- finding and changes no verdict; 1000 rows at most. A run that ends as `unknown` shows the rows that
--- it has. In check only.
---
---     target:observe{ what = "ComputerName", where = { key = KEY, value = "ComputerName" },
---       found = name, expected = server, difference = name ~= server and "another name" or nil }
---@param observation kbm.Observation
function target:observe(observation) end

--- Says that nothing is wrong and why; counts only when nothing failed. In check only.
---
---     return target:pass("SiteDN names this server's site")
---@param reason string one sentence
function target:pass(reason) end

--- Says that it cannot be told, and ends the run: does not return. In applies, check and fix.
---@param reason string what is missing and what to do
function target:unknown(reason) end

return target
