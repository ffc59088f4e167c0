-- The table that the script identity shows: what it says of each value, on targets made of tables.

local source = ...
local make = require "names_target"
local script = assert(loadfile(source .. "/scripts/exchange/identity.lua"))()

-- "label: found | expected | difference" of the rows of these labels, a line each.
local function observed(texts, options, labels)
  local target = make(texts, options)
  local rows = {}
  function target.observe(_, row)
    assert(row.what and row.where.key and row.where.value and row.kb:find("^Q%d+$"))
    -- The host refuses a row that expects something, finds nothing and does not differ.
    assert(row.found or not row.expected or row.difference)
    rows[#rows + 1] = row
  end
  local ok, problem = pcall(script.check, target, options and options.params or {})
  assert(ok or problem.unknown, problem)
  local lines = {}
  for _, row in ipairs(rows) do
    for _, label in ipairs(labels) do
      if row.what == label then
        lines[#lines + 1] = ("%s | %s | %s"):format(row.found or "-", row.expected or "-",
          row.difference or "-")
      end
    end
  end
  return table.concat(lines, "\n"), #rows, target, not ok and problem.unknown or nil
end

local X500 = "/o=Contoso/ou=SITE1/cn=Configuration/cn=Servers/cn=EXCH1/cn=Microsoft MTA"

-- texts, label -> its rows
local ROWS = {
  { {}, "Site of MSExchangeSA", "SITE1 | SITE1 | -" },
  { { site = "Site2" }, "Site of MSExchangeSA", "Site2 | SITE1 | another name" },
  { { site = "Site1" }, "Site of MSExchangeSA", "Site1 | SITE1 | differs in case only" },
  { { site = false }, "Site of MSExchangeSA", "- | SITE1 | absent" },
  { { site = "" }, "Site of MSExchangeSA", " | SITE1 | is empty" },
  { { ["web-site"] = "site1" }, "Site of MSExchangeWeb", "site1 | SITE1 | -" },
  { { ["web-server"] = "OLD1" }, "Server of MSExchangeWeb",
    "OLD1 | - | is no server of the site SITE1" },
  { { ["x500-dn"] = (X500:gsub("SITE1", "Site2")) }, "X500 DN of MSExchangeMTA",
    X500:gsub("SITE1", "Site2") .. " | " .. X500 .. " | differs in the site [ou=]" },
  { { ["site-dn"] = "o=CONTOSO/ou=SITE1" }, "SiteDN of MSExchangeIMC",
    "o=CONTOSO/ou=SITE1 | /o=Contoso/ou=SITE1 | does not begin with a slash; differs in the"
    .. " organization [o=], in case only" },
  { { ["this-server"] = false }, "This Server of MSExchangeIS",
    "(absent) | (none needed) | -" },
  { { ["logon-only-as"] = { "REG_MULTI_SZ", { "/o=Contoso/ou=SITE1/cn=Recipients/cn=Journal",
    "/o=Contoso/ou=SITE1/cn=Recipients/cn=Gone" } } }, "Logon Only As of MSExchangeIS",
    "/o=Contoso/ou=SITE1/cn=Recipients/cn=Journal | /o=Contoso/ou=SITE1/cn=Recipients/cn=Journal"
    .. " | -\n/o=Contoso/ou=SITE1/cn=Recipients/cn=Gone | - | names something that the directory"
    .. " does not have" },
  { { ["computer-name"] = "TEST1" }, "ComputerName", "TEST1 | EXCH1 | another name" },
}

local tests = {
  { "sound values are shown, all of them, and pass", function()
    local _, count, target, unknown = observed({ hostname = "exch1" }, nil, {})
    assert(count == 15 and not unknown and #target.findings == 0 and target.passed)
  end },
  { "each difference is a finding whose script is named", function()
    local _, _, target = observed({ site = "Site2", hostname = "mail" }, nil, {})
    assert(target:ids() == "site hostname", target:ids())
    local steps = {}
    local plan = { manual = function(_, text) steps[#steps + 1] = text end }
    for _, finding in ipairs(target.findings) do
      script.fix(target, {}, finding, plan)
    end
    assert(steps[1] == "run `kbmend run Q201164` on this target")
    assert(steps[2]:find("(Q246793)", 1, true))
  end },
  { "without a directory the odd one is shown, and nothing is expected", function()
    local options = { without_directory = true }
    local text, _, target = observed({ site = "Site2" }, options, { "Site of MSExchangeSA",
      "X500 DN of MSExchangeMTA" })
    assert(text == "Site2 | - | names another site than most values, which name SITE1\n" .. X500
      .. " | - | -", text)
    assert(target:ids() == "site-inconsistent-site")
    local absent = { "Journal Recipient Name of MSExchangeMTA" }
    text = observed({ site = "Site2" }, options, absent)
    assert(text == "(absent) | (none needed) | -", text)
    text = observed({}, options, absent) -- no row is compared: there is no such column
    assert(text == "- | - | -", text)
    local _, count, _, unknown = observed({}, options, {})
    assert(count == 15)
    assert(unknown:find("organization Contoso, site SITE1, server EXCH1", 1, true))
  end },
  { "what cannot be read is no absence", function()
    local options = { unknown = {
      ["HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeSA\\Parameters"] = "it is damaged",
    } }
    local text, _, _, unknown = observed({}, options, { "Site of MSExchangeSA" })
    assert(text == "(not read) | - | cannot be told", text)
    assert(unknown:find("^not all values can be told: Enterprise of MSExchangeSA %(it is damaged%)"
      .. " and 2 more$"), unknown)
  end },
}

for i, row in ipairs(ROWS) do
  tests[#tests + 1] = { "shows " .. i .. ": " .. row[2], function()
    local text = observed(row[1], nil, { row[2] })
    assert(text == row[3], text)
  end }
end

return tests
