-- Q318746: a service does not start with error 123, because its ImagePath has a blank, a colon or
-- another character too many.

local image_path = require "kb.image_path"
local services = require "kb.services"

-- What these are; blanks inside a path are another matter (Q134425).
local DEFECTS = {
  ["leading-blanks"] = "has blanks before the path",
  ["trailing-blanks"] = "has blanks at its end",
  ["control-characters"] = "has control characters",
  ["unclosed-quote"] = "has a quotation mark that is not closed",
  ["stray-colon"] = "has a colon that is not behind a drive letter",
  ["stray-characters"] = "has characters that no path may hold",
  ["appended"] = "has something directly behind the .exe",
}

-- The program of the Directory Replicator service, of which Q152742 tells.
local REPLICATOR = { service = "replicator", ending = "\\lmrepl.exe",
  path = "%SystemRoot%\\System32\\Lmrepl.exe" }

local function names(target, params)
  return params.service and { params.service } or services.programs(target)
end

-- Reports what is wrong with one service; all findings share the one right text.
local function check_service(target, item)
  local name, value, image = item.service, item.value, item.image
  if not image then
    return
  end
  local masked = image_path.is_masked(image)
  local right = not masked and not image.driver and image_path.cleaned(image) or nil
  for _, defect in ipairs(image.defects) do
    if DEFECTS[defect] then
      target:fail{
        id = defect,
        message = "ImagePath of " .. name .. " " .. DEFECTS[defect],
        where = { key = services.key(name), value = "ImagePath" },
        found = value.data,
        expected = right,
        because = masked and services.key(name) .. " has it so" or "it has "
          .. image_path.bytes(value.data) .. (right and "; right would be "
          .. image_path.bytes(right) or ""),
        x_right = right,
        x_type = value.type,
        x_service = name,
        x_masked = masked,
      }
    end
  end
end

-- Reports another program in the place of the Directory Replicator.
local function check_replicator(target, item)
  if item.service:lower() ~= REPLICATOR.service or not item.image then
    return
  end
  -- What is only written wrongly is no other program.
  local image = image_path.parse(image_path.cleaned(item.image) or item.value.data)
  if image.program:lower():sub(-#REPLICATOR.ending) == REPLICATOR.ending then
    return
  end
  target:fail{
    id = "replicator",
    message = "ImagePath of " .. item.service .. " is not that of the Directory Replicator",
    where = { key = services.key(item.service), value = "ImagePath" },
    found = item.value.data,
    expected = REPLICATOR.path,
    because = services.key(item.service) .. " has it so",
    x_service = item.service,
  }
end

local function check(target, params)
  local read, without = image_path.of_services(target, names(target, params))
  for _, item in ipairs(read) do
    check_service(target, item)
    check_replicator(target, item)
  end
  local looked_at = image_path.looked_at(target, read, without)
  target:pass(params.service and "ImagePath of " .. params.service .. " is written as it must be"
    or "ImagePath of every service that is a program is written as it must be " .. looked_at)
end

local function fix(target, _, finding, plan)
  if finding.x_right then
    plan:set_value(finding.where.key, "ImagePath", finding.x_type, finding.x_right, {
      why = "the service control manager takes every character for a part of the path",
      step = "WORKAROUND 3",
      risk = "medium",
    })
    services.warn_of_cluster(target, plan)
  elseif finding.x_masked then
    plan:manual("take what is behind the path out of ImagePath of " .. finding.x_service
      .. " first, as Q235418 has it, and run again", {
      why = "it may be a password, which is neither told nor written here",
    })
  elseif finding.id == "replicator" then
    plan:manual("write " .. finding.expected .. " into ImagePath of " .. finding.x_service
      .. ", as REG_EXPAND_SZ, unless another program is meant to be there", {
      why = "the service of that name is started with this program",
    })
  else
    plan:manual("write ImagePath of " .. finding.x_service .. " anew, as a server of the same"
      .. " version that works has it, for instance C:\\Exchsrvr\\Bin\\Store.exe", {
      why = "what was meant cannot be told from what is there", step = "WORKAROUND 3",
    })
  end
  plan:manual("restart the computer, and start " .. finding.x_service, {
    why = "the service control manager has read the path when the computer started",
    step = "SYMPTOMS",
  })
  if not DEFECTS[finding.id] then
    return
  end
  plan:manual("where the characters come back, find the program that writes them", {
    why = "it writes ImagePath again and again", step = "MORE INFORMATION",
  })
end

return {
  api = 1,
  id = "Q318746",
  version = "1.0.0",
  title = "Error 123 when a service starts: stray characters in ImagePath",
  severity = "high",
  categories = { "exchange", "windows", "startup", "services" },
  products = {
    { name = "Microsoft Exchange Server", versions = "5.5" },
    { name = "Microsoft Windows NT", versions = "4.0" },
  },
  symptoms = {
    { error = 123, text = "the filename, directory name, or volume label syntax is incorrect" },
    { event = 7000, source = "Service Control Manager",
      text = "failed to start: the filename, directory name, or volume label syntax is incorrect" },
  },
  aliases = {
    {
      kb = "Q152742",
      title = "The Directory Replicator service cannot be started",
      products = { { name = "Microsoft Windows NT" } },
      symptoms = { { text = "could not start the Directory Replicator service" } },
    },
  },
  references = {
    { kb = "Q318746" }, { kb = "Q134425" }, { kb = "Q235418" }, { kb = "Q152742" },
    { kb = "Q256986" },
  },
  needs = { registry = { "SYSTEM" } },
  params = {
    service = { type = "string",
      help = "look at this service only; default: all services that are programs" },
  },
  description = [[
The service control manager takes ImagePath of a service as it stands. A blank before the path, or a
colon or some other sign in it or behind it, makes an impossible path: error 123, event 7000.

The check looks at every service that is a program (Type 0x10 or 0x20); drivers have other rules. It
finds blanks at the edges, colons that are not behind the drive letter, characters that no path may
hold, what follows .exe without a blank, and an ImagePath that is no text. Since a blank at the end
is not seen on a screen, lengths and bytes are shown. Arguments behind the program stay. A service
without ImagePath is not judged, and named.

Of the Directory Replicator (service Replicator) the program is known: ImagePath must end in
Lmrepl.exe, whatever the case (Q152742). Another one is found, and left to you.

Blanks inside an unquoted path are Q134425's matter. What is behind the program of MSExchangeKMS may
be a password, and is neither shown nor written (Q235418).
]],
  applies = function(target, params)
    if params.service and not services.exists(target, params.service) then
      return false, "the service " .. params.service .. " is not installed"
    elseif #names(target, params) == 0 then
      return false, "there is no service that is a program"
    end
    return true
  end,
  check = check,
  fix = fix,
}
