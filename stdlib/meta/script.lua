---@meta
-- What a script file returns: plain data first, functions last. Every field is checked by name and
-- type; unknown ones are errors, but for the script's own, which begin with x_.

---@class kbm.Product
---@field name string
---@field versions string?

--- At least one of event, error and text.
---@class kbm.Symptom
---@field event integer? event id
---@field source string? of the event
---@field error (integer|string)? error code: 2140, "0xC0000034"
---@field text string? words of a message

---@class kbm.Reference
---@field kb string? "Q298565"; a reference has kb or url
---@field url string?

--- An article whose check is this script's, too: `kbmend run Q314148` runs it and says so. Its id is no
--- other script's, and no other's alias.
---@class kbm.Alias
---@field kb string "Q314148"
---@field title string
---@field products kbm.Product[]? when they are not the script's
---@field symptoms kbm.Symptom[]? its own, beside the script's

---@class kbm.Needs
---@field registry ("SYSTEM"|"SOFTWARE"|"SAM"|"SECURITY"|"HKU")[]? the hives that may be touched; HKU is
---  every user's (target.users)
---@field directory boolean?

---@class kbm.Parameter
---@field type "string"|"integer"|"boolean"|"choice"
---@field help string
---@field default (string|integer|boolean)? the script sees nil when there is none; reading a name
---  that the header does not have is an error
---@field choices string[]? of type choice

---@class kbm.Script
---@field api 1
---@field id string "Q298565", or a site's own: [A-Za-z][A-Za-z0-9_.-], 2 to 64 characters
---@field version string "1.0.0"
---@field title string
---@field severity "info"|"low"|"medium"|"high"|"critical"
---@field description string?
---@field categories string[]?
---@field products kbm.Product[]?
---@field symptoms kbm.Symptom[]?
---@field references kbm.Reference[]?
---@field aliases kbm.Alias[]?
---@field needs kbm.Needs?
---@field params table<string, kbm.Parameter>?
---@field on_request boolean? true: a run that names no script leaves it out, since others find what it
---  finds, or since it takes long; its id or a profile runs it
---@field applies (fun(target: kbm.Target, params: table): boolean, string?)? true, or false and why
---  not (the verdict is then `notapplicable`); default: always
---@field check fun(target: kbm.Target, params: table) must call target:fail, target:pass or
---  target:unknown
---@field fix fun(target: kbm.Target, params: table, finding: kbm.Finding, plan: kbm.Plan)? called
---  once for each finding
---@field [string] any fields beginning with x_ are the script's own

--- What a script may use: assert error ipairs next pairs pcall print require select tonumber tostring
--- type rawequal rawlen; string (byte char find format gmatch gsub len lower match rep reverse sub
--- upper), table (concat insert pack remove sort unpack), utf8, math without random. pairs and next go
--- in sorted order; tostring shows no addresses; require knows "dn" and the stdlib's modules. pcall
--- keeps no mistake about the verdict: wrong arguments of target:fail, pass, unknown or of a plan's
--- methods, or a hive or directory that is not in `needs`.
return {}
