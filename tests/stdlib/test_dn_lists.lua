local dn = require "dn"
local lists = require "kb.dn_lists"

local SITE = "/o=Org/ou=Site"
local USER = SITE .. "/cn=Recipients/cn=User"

-- A directory of these entries, found without case or blanks as servers find them.
local function directory(...)
  local entries = { ... }
  local function key(text)
    return text:lower():gsub(" +", " ")
  end
  return { directory = { read = function(_, name)
    for _, text in ipairs(entries) do
      if key(text) == key(name:ldap()) then
        return { dn = text }
      end
    end
  end } }
end

local function check(target, ...)
  local items = {}
  for i, text in ipairs{ ... } do
    items[i] = lists.read(text)
  end
  local findings, cased = lists.check(target, items,
    { label = "The list", key = "HKLM\\SYSTEM\\X", value = "List" })
  local ids = {}
  for i, finding in ipairs(findings) do
    ids[i] = finding.id
  end
  return table.concat(ids, " "), findings, cased
end

local function multi(texts, raw)
  return { type = "REG_MULTI_SZ", data = texts, raw = raw or "x\0\0\0\0\0" }
end

local target = directory("cn=User,cn=Recipients,ou=Site,o=Org", "cn=A/B\\, C,ou=Site,o=Org")

return {
  { "reads a name root first", function()
    local item = lists.read(USER)
    assert(item.name:ldap() == "cn=User,cn=Recipients,ou=Site,o=Org")
    assert(not item.problem and #item.defects == 0)
  end },
  { "reads a name below a country", function()
    local item = lists.read(USER, dn.parse("c=US", "ldap"))
    assert(item.name:ldap() == "cn=User,cn=Recipients,ou=Site,o=Org,c=US")
    assert(lists.written(item.name, item.above) == USER)
  end },
  { "says why a text is no name", function()
    assert(lists.read("user").problem:find("/o=", 1, true))
    assert(lists.read("/o=Org/cn=").problem:find("cn= is empty", 1, true))
    assert(not lists.read("/o=Org/cn=").name)
  end },
  { "takes empty texts out of a list and counts them", function()
    local list = lists.texts(multi{ "a", "", "b" })
    assert(table.concat(list.texts, ",") == "a,b" and list.empty == 1 and list.is_list)
    assert(lists.texts(multi({ "a" }, "a\0\0\0\0\0\0\0")).empty == 1)
    assert(lists.texts(multi({}, "\0\0\0\0\0\0")).empty == 0)
  end },
  { "reads one text of another type", function()
    local list = lists.texts{ type = "REG_SZ", data = USER, raw = "" }
    assert(list.texts[1] == USER and not list.is_list)
    assert(#lists.texts{ type = "REG_SZ", data = " ", raw = "" }.texts == 0)
    assert(not lists.texts{ type = "REG_BINARY", data = "a\0", raw = "a\0" })
  end },
  { "finds a name in another case, the exact one first", function()
    local items = { lists.read(USER:lower()), lists.read(USER), lists.read(SITE) }
    local at, exact = lists.position(items, lists.read(USER).name)
    assert(at == 2 and exact == true)
    at, exact = lists.position(items, lists.read(USER:upper()).name)
    assert(at == 1 and exact == false)
    assert(lists.position(items, lists.read(SITE .. "/cn=Recipients/cn=Use").name) == nil)
  end },
  { "does not take a name for another that differs in blanks", function()
    local items = { lists.read(SITE .. "/cn=A  B") }
    assert(lists.position(items, lists.read(SITE .. "/cn=A B").name) == nil)
  end },
  { "does not find a name that is written wrongly", function()
    assert(lists.position({ lists.read(USER:sub(2)) }, lists.read(USER).name) == nil)
  end },
  { "appends in order, without empty texts", function()
    local all = lists.appended({ "b", "", "a" }, { "c", "" })
    assert(table.concat(all, ",") == "b,a,c")
  end },
  { "passes names that exist, and tells another case", function()
    local ids, _, cased = check(target, USER, SITE .. "/cn=A/B, C", USER:lower())
    assert(ids == "", ids)
    assert(#cased == 1 and cased[1] == USER:lower())
  end },
  { "reports names that the directory does not have", function()
    local ids, findings = check(target, SITE .. "/cn=Nobody", "nobody")
    assert(ids == "no-object not-a-dn", ids)
    assert(findings[1].because == "there is no cn=Nobody,ou=Site,o=Org")
    assert(findings[1].found == SITE .. "/cn=Nobody" and findings[1].where.value == "List")
  end },
  { "reports a name that is written wrongly, with the right form", function()
    local ids, findings = check(target, USER:sub(2), "cn=User,cn=Recipients,ou=Site,o=Org")
    assert(ids == "no-leading-slash ldap-form", ids)
    assert(findings[1].expected == USER and findings[2].expected == USER)
  end },
  { "reports other blanks, with the directory's spelling", function()
    local ids, findings = check(target, SITE .. "/cn=a/b,  c")
    assert(ids == "spelling", ids)
    assert(findings[1].expected == SITE .. "/cn=A/B, C")
    assert(findings[1].message:find("in case and blanks only", 1, true))
  end },
}
