-- Q170472: the Exchange administrator program and the system attendant are refused, because the
-- value that names the file of the application event log has the wrong type, or is wrong.

local paths = require "kb.paths"
local services = require "kb.services"

local KEY = services.key("EventLog") .. "\\Application"
local LOG = { evt = true, evtx = true } -- evtx: later versions of Windows
local OTHER = { sysevent = true, secevent = true, system = true, security = true } -- of other logs
local DEFAULT = "%SystemRoot%\\System32\\Config\\AppEvent.Evt"

-- The text of a value that holds one, and the path that it is.
local function text_of(value)
  if not value or value.type ~= "REG_SZ" and value.type ~= "REG_EXPAND_SZ" then
    return nil, nil
  end
  return value.data, (paths.parse(value.data))
end

local function check(target)
  local value = target.registry:get(KEY, "File")
  local text, path = text_of(value)
  local is_log = path ~= nil and LOG[path.extension or ""]
    and (path.form == "variable" or paths.is_absolute(path))
  local is_other = is_log and OTHER[path.name:lower():match("^(.*)%.")] or false
  is_log = is_log and not is_other
  local right = is_log and text or DEFAULT
  local function fail(id, message, found, expected)
    target:fail{
      id = id,
      message = message,
      where = { key = KEY, value = "File" },
      found = found,
      expected = expected,
      because = value and KEY .. " has it so" or KEY .. " has no such value",
      x_right = right,
      x_risk = value and not is_log and "medium" or "low",
    }
  end
  if not value then
    return fail("absent", "the file of the application event log is not named", nil, DEFAULT)
  end
  if value.type ~= "REG_EXPAND_SZ" then
    fail("type", "the file of the application event log has the wrong type" .. (is_log
      and ", though the right text" or ""), value.type, "REG_EXPAND_SZ")
  end
  if text and not is_log then
    fail("path", is_other and "the file of the application event log is that of another log"
      or "the file of the application event log is no full path of a log", text, DEFAULT)
  end
  target:pass("File is " .. tostring(text) .. ", as REG_EXPAND_SZ")
end

local function fix(target, _, finding, plan)
  plan:set_value(KEY, "File", "REG_EXPAND_SZ", finding.x_right, {
    why = "whoever opens the log expands this text, and expands no other type",
    step = "RESOLUTION 2-4",
    risk = finding.x_risk,
  })
  services.warn_of_cluster(target, plan)
  plan:manual("restart the computer", { why = "the event log opens its files when it starts" })
end

return {
  api = 1,
  id = "Q170472",
  version = "1.0.0",
  title = "Exchange Administrator: access denied, 0xc0020005 (application event log)",
  severity = "high",
  categories = { "windows", "exchange", "eventlog" },
  products = {
    { name = "Microsoft Exchange Server", versions = "4.0, 5.0" },
    { name = "Microsoft Windows NT", versions = "3.51, 4.0" },
  },
  symptoms = {
    { error = "0xc0020005", text = "access denied when the Administrator program or Setup starts" },
  },
  aliases = {
    {
      kb = "Q175353",
      title = "System attendant says started and cannot be stopped",
      products = { { name = "Microsoft Exchange Server", versions = "5.0" } },
      symptoms = {
        { error = 2186, text = "the system attendant does not respond to the control function" },
        { text = "the system attendant is started, but its start and stop buttons are greyed" },
      },
    },
  },
  references = { { kb = "Q170472" }, { kb = "Q175353" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
The value File of EventLog\Application names the file of the application event log:
%SystemRoot%\System32\Config\AppEvent.Evt, as a REG_EXPAND_SZ. As any other type the text is not
expanded: the log cannot be opened, Exchange's Administrator program and Setup end with access
denied (0xc0020005), and the system attendant hangs when it is started (2186).

The check looks at the type first, and at the text then. An administrator may have moved the log:
another full path of an .evt file (or .evtx, of later versions) is kept, and only its type is put
right. The file of the system's or the security log is not kept: two logs cannot share one.
]],
  applies = function(target)
    if not target.registry:key(KEY) then
      return false, "the service EventLog has no application log here"
    end
    return true
  end,
  check = check,
  fix = fix,
}
