local identity = require "kb.identity"
local make = require "names_target"
local name_claims = require "kb.name_claims"

local FULL = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1"

local function listed(claims)
  local list = {}
  for i, claim in ipairs(claims) do
    list[i] = claim.means .. "=" .. claim.name
  end
  return table.concat(list, " ")
end

-- row, text -> what it claims
local CLAIMS = {
  { "enterprise", "Contoso", "organization=Contoso" },
  { "this-server", "EXCH1", "server=EXCH1" },
  { "this-server", "", "" },
  { "web-server", "EXCH2", "" },
  { "x500-dn", FULL .. "/cn=Microsoft MTA", "organization=Contoso site=SITE1 server=EXCH1" },
  { "site-dn", "/o=Contoso/ou=SITE1", "organization=Contoso site=SITE1" },
  { "site-dn", "/o=Contoso/ou=SITE1/cn=A", "organization=Contoso site=SITE1 server=A" },
  { "site-dn", "o=Contoso", "" },
  { "site-dn", "", "" },
  { "logon-only-as", FULL, "" },
}

-- The claims that do not agree with the first of a row, on a target with these texts.
local function against(id, texts)
  local target = make(texts)
  local row = identity.select(id)[1]
  local claim = name_claims.of(row, identity.read(target, row).texts[1])[1]
  local others, with = name_claims.against(claim, name_claims.all(target))
  return name_claims.text(others), #with
end

local tests = {
  { "sound values agree", function()
    local text, with = against("enterprise")
    assert(text == "" and with == 2)
    text, with = against("server")
    assert(text == "" and with == 5)
  end },
  { "tells which values name something else", function()
    assert(against("enterprise", { ["x500-dn"] = "/o=Fabrikam/ou=SITE1" }) ==
      "X500 DN of MSExchangeMTA names Fabrikam")
    assert(against("site", { site = "site1" }) ==
      "X500 DN of MSExchangeMTA names SITE1, SiteDN of MSExchangeIMC names SITE1")
  end },
  { "case counts only where both values mind", function()
    assert(against("server", { ["this-server"] = "exch1", ["computer-name"] = "Exch1" }) == "")
    assert(against("server", { server = "exch1" }) == "X500 DN of MSExchangeMTA names EXCH1")
  end },
  { "what OWA and the host are called claims nothing", function()
    assert(against("server", { hostname = "mail" }) == "")
    assert(against("enterprise", { ["web-enterprise"] = "Other" }) == "")
  end },
  { "the majority is more than half", function()
    local function majority(means, texts)
      local most = name_claims.majority(name_claims.all(make(texts)), means)
      return most and most.name
    end
    assert(majority("site") == "SITE1")
    assert(majority("site", { site = "Site2" }) == "SITE1")
    assert(majority("site", { site = "Site2", ["site-dn"] = false }) == nil)
    assert(majority("server", { ["computer-name"] = "TEST" }) == "EXCH1")
  end },
}

for i, row in ipairs(CLAIMS) do
  tests[#tests + 1] = { ("claims %d: %s %s"):format(i, row[1], row[2]), function()
    local found = listed(name_claims.of(identity.select(row[1])[1], row[2]))
    assert(found == row[3], found)
  end }
end

return tests
