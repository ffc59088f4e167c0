-- Q298565's check and fix on targets made of tables: every form that SiteDN can have. The cases in
-- Q298565/ prove the script on real hives.

local source = ...
local make_target = require "target"
local exchange = require "kb.exchange"
local script = assert(loadfile(source .. "/scripts/exchange/Q298565.lua"))()

local IMC = exchange.service_key("MSExchangeIMC", "Parameters") .. "\\"
local MTA = exchange.service_key("MSExchangeMTA", "Parameters") .. "\\"
local SA = exchange.service_key("MSExchangeSA", "Parameters") .. "\\"
local SERVER = "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=Contoso"
local ENTRIES = {
  "o=Contoso", "ou=SITE1,o=Contoso", "cn=Configuration,ou=SITE1,o=Contoso",
  "cn=Servers,cn=Configuration,ou=SITE1,o=Contoso", SERVER, "cn=Microsoft MTA," .. SERVER,
}
local LONG = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1"

-- Runs check and fix; returns verdict, finding ids, the text of each change, and why it passes.
local function run(values, params, entries)
  values[IMC .. "RootDir"] = { "REG_SZ", "C:\\exchsrvr\\imcdata" }
  entries = entries or ENTRIES
  local target = make_target{ computer_name = "EXCH1", entries = entries, values = values }
  local verdict, findings, ids, changes, seen, reason = "none", {}, {}, {}, {}, nil
  function target.fail(_, finding)
    assert(finding.because ~= "" and finding.message ~= "" and #(finding.found or "") <= 1024)
    verdict = "fail"
    findings[#findings + 1] = finding
    ids[#ids + 1] = finding.id
  end
  function target.pass(_, why)
    verdict, reason = "pass", why
  end
  script.check(target, params or {})
  local function add(text)
    if not seen[text] then
      seen[text] = true
      changes[#changes + 1] = text
    end
  end
  local plan = {
    set_value = function(_, path, name, type, data, options)
      assert(path .. "\\" .. name == IMC .. "SiteDN")
      add(("%s %s %s"):format(type, data, options.risk))
    end,
    manual = function(_, text) add("! " .. text) end,
  }
  for _, finding in ipairs(findings) do
    script.fix(target, params or {}, finding, plan)
  end
  return verdict, table.concat(ids, " "), changes, reason
end

local function check(text, ids, right, params)
  local values = { [IMC .. "SiteDN"] = type(text) == "table" and text or { "REG_SZ", text } }
  local verdict, found, changes = run(values, params)
  local label = type(text) == "table" and text[1] or text
  local function equal(what, is, should)
    if is ~= should then
      error(("%s: %s %q instead of %q"):format(label, what, tostring(is), tostring(should)), 3)
    end
  end
  equal("findings", found, ids)
  equal("verdict", verdict, ids == "" and "pass" or "fail")
  if right then
    local kept = type(text) == "table" and text[1] == "REG_EXPAND_SZ" and text[1] or "REG_SZ"
    equal("change", changes[1], kept .. " " .. right .. " low")
    equal("step", changes[2], "! start the Microsoft Exchange Internet Mail Connector service")
  elseif ids ~= "" then
    equal("changes", #changes, 1)
    assert(changes[1]:find("-p depth=site", 1, true))
  end
end

local SITE = "/o=Contoso/ou=SITE1"

return {
  { "passes right names of every depth", function()
    check(SITE, "")
    check("/O=Contoso/OU=SITE1", "")
    check(SITE .. "/cn=EXCH1", "")
    check(LONG, "")
    check("/o=Contoso/ou=SITE1/cn=configuration/cn=SERVERS/cn=EXCH1", "")
    check(LONG .. "/cn=Microsoft MTA", "")
    check(LONG .. "/cn=microsoft mta", "")
    check({ "REG_EXPAND_SZ", SITE }, "")
  end },
  { "names each part that differs", function()
    check("/o=Contoso/ou=SITE2", "site", SITE)
    check("/o=Contosa/ou=SITE1", "organization", SITE)
    check("/o=A/ou=B", "organization site", SITE)
    check("/o=A/ou=B/cn=C", "organization site server", SITE .. "/cn=EXCH1")
    check(LONG .. "2", "server", LONG)
    check("/o=A/ou=B/cn=Configuration/cn=Servers/cn=C", "organization site server", LONG)
    check({ "REG_EXPAND_SZ", "/o=Contoso/ou=SITE2" }, "site", SITE)
  end },
  { "takes differences of spelling as such", function()
    check("/o=CONTOSO/ou=SITE1", "organization-case", SITE)
    check("/O=CONTOSO/OU=Site1", "organization-case site-case", SITE)
    check("/o=Contoso/ou=SITE1 ", "site-blanks", SITE)
    check("/o=Contoso /ou=site1 ", "organization-blanks site-case-blanks", SITE)
    check(SITE .. "/cn=exch1", "server-case", SITE .. "/cn=EXCH1")
  end },
  { "compares containers without case and reports odd ones", function()
    check("/o=Contoso/ou=SITE1/cn=Config/cn=Servers/cn=EXCH1", "container", LONG)
    check("/o=Contoso/ou=SITE1/cn=Configuration/cn=Server/cn=EXCH1", "container", LONG)
    check("/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers /cn=EXCH1", "container-blanks", LONG)
  end },
  { "names each defect of the form, and the right form", function()
    check("o=Contoso/ou=SITE1", "no-leading-slash", SITE)
    check(SITE .. "/", "trailing-slash", SITE)
    check("EX:" .. SITE, "ex-prefix", SITE)
    check(" " .. SITE, "outer-blanks", SITE)
    check("\\o=Contoso\\ou=SITE1", "backslashes", SITE)
    check("ou=SITE1,o=Contoso", "ldap-form", SITE)
    check("ou=SITE2,o=Contoso", "ldap-form site", SITE)
    check(SERVER, "ldap-form", LONG)
    check("/o=Contoso//ou=SITE1", "organization", SITE)
  end },
  { "plans nothing where the depth cannot be told", function()
    for text, id in pairs{ [""] = "empty", ["   "] = "empty", ["Contoso"] = "not-a-dn",
      ["/o=Contoso"] = "depth", ["/ou=SITE1/o=Contoso"] = "depth",
      ["/o=Contoso/ou=SITE1/cn=Configuration"] = "depth",
      ["/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers"] = "depth",
      ["/o=Contoso/ou=SITE1/cn=Recipients/cn=X/cn=Y"] = "depth",
      [LONG .. "/cn=Microsoft XYZ"] = "below-server" } do
      check(text, id)
      check(text, id, SITE, { depth = "site" })
      check(text, id, LONG, { depth = "server" })
    end
    check("/o=Contoso/ou=SITE2/cn=Configuration/cn=Servers/cn=EXCH1/cn=X", "site below-server")
    check(("x"):rep(100000), "not-a-dn")
  end },
  { "takes the depth from SiteDN rather than from the parameter", function()
    check("/o=Contoso/ou=SITE2", "site", SITE, { depth = "server" })
  end },
  { "reads a name from a value of the wrong type where it can", function()
    check({ "REG_MULTI_SZ", { SITE } }, "type", SITE)
    check({ "REG_MULTI_SZ", { "/o=Contoso/ou=SITE2" } }, "type site", SITE)
    check({ "REG_MULTI_SZ", { SITE, SITE } }, "type")
    check({ "REG_BINARY", "", raw = (SITE:gsub(".", "%0\0")) }, "type", SITE)
    check({ "REG_DWORD", 5, raw = "\5\0\0\0" }, "type")
    check({ "REG_DWORD", 5, raw = "\5\0\0\0" }, "type", SITE, { depth = "site" })
  end },
  { "takes REG_EXPAND_SZ for a text where nothing is expanded, and says so", function()
    local _, _, _, reason = run{ [IMC .. "SiteDN"] = { "REG_EXPAND_SZ", SITE } }
    assert(reason:find("SiteDN is " .. SITE .. " as REG_EXPAND_SZ, exactly", 1, true), reason)
    _, _, _, reason = run{ [IMC .. "SiteDN"] = { "REG_SZ", SITE } }
    assert(reason:find("SiteDN is " .. SITE .. ", exactly", 1, true), reason)
    check({ "REG_EXPAND_SZ", "/o=%ORG%/ou=SITE1" }, "variable organization", SITE)
    check({ "REG_EXPAND_SZ", SITE .. "%" }, "variable site", SITE)
    check({ "REG_EXPAND_SZ", "%SITEDN%" }, "variable not-a-dn")
    check({ "REG_SZ", "/o=%ORG%/ou=SITE1" }, "organization", SITE)
  end },
  { "keeps no REG_EXPAND_SZ whose right text would be expanded", function()
    local name = "/o=100%/ou=SITE1"
    local server = "cn=EXCH1,cn=Servers,cn=Configuration,ou=SITE1,o=100%"
    local entries = { "o=100%", "ou=SITE1,o=100%", "cn=Configuration,ou=SITE1,o=100%",
      "cn=Servers,cn=Configuration,ou=SITE1,o=100%", server }
    local value = { "REG_EXPAND_SZ", name }
    local verdict, ids, changes = run({ [IMC .. "SiteDN"] = value }, nil, entries)
    assert(verdict == "fail" and ids == "variable" and changes[1] == "REG_SZ " .. name .. " low")
    assert(run({ [IMC .. "SiteDN"] = { "REG_SZ", name } }, nil, entries) == "pass")
  end },
  { "plans an absent value only for a depth that was given", function()
    local verdict, ids, changes = run{}
    assert(verdict == "fail" and ids == "absent" and #changes == 1)
    verdict, ids, changes = run({}, { depth = "site" })
    assert(verdict == "fail" and ids == "absent" and changes[1] == "REG_SZ " .. SITE .. " low")
  end },
  { "says when other services carry the same wrong names", function()
    local wrong = {
      [IMC .. "SiteDN"] = { "REG_SZ", "/o=Contoso/ou=Site2" },
      [MTA .. "X500 DN"] = { "REG_SZ",
        "/o=Contoso/ou=Site2/cn=Configuration/cn=Servers/cn=EXCH1/cn=Microsoft MTA" },
      [SA .. "Enterprise"] = { "REG_SZ", "Contoso" },
      [SA .. "Site"] = { "REG_SZ", "Site2" },
    }
    local verdict, ids, changes = run(wrong)
    assert(verdict == "fail" and ids == "site reinstalled")
    assert(changes[1] == "REG_SZ " .. SITE .. " high")
    assert(changes[2]:find("! either, .*: reinstall Exchange Server with the right names"))
    assert(changes[3]:find("! or, without reinstalling: change SiteDN, and correct X500 DN"))
    assert(changes[4] == "! start the Microsoft Exchange Internet Mail Connector service")
    assert(#changes == 4)

    for place, text in pairs{ [SA .. "Site"] = "SITE1", [MTA .. "X500 DN"] = LONG } do
      local kept = wrong[place]
      wrong[place] = { "REG_SZ", text }
      local _, still, planned = run(wrong)
      assert(still == "site" and planned[1] == "REG_SZ " .. SITE .. " low" and #planned == 2)
      wrong[place] = nil
      assert(select(2, run(wrong)) == "site")
      wrong[place] = kept
    end
  end },
}
