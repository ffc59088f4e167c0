local identity = require "kb.identity"
local make = require "names_target"
local name_values = require "kb.name_values"

local OPTIONS = {
  why = "because", step = "RESOLUTION",
  before = { { "stop", step = "RESOLUTION 1" }, { "only for the site", of = { "site" } } },
  after = { { "only for a case", of = { "server-case" } }, { "start" } },
}

local function check(texts, options, ...)
  local target = make(texts, options)
  local ok, problem = pcall(name_values.check, target, {}, identity.select(...))
  return target, not ok and (problem.unknown or error(problem)) or nil
end

-- What fix plans for a target's findings, a line each; equal ones once.
local function plan(target)
  local lines, seen = {}, {}
  local function add(line)
    if not seen[line] then
      lines[#lines + 1] = line
      seen[line] = true
    end
  end
  local made = {
    manual = function(_, text) add("! " .. text) end,
    create_key = function(_, path) add("+ " .. path) end,
    set_value = function(_, _, name, type, data) add(("%s %s %s"):format(name, type, data)) end,
  }
  for _, finding in ipairs(target.findings) do
    name_values.fix(target, finding, made, OPTIONS)
  end
  return table.concat(lines, "; ")
end

local SA = { "enterprise", "site", "server" }

-- texts -> ids of the findings, the plan
local FIXES = {
  { { site = "Site2" }, "site", "! stop; ! only for the site; Site REG_SZ SITE1; ! start" },
  { { enterprise = "contoso", server = "exch1" }, "enterprise-case server-case",
    "! stop; Enterprise REG_SZ Contoso; Server REG_SZ EXCH1; ! only for a case; ! start" },
  { { site = { "REG_EXPAND_SZ", "Site2" } }, "site",
    "! stop; ! only for the site; Site REG_EXPAND_SZ SITE1; ! start" },
  { { site = { "REG_MULTI_SZ", { "SITE1" } } }, "site-type",
    "! stop; ! only for the site; Site REG_SZ SITE1; ! start" },
  { { site = { "REG_MULTI_SZ", { "Site2" } } }, "site-type site",
    "! stop; ! only for the site; Site REG_SZ SITE1; ! start" },
  { { site = false }, "site-absent", "! stop; ! only for the site; Site REG_SZ SITE1; ! start" },
}

local tests = {
  { "sound values pass, with the entry that says so", function()
    local target, unknown = check(nil, nil, table.unpack(SA))
    assert(not unknown and #target.findings == 0)
    assert(target.passed:find("Site of MSExchangeSA is SITE1, ", 1, true))
    assert(target.passed:find("is this server's entry", 1, true))
  end },
  { "what agrees in spite of something is told", function()
    local target = check({ ["web-site"] = "site1", ["this-server"] = false }, nil, "web-site",
      "this-server")
    assert(target.passed:find("; Site of MSExchangeWeb differs from SITE1 in case", 1, true))
    assert(target.passed:find("; This Server of MSExchangeIS is absent", 1, true))
  end },
  { "a key that is not there is made", function()
    local target = check({ enterprise = false, site = false, server = false }, nil, "site")
    assert(plan(target):find("^! stop; ! only for the site; %+ HKLM.*; Site REG_SZ SITE1; "))
  end },
  { "values are compared with each other when there is no directory", function()
    local target, unknown = check(nil, { without_directory = true }, table.unpack(SA))
    assert(#target.findings == 0 and unknown:find("agree with each other", 1, true))
    target, unknown = check({ site = "Site2" }, { without_directory = true }, table.unpack(SA))
    assert(not unknown and target:ids() == "site-inconsistent-site", target:ids())
    assert(target.findings[1].expected == nil and target.findings[1].found == "Site2")
    assert(plan(target):find("^! run again with the directory"))
  end },
  { "a value that nothing is to be compared with is unknown without a directory", function()
    local _, unknown = check({ ["x500-dn"] = false, ["site-dn"] = false },
      { without_directory = true }, "site")
    assert(unknown:find("^only the directory tells"))
  end },
}

for i, row in ipairs(FIXES) do
  tests[#tests + 1] = { "fixes " .. i .. ": " .. row[2], function()
    local target, unknown = check(row[1], nil, table.unpack(SA))
    assert(not unknown, unknown)
    assert(target:ids() == row[2], target:ids())
    local made = plan(target)
    assert(made == row[3], made)
  end }
end

return tests
