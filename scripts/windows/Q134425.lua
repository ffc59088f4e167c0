-- Q134425: a service does not start with error 193 or 5, because its path has a blank and no
-- quotation marks.

local image_path = require "kb.image_path"
local services = require "kb.services"

-- What Q318746 puts right; quotation marks come after that.
local FIRST = {
  ["leading-blanks"] = true, ["trailing-blanks"] = true, ["control-characters"] = true,
  ["unclosed-quote"] = true, ["stray-colon"] = true, ["stray-characters"] = true,
  ["appended"] = true,
}

local function has_other_defects(image)
  for _, defect in ipairs(image.defects) do
    if FIRST[defect] then
      return true
    end
  end
  return false
end

local function check_service(target, item)
  local name, value, image = item.service, item.value, item.image
  if not image or image.driver or not image_path.has(image, "unquoted-blanks") then
    return
  end
  local masked, others = image_path.is_masked(image), has_other_defects(image)
  local right = image.has_exe and not image.continued and not masked and not others
    and image_path.write(image.program, image.arguments, true) or nil
  target:fail{
    id = "unquoted-blanks",
    message = "the path of " .. name .. " has a blank and no quotation marks",
    where = { key = services.key(name), value = "ImagePath" },
    found = value.data,
    expected = right,
    because = services.key(name) .. " has it so: Windows looks for a program that ends before the"
      .. " blank first",
    x_right = right,
    x_type = value.type,
    x_service = name,
    x_first = masked and "Q235418" or others and "Q318746" or nil,
  }
end

local function check(target)
  local read, without = image_path.of_services(target, services.programs(target))
  for _, item in ipairs(read) do
    check_service(target, item)
  end
  target:pass("every service that is a program has its path in quotation marks, or without blanks "
    .. image_path.looked_at(target, read, without))
end

local function fix(target, _, finding, plan)
  local first = finding.id == "type" and "Q318746" or finding.x_first
  if first then
    plan:manual("put right first what else is wrong with ImagePath of " .. finding.x_service
      .. ", with kbmend run " .. first, {
      why = "where the path ends can be told only then",
    })
    return
  elseif finding.x_right then
    plan:set_value(finding.where.key, "ImagePath", finding.x_type, finding.x_right, {
      why = "the whole path is the program; what follows are its arguments", step = "RESOLUTION 2",
      risk = "medium",
    })
    services.warn_of_cluster(target, plan)
  else
    plan:manual("see on the disk which file the program of " .. finding.x_service .. " is, and put"
      .. " quotation marks round its path in ImagePath; what are its arguments stays behind them", {
      why = "where the program ends cannot be told from the text", step = "RESOLUTION 2",
    })
  end
  plan:manual("restart the computer, and start " .. finding.x_service, {
    why = "the service control manager has read the path when the computer started",
  })
end

return {
  api = 1,
  id = "Q134425",
  version = "1.0.0",
  title = "Event 7000, %1 not a valid Windows NT application: blanks in ImagePath",
  severity = "high",
  categories = { "windows", "startup", "services" },
  products = { { name = "Microsoft Windows NT", versions = "3.1, 3.5, 3.51, 4.0" } },
  symptoms = {
    { event = 7000, source = "Service Control Manager",
      text = "failed to start: %1 is not a valid Windows NT application" },
    { event = 7000, source = "Service Control Manager",
      text = "failed to start: the system cannot find the file specified" },
    { error = 193, text = "could not start the service: %1 is not a valid application" },
  },
  aliases = {
    {
      kb = "Q175653",
      title = "At least one service or driver failed during system startup: access is denied",
      products = { { name = "Microsoft Windows NT", versions = "3.51, 4.0" } },
      symptoms = {
        { text = "at least one service or driver failed during system startup" },
        { error = 5, text = "could not start the service: access is denied" },
        { event = 7000, source = "Service Control Manager",
          text = "failed to start: the system cannot find the file specified" },
      },
    },
  },
  references = { { kb = "Q134425" }, { kb = "Q175653" }, { kb = "Q318746" }, { kb = "Q256986" } },
  needs = { registry = { "SYSTEM" } },
  description = [[
Where ImagePath of a service has a blank in the path of the program and no quotation marks, Windows
takes the part before the blank for the program, and the rest for its arguments. Where a file of
that name is no program, the service ends with error 193; a folder, with error 5 (Q175653); where
there is none, the file is not found.

The check looks at every service that is a program (Type 0x10 or 0x20). Quotation marks are planned
round the path up to the .exe; arguments behind it stay outside. %ProgramFiles% counts as a blank.
Where there is no .exe, or what is behind it goes on like a path to another one, where the program
ends cannot be told: that is left to you.
The other way, a path of short names (8.3), cannot be told from the registry.

A file that is missing or damaged has the same symptoms, and is not seen here.
]],
  applies = function(target)
    if #services.programs(target) == 0 then
      return false, "there is no service that is a program"
    end
    return true
  end,
  check = check,
  fix = fix,
}
