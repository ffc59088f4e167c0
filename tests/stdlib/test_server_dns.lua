local exchange = require "kb.exchange"
local make_target = require "target"
local names = require "kb.directory_names"
local server_dns = require "kb.server_dns"

local SERVER = "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso"
local target = make_target{ computer_name = "exch1", entries = {
  "o=Contoso", "ou=SITE1,o=Contoso", "cn=Configuration,ou=SITE1,o=Contoso",
  "cn=Servers,cn=Configuration,ou=SITE1,o=Contoso", SERVER, "cn=Microsoft MTA," .. SERVER,
} }
local server = assert(exchange.find_server(target, {}))
local FULL = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1"

local function parts(text)
  return assert(names.read(text)).parts
end

-- text -> depth, or words of why there is none
local DEPTHS = {
  { "/o=Contoso/ou=SITE1", "site" },
  { "/o=Contoso/ou=SITE1/cn=EXCH1", "short" },
  { FULL, "server" },
  { FULL:upper(), "server" },
  { FULL .. "/cn=Microsoft MTA", "below" },
  { "/o=Contoso", nil, "the organization only" },
  { "/ou=SITE1/o=Contoso", nil, "in this order" },
  { "/o=Contoso/ou=SITE1/cn=Configuration", nil, "between the site and the server" },
  { "/o=Contoso/ou=SITE1/cn=a/cn=b/cn=c", nil, "does not lead to" },
}

-- a text for X500 DN -> ids of what differs
local DIFFERENCES = {
  { FULL .. "/cn=Microsoft MTA", "" },
  { (FULL .. "/cn=Microsoft MTA"):gsub("Configuration", "CONFIGURATION"), "" },
  { (FULL .. "/cn=Microsoft MTA"):upper(), "organization-case object-case" },
  { "/o=Contoso /ou=Site2/cn=Configuration/cn=Server/cn=EXCH2/cn=Microsoft MTA",
    "organization-blanks site container server" },
}

local tests = {
  { "finds the right name of an object below the server", function()
    local right = assert(server_dns.below(target, server, "MICROSOFT MTA"))
    assert(names.write(right) == FULL .. "/cn=Microsoft MTA")
    assert(server_dns.below(target, server, "Microsoft DSA") == nil)
  end },
  { "writes the right name at each depth", function()
    local function right(depth)
      return names.write(server_dns.right_parts(target, server, depth))
    end
    assert(right("site") == "/o=Contoso/ou=SITE1")
    assert(right("short") == "/o=Contoso/ou=SITE1/cn=EXCH1")
    assert(right("server") == FULL)
  end },
  { "says what is wrong with the form", function()
    local read, findings = server_dns.read("SiteDN", "EX:o=Contoso/", "HKLM\\X")
    assert(#read == 1 and #findings == 3 and findings[1].id == "ex-prefix")
    assert(findings[1].message:find("^SiteDN begins with EX:"))
    assert(findings[1].because:find("^HKLM\\X holds it"))
    read, findings = server_dns.read("SiteDN", "Contoso", "HKLM\\X")
    assert(read == nil and #findings == 1 and findings[1].id == "not-a-dn")
  end },
  { "says what differs in spelling only", function()
    assert(server_dns.spelling{ "value" } == "")
    assert(server_dns.spelling{ "case" } == ", in case only")
    assert(server_dns.spelling{ "case", "blanks" } == ", in case and blanks only")
  end },
}

for _, row in ipairs(DEPTHS) do
  tests[#tests + 1] = { "depth of " .. row[1], function()
    local depth, why = server_dns.depth(parts(row[1]))
    assert(depth == row[2], depth)
    assert(depth or why:find(row[3], 1, true), why)
  end }
end

for _, row in ipairs(DIFFERENCES) do
  tests[#tests + 1] = { "differences of " .. row[1], function()
    local right = server_dns.below(target, server, "Microsoft MTA")
    local ids = {}
    for i, finding in ipairs(server_dns.compare("X500 DN", parts(row[1]), right, server, 6)) do
      ids[i] = finding.id
      assert(finding.because:find(SERVER, 1, true) and finding.x_part)
    end
    local found = table.concat(ids, " ")
    assert(found == row[2], found)
  end }
end

return tests
