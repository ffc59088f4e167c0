local ad = require "kb.active_directory"
local dn = require "dn"

local function equal(actual, expected)
  if actual ~= expected then
    error(("%q instead of %q"):format(tostring(actual), tostring(expected)), 2)
  end
end

local function bytes(hex)
  return (hex:gsub("%s", ""):gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function target_with(values, computer_name)
  return {
    computer_name = computer_name,
    registry = { try_get = function(_, _, name)
      local value = values[name]
      if type(value) == "table" then
        return "unknown", value.why
      end
      return value and "found" or "absent", value and { type = "REG_SZ", data = value }
    end },
  }
end

local function entry_with(values)
  return { values = function(_, name) return { values[name] } end }
end

return {
  { "writes a GUID's first three fields the other way round", function()
    equal(ad.guid(bytes "ae4f1df8 ec7d d011 a765 00a0c91e6bf6"),
      "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
    equal(ad.guid(("\0"):rep(16)), "00000000-0000-0000-0000-000000000000")
    equal(ad.guid(("\xFF"):rep(16)), "ffffffff-ffff-ffff-ffff-ffffffffffff")
    equal(select(2, ad.guid("")), "a GUID has 16 bytes, this has 0")
    equal(ad.guid(("x"):rep(17)), nil)
  end },
  { "writes SIDs", function()
    equal(ad.sid(bytes "0101 000000000005 12000000"), "S-1-5-18")
    equal(ad.sid(bytes "0105 000000000005 15000000 dcf4dc3b 833d2b46 828ba628 00020000"),
      "S-1-5-21-1004336348-1177238915-682003330-512")
    equal(ad.sid(bytes "0101 000000000000 ffffffff"), "S-1-0-4294967295")
    equal(ad.sid(bytes "0101 0000ffffffff 00000000"), "S-1-4294967295-0")
    equal(ad.sid(bytes "0101 000100000000 01000000"), "S-1-0x000100000000-1")
    equal(ad.sid(bytes "0100 000000000005"), "S-1-5")
    equal(#ad.sid(bytes("010f 000000000005" .. ("ffffffff"):rep(15))), 5 + 15 * 11)
  end },
  { "refuses what is no SID", function()
    for _, hex in ipairs{ "", "01", "0201 000000000005 12000000", "0102 000000000005 12000000",
      "0101 000000000005 12000000 00", "0101 000000000005 120000",
      "0110 000000000005" .. ("00000000"):rep(16) } do
      local text, message = ad.sid(bytes(hex))
      equal(text, nil)
      assert(message:find("a SID", 1, true))
    end
  end },
  { "finds the domain in a name", function()
    local function domain(text)
      local found = ad.domain(assert(dn.parse(text, "ldap")))
      return found and found:ldap()
    end
    equal(domain("CN=PC,OU=A,DC=contoso,DC=example"), "DC=contoso,DC=example")
    equal(domain("CN=PC,dc=a,OU=A,dc=b"), "dc=b")
    equal(domain("dc=a"), "dc=a")
    equal(domain("CN=PC,O=Contoso"), nil)
  end },
  { "takes the computer's names from the registry", function()
    local names = ad.computer_names(target_with({ Hostname = "pc", Domain = "a.example" }, "PC"))
    equal(names.account, "PC$")
    equal(names.host, "pc.a.example")
    for _, values in ipairs{ {}, { Hostname = "pc" }, { Hostname = "pc", Domain = "" },
      { Hostname = "pc", Domain = { why = "the export does not hold it" } } } do
      equal(ad.computer_names(target_with(values, "PC")).host, nil)
    end
    equal(ad.computer_names(target_with({ Hostname = "pc" }, nil)), nil)
  end },
  { "looks for a computer by the names that are known", function()
    local asked
    local target = { directory = { search = function(_, search)
      asked = search
      return { "found" }
    end } }
    local base = dn.parse("dc=a", "ldap")
    local entries = ad.find_computers(target, base, { account = "PC$" }, { "objectSid" })
    equal(entries[1], "found")
    equal(asked.filter, "(&(objectClass=computer)(sAMAccountName=%s))")
    equal(table.concat(asked.args, " "), "PC$")
    equal(asked.base, base)
    equal(asked.attributes[1], "objectSid")
    ad.find_computers(target, base, { account = "PC$", host = "pc.a" }, {})
    equal(table.concat(asked.args, " "), "PC$ pc.a")
    equal(select(2, asked.filter:gsub("%%s", "")), 2)
  end },
  { "tells entries apart", function()
    equal(ad.identity(entry_with{}), "")
    equal(ad.identity(entry_with{ objectSid = bytes "0101 000000000005 12000000" }),
      "objectSid S-1-5-18")
    equal(ad.identity(entry_with{ objectGUID = ("\0"):rep(16), objectSid = "x" }),
      "objectGUID 00000000-0000-0000-0000-000000000000, objectSid (damaged)")
  end },
}
