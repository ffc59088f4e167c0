local exchange = require "kb.exchange"
local identity = require "kb.identity"
local make = require "names_target"

local FULL = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1"

local function compare(id, text)
  local target = make()
  local server = assert(exchange.find_server(target, {}))
  local comparison = identity.compare(target, identity.select(id)[1], text, server)
  local ids = {}
  for i, finding in ipairs(comparison.findings) do
    ids[i] = finding.id
  end
  return table.concat(ids, " "), comparison
end

-- row, text -> ids of the findings, the right text
local COMPARISONS = {
  { "enterprise", "Contoso", "", "Contoso" },
  { "enterprise", "CONTOSO", "enterprise-case", "Contoso" },
  { "enterprise", "Contoso ", "enterprise-blanks", "Contoso" },
  { "enterprise", "Contoso Ltd.", "enterprise", "Contoso" },
  { "site", "Site2", "site", "SITE1" },
  { "server", "exch1", "server-case", "EXCH1" },
  { "web-enterprise", "CONTOSO", "", "Contoso" },
  { "web-enterprise", "CONTOSO ", "web-enterprise-case-blanks", "Contoso" },
  { "web-site", "NORTH", "web-site", "SITE1" },
  { "web-server", "EXCH2", "", "EXCH2" },
  { "web-server", "exch2", "", "EXCH2" },
  { "web-server", "EXCH3", "web-server", nil },
  { "this-server", "exch1", "", "EXCH1" },
  { "this-server", "EXCH2", "this-server", "EXCH1" },
  { "computer-name", "EXCH2", "computer-name", "EXCH1" },
  { "x500-dn", FULL .. "/cn=Microsoft MTA", "", FULL .. "/cn=Microsoft MTA" },
  { "x500-dn", FULL, "x500-dn-depth", FULL .. "/cn=Microsoft MTA" },
  { "x500-dn", "/o=Contoso/ou=X", "x500-dn-depth x500-dn-site", FULL .. "/cn=Microsoft MTA" },
  { "x500-dn", "/cn=a/o=Contoso", "x500-dn-depth", FULL .. "/cn=Microsoft MTA" },
  { "x500-dn", "EXCH1", "x500-dn-not-a-dn", FULL .. "/cn=Microsoft MTA" },
  { "site-dn", "/o=Contoso/ou=SITE1", "", "/o=Contoso/ou=SITE1" },
  { "site-dn", FULL, "", FULL },
  { "site-dn", "/o=Contoso/ou=Site1", "site-dn-site-case", "/o=Contoso/ou=SITE1" },
  { "site-dn", "/o=Contoso", "site-dn-depth", nil },
  { "journal-recipient-name", "/o=Contoso/ou=SITE1/cn=RECIPIENTS/cn=Journal", "",
    "/o=Contoso/ou=SITE1/cn=Recipients/cn=Journal" },
  { "journal-recipient-name", "/o=Contoso/ou=SITE1/cn=Recipients/cn=BadUser",
    "journal-recipient-name-object", nil },
  { "logon-only-as", "nobody", "logon-only-as-not-a-dn", nil },
}

local tests = {
  { "every row says what it holds, and which article cares", function()
    local ids = {}
    for _, row in ipairs(identity.rows) do
      assert(row.id and not ids[row.id], row.id)
      ids[row.id] = true
      assert(row.key:find("^HKLM\\SYSTEM\\") and row.value and row.label and row.holds, row.id)
      assert(row.kb:find("^Q%d+$"), row.id)
    end
    assert(not pcall(identity.select, "no-such-row"))
  end },
  { "a difference in case that does not count is noted", function()
    local _, comparison = compare("web-enterprise", "CONTOSO")
    assert(comparison.note == "Enterprise of MSExchangeWeb differs from Contoso in case, which"
      .. " does not count")
    _, comparison = compare("web-enterprise", "Contoso")
    assert(not comparison.note)
    _, comparison =
      compare("journal-recipient-name", "/o=Contoso/ou=SITE1/cn=RECIPIENTS/cn=Journal")
    assert(comparison.note:find("in case, which does not count", 1, true))
  end },
  { "messages tell another name from another spelling", function()
    local _, comparison = compare("site", "Site2")
    assert(comparison.findings[1].message ==
      "Site of MSExchangeSA is not the directory name of the site")
    _, comparison = compare("site", "site1")
    assert(comparison.findings[1].message ==
      "Site of MSExchangeSA differs from the directory name of the site, in case only")
    assert(comparison.findings[1].because:find("ou=SITE1,o=Contoso is its site's", 1, true))
  end },
  { "a text and its absence are read", function()
    local target = make{ ["dsa-computer"] = false, ["site"] = false, ["server"] = "" }
    local rows = identity.select("dsa-computer", "site", "server", "enterprise")
    local readings = {}
    for i, row in ipairs(rows) do
      readings[i] = identity.read(target, row)
    end
    assert(#readings[1].texts == 0 and not readings[1].finding)
    assert(#readings[2].texts == 0 and readings[2].finding.id == "absent")
    assert(#readings[3].texts == 0 and readings[3].finding.id == "empty")
    assert(readings[4].texts[1] == "Contoso" and not readings[4].finding)
  end },
  { "bytes of a number are no text, those of binary data are", function()
    local target = make{ site = { "REG_DWORD", 0x41, raw = "A\0\0\0" },
      server = { "REG_BINARY", nil, raw = "A\0" } }
    local site = identity.read(target, identity.select("site")[1])
    local server = identity.read(target, identity.select("server")[1])
    assert(#site.texts == 0 and site.finding.id == "type")
    assert(server.texts[1] == "A" and server.finding.id == "type")
  end },
  { "a list is read, and only a list", function()
    local row = identity.select("logon-only-as")[1]
    local reading = identity.read(make{ ["logon-only-as"] = { "REG_MULTI_SZ", { "a", "b" } } }, row)
    assert(#reading.texts == 2 and not reading.finding)
    reading = identity.read(make{ ["logon-only-as"] = "a" }, row)
    assert(#reading.texts == 0 and reading.finding.id == "type")
  end },
}

for i, row in ipairs(COMPARISONS) do
  tests[#tests + 1] = { ("compares %d: %s %s"):format(i, row[1], row[2]), function()
    local ids, comparison = compare(row[1], row[2])
    assert(ids == row[3], ids)
    assert(comparison.right == row[4], tostring(comparison.right))
  end }
end

return tests
