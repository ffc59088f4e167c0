local dn = require "dn"
local connectors = require "kb.connectors"

local SITE = dn.parse("ou=Site,o=Org", "ldap")

local function made(name, display)
  return { name = name, display = display }
end

-- A target whose Parameters key of the MTA has these subkeys: name -> { value name -> data }.
local function registry(subkeys)
  local list = {}
  for _, item in ipairs(subkeys) do
    list[#list + 1] = {
      name = item[1],
      get = function(_, name) return item[2][name] and { name = name, data = item[2][name] } end,
    }
  end
  return { registry = { key = function() return { subkeys = function() return list end } end } }
end

local function ids(findings)
  local list = {}
  for i, finding in ipairs(findings) do
    list[i] = finding.id .. "=" .. tostring(finding.expected)
  end
  return table.concat(list, " ")
end

return {
  { "lists the connectors of a site", function()
    local target = { directory = { try_search = function(_, search)
      assert(search.base:ldap() == "cn=Connections,cn=Configuration,ou=Site,o=Org")
      return "found", { {
        dn = "cn=TCP to B,cn=Connections,cn=Configuration,ou=Site,o=Org",
        values = function(_, name)
          local all = { objectClass = { "top", "rfc1006X400Link" }, ["Home-MTA"] = { "M" } }
          return all[name] or {}
        end,
      } }
    end } }
    local list = assert(connectors.list(target, SITE))
    assert(list[1].name == "TCP to B" and list[1].home == "M" and not list[1].display)
    assert(connectors.is(list[1], connectors.TCP) and connectors.is_x400(list[1]))
    assert(not connectors.is(list[1], connectors.TP4))
  end },
  { "says why there is no list", function()
    local target = { directory = { try_search = function() return "unknown", "cut" end } }
    local list, reason = connectors.list(target, SITE)
    assert(not list and reason == "cut")
    target.directory.try_search = function() return "absent" end
    list, reason = connectors.list(target, SITE)
    assert(not list and reason:find("no cn=Connections,cn=Configuration,ou=Site,o=Org", 1, true))
  end },
  { "finds a connector, the exact name first", function()
    local list = { made "A b", made "A B" }
    local found, exact = connectors.find(list, "A B")
    assert(found == list[2] and exact == true)
    found, exact = connectors.find(list, "a b")
    assert(found and exact == false)
    assert(connectors.find(list, "A  B") == nil)
  end },
  { "tells which connector a wrong name means", function()
    local list = { made("TCP (B)/1", "To B"), made("TP4", "To C") }
    assert(connectors.meant(list, "to b") == list[1])
    assert(connectors.meant(list, "cn=TP4") == list[2])
    assert(connectors.meant(list, "TCP  (B)/1") == list[1])
    assert(connectors.meant(list, "other") == nil)
    list[3] = made("X", "To B")
    assert(connectors.meant(list, "To B") == nil)
  end },
  { "lists the subkeys that have one of the values", function()
    local target = registry{ { "A", { Other = 1 } }, { "B/C", { Wanted = 1 } } }
    local keys = connectors.keys(target, { "Wanted", "Also" })
    assert(#keys == 1 and keys[1].name == "B/C" and keys[1].values.Wanted.data == 1)
    assert(keys[1].key == connectors.key("B/C"))
  end },
  { "reports names that are no connector's", function()
    local list = { made("TCP to B", "To B"), made "TP4" }
    local function check(params, ...)
      local keys = {}
      for i, name in ipairs{ ... } do
        keys[i] = { name = name, key = connectors.key(name), values = {} }
      end
      return connectors.check_names(list, keys, "because", params)
    end
    assert(ids(check({}, "TCP to B", "TP4")) == "")
    assert(ids(check({}, "tcp to b")) == "key-case=TCP to B")
    assert(ids(check({}, "To B", "Gone")) == "no-connector=TCP to B no-connector=nil")
    assert(ids(check({ connector = "tp4" }, "Gone")) == "no-connector=TP4")
    assert(check({ connector = "X" }, "Gone")[1].x_why:find("it has TCP to B, TP4", 1, true))
    assert(check({ connector = "TP4" }, "Gone", "Too")[1].x_why:find("several", 1, true))
    assert(check({}, "To B", "TCP to B")[1].x_why:find("has a subkey", 1, true))
  end },
}
