local dn = require "dn"
local home = require "kb.home"

local MDB, MTA = home.KINDS.mdb, home.KINDS.mta
local SERVER = "cn=S1,cn=Servers,cn=Configuration,ou=Site,o=Org"

local function entry(...)
  local list = { ... }
  return { attributes = function() return list end }
end

return {
  { "finds the attribute under each of its spellings", function()
    assert(home.attribute(entry("cn", "homeMDB"), MDB) == "homeMDB")
    assert(home.attribute(entry("home-mdb", "Home-MTA"), MDB) == "home-mdb")
    assert(home.attribute(entry("cn", "Home-MDB-BL"), MDB) == "Home-MDB")
    assert(home.attribute(entry(), MTA) == "Home-MTA")
  end },
  { "takes the server from a value", function()
    local server = assert(home.server("cn=Microsoft Private MDB," .. SERVER, MDB))
    assert(server:ldap() == SERVER)
    assert(home.server("CN=MICROSOFT MTA," .. SERVER:upper(), MTA))
  end },
  { "refuses the object of the other attribute", function()
    local server, why = home.server("cn=Microsoft MTA," .. SERVER, MDB)
    assert(not server and why == "it does not name a Microsoft Private MDB")
  end },
  { "refuses a name without cn=Configuration", function()
    local server, why = home.server("cn=Microsoft MTA,cn=S1,cn=Servers,ou=Site,o=Org", MTA)
    assert(not server and why == "cn=Configuration is not where it should be")
    assert(not home.server("cn=Microsoft MTA", MTA))
  end },
  { "says why a value is no name", function()
    local server, why = home.server("=", MTA)
    assert(not server and why)
  end },
  { "gives the object's name as the directory spells it", function()
    local target = { directory = { read = function(_, name)
      assert(name:ldap() == "cn=Microsoft MTA," .. SERVER)
      return { dn = "cn=Microsoft MTA," .. SERVER:upper() }
    end } }
    local found = home.object(target, dn.parse(SERVER, "ldap"), MTA)
    assert(found:ldap() == "cn=Microsoft MTA,CN=S1,CN=SERVERS,CN=CONFIGURATION,OU=SITE,O=ORG")
    target.directory.read = function() end
    assert(home.object(target, dn.parse(SERVER, "ldap"), MTA) == nil)
  end },
  { "tells whether such attributes are shown at all", function()
    local found = {}
    local target = { directory = { search = function(_, search)
      assert(search.base:ldap() == "cn=Configuration,ou=Site,o=Org")
      return found
    end } }
    local site = dn.parse("ou=Site,o=Org", "ldap")
    assert(not home.shown(target, site))
    found = { {}, { ["Home-MTA"] = { "x" } } }
    assert(home.shown(target, site))
    found = nil
    assert(not home.shown(target, site))
  end },
}
