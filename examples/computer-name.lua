-- Where group policy last saw this computer in Active Directory, and where its entry is now: after
-- a move it goes on applying the old place's policies until it looks again.

local ad = require "kb.active_directory"
local dn = require "dn"

local STATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Group Policy\\State\\Machine"
local NAME = "Distinguished-Name"
local ATTRIBUTES = { "objectGUID", "objectSid" }

local function described(entry)
  local identity = ad.identity(entry)
  return entry.dn .. (identity ~= "" and " (" .. identity .. ")" or "")
end

-- The name that the registry holds and its domain, or why it is no such name.
local function read(value)
  if value.type ~= "REG_SZ" then
    return nil, "it is a " .. value.type
  end
  local name, problem = dn.parse(value.data, "ldap")
  if not name then
    return nil, problem
  end
  local domain = ad.domain(name)
  return domain and name, domain or "it does not end with the dc= parts of a domain"
end

-- One entry is this computer's: is it where the registry says?
local function compare(target, recorded, entry, finding)
  local name = assert(dn.parse(entry.dn, "ldap"))
  local comparison = assert(dn.compare(recorded, name))
  if comparison.verdict == "identical" then
    return target:pass("the directory has the computer where group policy saw it last: "
      .. entry.dn)
  elseif comparison.verdict == "equivalent" then
    return target:pass("the directory has the computer where group policy saw it last; the spelling"
      .. " differs (" .. table.concat(comparison.kinds, ", ") .. "), which does not count there: "
      .. entry.dn)
  end
  local stayed = assert(dn.compare(recorded:parent(), name:parent())).verdict ~= "different"
  finding.id = stayed and "renamed" or "moved"
  finding.message = stayed and "the computer's entry has another name than group policy saw last"
    or "the computer's entry is at another place than group policy saw last"
  finding.expected = entry.dn
  finding.because = described(entry) .. " is this computer's entry"
  target:fail(finding)
end

local function check(target)
  local value = target.registry:get(STATE, NAME)
  local finding = {
    where = { key = STATE, value = NAME },
    found = value.type == "REG_SZ" and value.data or value.type,
  }
  local recorded, domain = read(value)
  if not recorded then
    finding.id = "not-a-name"
    finding.message = NAME .. " does not name a computer of a domain: " .. domain
    finding.because = STATE .. " holds it"
    return target:fail(finding)
  end

  local names = ad.computer_names(target)
  if not names then
    target:unknown("this computer's name is not known; take the SYSTEM hive along")
  end
  local entries = ad.find_computers(target, domain, names, ATTRIBUTES)
  if not entries then
    target:unknown("the directory does not hold " .. domain:ldap() .. ", where the registry says"
      .. " that the computer is; ask that domain's directory, or export the domain as a whole")
  end
  local asked = names.account .. (names.host and " or " .. names.host or "")
  if #entries == 1 then
    compare(target, recorded, entries[1], finding)
  elseif #entries == 0 then
    finding.id = "absent"
    finding.message = "the directory has no entry of this computer"
    finding.because = "no computer below " .. domain:ldap() .. " is called " .. asked
    target:fail(finding)
  else
    local list = {}
    for i, entry in ipairs(entries) do
      list[i] = described(entry)
    end
    finding.id = "several"
    finding.message = "the directory has " .. #entries .. " entries of this computer"
    finding.because = "each is called " .. asked .. ": " .. table.concat(list, "; ")
    target:fail(finding)
  end
end

-- What to do is never to set the value: group policy only writes it, and does not read it to find
-- the computer.
local REFRESH = { "run gpupdate /force on the computer, or restart it",
  "group policy looks for the computer's entry then, applies what belongs to its place and writes "
    .. NAME .. " itself; setting the value would change no policy" }
local STEPS = {
  moved = REFRESH,
  renamed = REFRESH,
  ["not-a-name"] = REFRESH,
  absent = { "restore the computer's entry (Active Directory Recycle Bin), or join the computer to"
      .. " the domain again",
    "without an entry it can neither sign in to the domain nor be given policies" },
  several = { "find out which entry the computer signs in with, and delete or rename the others",
    "sAMAccountName and dNSHostName must each belong to one entry: services trust them" },
}

local function fix(_, _, finding, plan)
  local step = STEPS[finding.id]
  plan:manual(step[1], { why = step[2] })
end

return {
  api = 1,
  id = "computer-name",
  version = "1.0.0",
  title = "Group policy knows the computer's place in Active Directory",
  severity = "medium",
  categories = { "active-directory", "group-policy" },
  products = { { name = "Microsoft Windows", versions = "2000 and later" } },
  needs = { registry = { "SOFTWARE", "SYSTEM" }, directory = true },
  description = [[
Group policy notes in the registry which entry of Active Directory it found for the computer. When
the entry is moved to another organizational unit, the computer goes on with the policies of the old
place until it looks again. The script finds the entry by the computer's names, and compares.]],
  applies = function(target)
    if target.registry:get(STATE, NAME) then
      return true
    end
    return false, "group policy has not noted any place of this computer: it is in no domain, or"
      .. " has not been started in one yet"
  end,
  check = check,
  fix = fix,
}
