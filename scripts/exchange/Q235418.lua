-- Q235418: a service pack cannot be applied to a key management server, because the password was
-- written into ImagePath, behind the path of the program.
--
-- Nothing of what stands there goes into a finding: the host tells scripts a mask in its place.

local image_path = require "kb.image_path"
local services = require "kb.services"

local SERVICE = "MSExchangeKMS"
local KEY = services.key(SERVICE)
local DEFAULT = "C:\\Exchsrvr\\Bin\\Kmserver.exe"

local function fail(target, id, message, fields)
  fields.id = id
  fields.message = message
  fields.where = { key = KEY, value = "ImagePath" }
  fields.because = KEY .. (id == "absent" and " has no such value" or " has it so; it must hold the"
    .. " full path of Kmserver.exe only")
  target:fail(fields)
end

local function check(target)
  local value = target.registry:get(KEY, "ImagePath")
  if not value then
    return fail(target, "absent", "ImagePath of " .. SERVICE .. " is absent", {})
  elseif value.type ~= "REG_SZ" and value.type ~= "REG_EXPAND_SZ" then
    return fail(target, "type", "ImagePath of " .. SERVICE .. " has the wrong type",
      { found = value.type, expected = "REG_SZ" })
  end
  local image = image_path.parse(value.data)
  local is_server = image.program:lower():find("\\kmserver%.exe$") ~= nil
  if image.arguments ~= "" or image.appended ~= "" then
    local right = is_server and image_path.write(image.program, "", image.quoted) or nil
    fail(target, "password", "something stands behind the path in ImagePath, where the password of"
      .. " the key management server was found", {
      found = (is_server and image_path.write(image.program, "", image.quoted) .. " " or "")
        .. image_path.MASK,
      expected = right,
      x_right = right,
      x_type = value.type,
    })
  elseif not is_server then
    fail(target, "program", "ImagePath of " .. SERVICE .. " does not lead to Kmserver.exe",
      { found = image.program })
  end
  target:pass("ImagePath of " .. SERVICE .. " has nothing behind the path of Kmserver.exe")
end

local function fix(target, _, finding, plan)
  if finding.x_right then
    plan:manual("before the change, have the password of the key management server at hand: it must"
      .. " be typed as a startup parameter, or be on its floppy disk, at every start", {
      why = "the service starts by itself only for as long as the password is in the registry",
    })
    plan:set_value(KEY, "ImagePath", finding.x_type, finding.x_right, {
      why = "Setup looks for a file of the whole name to learn its version",
      step = "WORKAROUND 3", risk = "medium",
    })
    services.warn_of_cluster(target, plan)
    plan:manual("protect, or delete when the change is known to be good, every backup of the"
      .. " registry that has the password in it, kbmend's own among them; better, change it", {
      why = "it stood there for everybody who may read the registry",
    })
  else
    plan:manual("set ImagePath of " .. SERVICE .. " to the full path of Kmserver.exe (as set up, "
      .. DEFAULT .. "), and to nothing else", {
      why = "where it is cannot be told from what is there", step = "WORKAROUND 3",
    })
  end
  plan:manual("apply the service pack again", { step = "SYMPTOMS" })
end

return {
  api = 1,
  id = "Q235418",
  version = "1.0.0",
  title = "A service pack cannot be applied on a KM server: password in ImagePath",
  severity = "high",
  categories = { "exchange", "setup", "security", "services" },
  products = { { name = "Microsoft Exchange Server", versions = "5.5" } },
  symptoms = {
    { text = "the system cannot find the file specified, when Update.exe looks for the version of"
      .. " Kmserver.exe on a Key Management server" },
  },
  references = { { kb = "Q235418" }, { kb = "Q318746" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
So that the key management server starts without somebody typing its password, some have written it
into ImagePath of MSExchangeKMS, behind Kmserver.exe. The setup of a service pack takes the whole of
it for a file's name, does not find that, and ends. And whoever may read the registry reads the
password.

The check finds anything behind the path of Kmserver.exe. The plan cuts it off. What it was is shown
nowhere: scripts are told a mask in its place, and so are plans and the journal; only a backup of
the hive brings it back.
]],
  applies = function(target)
    if not services.exists(target, SERVICE) then
      return false, "the service " .. SERVICE .. " is not installed"
    end
    return true
  end,
  check = check,
  fix = fix,
}
