local make = require "names_target"
local server_sources = require "kb.server_sources"

local PLACE = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn="

-- ComputerName, the server in X500 DN, params -> the server, how many agree, contradicted
local SOURCES = {
  { "EXCH1", "EXCH1", {}, "EXCH1", 3, false },
  { "exch1", "exch1", {}, "EXCH1", 3, false },
  { "EXCH1", "OLD1", {}, "EXCH1", 2, false },
  { "EXCH1", false, {}, "EXCH1", 2, false },
  { "TEST1", "EXCH1", {}, "EXCH1", 2, false },
  { "EXCH2", "EXCH1", {}, "EXCH2", 2, true },
  { "TEST1", "OLD1", {}, nil, 0, false },
  { "TEST1", "EXCH1", { server = "EXCH2" }, "EXCH2", 1, true },
  { "TEST1", "EXCH1", { server = "EXCH9" }, nil, 0, false },
}

local tests = {}
for i, row in ipairs(SOURCES) do
  tests[i] = { ("sources %d: %s, %s"):format(i, row[1], tostring(row[2])), function()
    local found = server_sources.find(make{
      ["computer-name"] = row[1], ["x500-dn"] = row[2] and PLACE .. row[2] .. "/cn=Microsoft MTA",
    }, row[3])
    assert((found.server and found.server.name) == row[4])
    assert(found.agree == row[5], found.agree)
    assert((found.contradicted or false) == row[6])
    assert((found.problem == nil) == (found.server ~= nil))
  end }
end
return tests
