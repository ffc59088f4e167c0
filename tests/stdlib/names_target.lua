-- A target for tests of the modules on names: a sound server EXCH1 of SITE1 in Contoso, beside
-- EXCH2 in the same site and EXCH3 in NORTH, and a record of what a script says of it.

local identity = require "kb.identity"
local make_target = require "target"

local SITE = "ou=SITE1,o=Contoso"
local SERVERS = "cn=Servers,cn=Configuration,"
local SERVER = "cn=EXCH1," .. SERVERS .. SITE
local NORTH = "ou=NORTH,o=Contoso"
local FULL = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1"

local ENTRIES = {
  "o=Contoso", SITE, "cn=Configuration," .. SITE, "cn=Servers,cn=Configuration," .. SITE, SERVER,
  "cn=Microsoft MTA," .. SERVER, "cn=EXCH2," .. SERVERS .. SITE,
  NORTH, "cn=Configuration," .. NORTH, "cn=Servers,cn=Configuration," .. NORTH,
  "cn=EXCH3," .. SERVERS .. NORTH, "cn=Recipients," .. SITE, "cn=Journal,cn=Recipients," .. SITE,
}

local TEXTS = {
  ["enterprise"] = "Contoso", ["site"] = "SITE1", ["server"] = "EXCH1",
  ["x500-dn"] = FULL .. "/cn=Microsoft MTA", ["site-dn"] = "/o=Contoso/ou=SITE1",
  ["dsa-computer"] = "EXCH1", ["mta-computer"] = "EXCH1", ["this-server"] = "EXCH1",
  ["web-enterprise"] = "Contoso", ["web-site"] = "SITE1", ["web-server"] = "EXCH2",
  ["computer-name"] = "EXCH1",
}

-- texts: row id -> text, { type, data } or false for none, in place of the sound ones.
-- options.without_directory: there is none; options.unknown: as in target.lua
local function make(texts, options)
  options = options or {}
  local values = {}
  for _, row in ipairs(identity.rows) do
    local text = TEXTS[row.id]
    if texts and texts[row.id] ~= nil then
      text = texts[row.id]
    end
    if text then
      values[row.key .. "\\" .. row.value] =
        type(text) == "table" and text or { "REG_SZ", text }
    end
  end
  local target = make_target{
    computer_name = texts and texts["computer-name"] or TEXTS["computer-name"],
    entries = ENTRIES, values = values,
    without_directory = options.without_directory, unknown = options.unknown,
  }
  target.findings = {}
  function target:fail(finding)
    assert(finding.message ~= "" and finding.because ~= "" and finding.where.key)
    self.findings[#self.findings + 1] = finding
  end
  function target:pass(reason)
    self.passed = reason
  end
  function target.unknown(_, reason)
    error({ unknown = reason })
  end
  function target:ids()
    local ids = {}
    for i, finding in ipairs(self.findings) do
      ids[i] = finding.id
    end
    return table.concat(ids, " ")
  end
  return target
end

return make
