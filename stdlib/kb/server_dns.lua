-- kb.server_dns: DNs of this server, of its site or of an object below it, as registry values hold
-- them: how deep one reaches, what it should be, and in which parts it differs.
--
-- Findings are made without `where`, `found` and `expected`, which are the same for all of a value.

local dn = require "dn"
local names = require "kb.directory_names"

local server_dns = {}

-- /o=ORG/ou=SITE/cn=Configuration/cn=Servers/cn=SERVER: the server's own part.
local SERVER_PART = 5

local DEFECTS = {
  ["outer-blanks"] = "begins with a blank",
  ["ex-prefix"] = "begins with EX:, which belongs to event texts only",
  ["ldap-form"] = "is written in the LDAP form, leaf first and with commas",
  ["backslashes"] = "is written with backslashes",
  ["no-leading-slash"] = "does not begin with a slash",
  ["trailing-slash"] = "ends with a slash",
}

local SPELLING = { case = "case", blanks = "blanks", unicode = "the form of Unicode characters" }

local TYPES = { "o", "ou" } -- cn from the third part on

--- What differs in spelling only, for the end of a sentence; "" for { "value" }, another name.
---@param kinds string[] of names.difference
---@return string text ", in case and blanks only"
function server_dns.spelling(kinds)
  if kinds[1] == "value" then
    return ""
  end
  local text = ""
  for i, kind in ipairs(kinds) do
    text = text .. (i == 1 and ", in " or " and ") .. SPELLING[kind]
  end
  return text .. " only"
end

--- How deep a name reaches: "site" (/o=/ou=), "short" (/o=/ou=/cn=SERVER), "server" (the whole name
--- of the server's entry) or "below" it.
---@param parts kb.Part[]
---@return string? depth nil: it is none of these
---@return string? message why
function server_dns.depth(parts)
  for i, part in ipairs(parts) do
    if part.type:lower() ~= (TYPES[i] or "cn") then
      return nil, "its parts are not o=, ou= and cn= in this order"
    end
  end
  local configuration = parts[3] and parts[3].value:lower() == "configuration"
  local servers = parts[4] and parts[4].value:lower() == "servers"
  if #parts == 1 then
    return nil, "it names the organization only"
  elseif #parts == 2 then
    return "site"
  elseif #parts == 3 and not configuration then
    return "short"
  elseif #parts < SERVER_PART then
    return nil, "it ends between the site and the server"
  elseif not configuration and not servers then
    return nil, "it does not lead to cn=Configuration/cn=Servers"
  end
  return #parts == SERVER_PART and "server" or "below"
end

-- The name of the entry that `found` names below the server; nil when there is none.
local function entry_below(target, server, found)
  local name = server.dn
  for i = SERVER_PART + 1, #found do
    name = name:child("cn", found[i].value)
  end
  local entry = target.directory:read(name, { "rdn" })
  return entry and assert(dn.parse(entry.dn, "ldap"))
end

--- The right name at a depth, in the directory's own spelling.
---@param target kbm.Target
---@param server kb.Server
---@param depth string of server_dns.depth
---@param found kb.Part[]? for "below": whose parts below the server lead to the object
---@return kb.Part[]? parts nil: the directory has no such object below the server
function server_dns.right_parts(target, server, depth, found)
  local parts = {
    { type = "o", value = server.organization.name },
    { type = "ou", value = server.site.name },
  }
  if depth == "short" then
    parts[3] = { type = "cn", value = server.name }
  elseif depth ~= "site" then
    local name = server.dn
    if depth == "below" then
      name = entry_below(target, server, found)
      if not name then
        return nil
      end
    end
    -- Counted from the server's end, because a country may stand above the organization.
    for i = #server.dn - 2, #name do
      parts[#parts + 1] = { type = "cn", value = name:rdn(i).value }
    end
  end
  return parts
end

--- The right name of an object directly below the server.
---@param target kbm.Target
---@param server kb.Server
---@param object string "Microsoft MTA"
---@return kb.Part[]? parts nil: the directory has no such object
function server_dns.below(target, server, object)
  local found = {}
  for i = 1, SERVER_PART + 1 do
    found[i] = { type = "cn", value = object }
  end
  return server_dns.right_parts(target, server, "below", found)
end

-- What the i-th part of a name stands for whose server, where it names one, is part `at`.
local function meaning(i, at, server)
  if i == 1 then
    return "organization", "the organization [o=]", server.organization.because
  elseif i == 2 then
    return "site", "the site [ou=]", server.site.because
  elseif i == at then
    return "server", "the server [cn=]", server.because
  elseif i > at then
    return "object", "the object below the server [cn=]", server.because
  end
  return "container", "the container [cn=]", server.because
end

--- A finding about the way a DN is written.
---@param id string
---@param message string
---@param key string which holds the value
---@return kbm.Finding
function server_dns.finding(id, message, key)
  return { id = id, message = message,
    because = key .. " holds it; Exchange writes names as /o=ORGANIZATION/ou=SITE" }
end

--- Reads a text as a DN.
---@param label string the value's name
---@param text string
---@param key string which holds it
---@return kb.Part[]? parts nil: it is none
---@return kbm.Finding[] findings what is wrong with the way it is written
function server_dns.read(label, text, key)
  local name, problem = names.read(text)
  if not name then
    local message = label .. " is not a distinguished name: " .. problem
    return nil, { server_dns.finding("not-a-dn", message, key) }
  end
  local findings = {}
  for i, defect in ipairs(name.defects) do
    findings[i] = server_dns.finding(defect, label .. " " .. DEFECTS[defect], key)
  end
  return name.parts, findings
end

--- Compares names part by part. Containers have fixed names, which Exchange itself writes in either
--- case.
---@param label string the value's name
---@param found kb.Part[]
---@param right kb.Part[]
---@param server kb.Server
---@param count integer how many parts; both names have them
---@return kbm.Finding[] findings with x_part, the part's number
function server_dns.compare(label, found, right, server, count)
  local findings = {}
  local at = math.min(#right, SERVER_PART)
  for i = 1, count do
    local id, what, because = meaning(i, at, server)
    local kinds = names.difference(found[i].value, right[i].value)
    local fixed = id == "container" and names.same_but_case(found[i].value, right[i].value)
    if kinds and not fixed then
      if kinds[1] ~= "value" then
        id = id .. "-" .. table.concat(kinds, "-")
      end
      findings[#findings + 1] = {
        id = id,
        message = label .. " differs from the directory in " .. what .. server_dns.spelling(kinds),
        because = because,
        x_part = i,
      }
    end
  end
  return findings
end

---@class kb.SiteDn
---@field findings kbm.Finding[]
---@field wrong kbm.Finding[] those of them that name a part which differs
---@field parts kb.Part[]? nil: it is no DN of a possible depth
---@field right kb.Part[]? nil: it cannot be told

--- Compares a text with the name of the server's site, of the server or of an object below it,
--- whichever depth it has.
---@param target kbm.Target
---@param server kb.Server
---@param label string
---@param key string
---@param text string
---@return kb.SiteDn
function server_dns.examine_site(target, server, label, key, text)
  local parts, findings = server_dns.read(label, text, key)
  if not parts then
    return { findings = findings, wrong = {} }
  end
  local depth, why = server_dns.depth(parts)
  if not depth then
    local message = label .. " names neither a site nor a server: " .. why
    findings[#findings + 1] = server_dns.finding("depth", message, key)
    return { findings = findings, wrong = {} }
  end
  local right = server_dns.right_parts(target, server, depth, parts)
  local against = right or server_dns.right_parts(target, server, "server")
  local count = math.min(#against, SERVER_PART)
  local wrong = server_dns.compare(label, parts, against, server, count)
  for _, finding in ipairs(wrong) do
    findings[#findings + 1] = finding
  end
  if not right then
    findings[#findings + 1] = {
      id = "below-server",
      message = label .. " names something below the server that the directory does not have",
      because = server.because .. ", and nothing of that name is below it",
    }
  end
  return { findings = findings, wrong = wrong, parts = parts, right = right }
end

return server_dns
