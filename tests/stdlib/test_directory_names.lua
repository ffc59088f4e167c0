local names = require "kb.directory_names"

-- What names.read makes of a text, in one line: parts|defects, or "no: message".
local function read(text)
  local name, message = names.read(text)
  if not name then
    return "no: " .. message
  end
  return names.write(name.parts) .. "|" .. table.concat(name.defects, " ")
end

local function equal(actual, expected)
  if actual ~= expected then
    error(("%q instead of %q"):format(tostring(actual), tostring(expected)), 2)
  end
end

local function kinds(found, expected)
  local list = names.difference(found, expected)
  return list and table.concat(list, " ")
end

return {
  { "reads the form that Exchange writes", function()
    equal(read("/o=Org/ou=Site"), "/o=Org/ou=Site|")
    equal(read("/O=ORG/OU=SITE/CN=X"), "/o=ORG/ou=SITE/cn=X|")
    equal(names.read("/O=ORG").parts[1].type, "O")
  end },
  { "keeps what stands inside values", function()
    equal(read("/o=A, Inc. (x):y #1/ou= S  T "), "/o=A, Inc. (x):y #1/ou= S  T |")
    equal(read("/o=Org/ou=S/cn=EX/02"), "/o=Org/ou=S/cn=EX/02|")
    equal(read("/o=Org//ou=S"), "/o=Org//ou=S|")
    equal(names.read("/o=Org//ou=S").parts[1].value, "Org/")
    equal(names.read("/o=a=b/ou=").parts[1].value, "a=b")
    equal(names.read("/o=a=b/ou=").parts[2].value, "")
  end },
  { "names each defect of the form", function()
    equal(read("o=Org/ou=Site"), "/o=Org/ou=Site|no-leading-slash")
    equal(read("/o=Org/ou=Site//"), "/o=Org/ou=Site|trailing-slash")
    equal(read("EX:/o=Org/ou=Site"), "/o=Org/ou=Site|ex-prefix")
    equal(read("ex:o=Org/ou=Site/"), "/o=Org/ou=Site|ex-prefix no-leading-slash trailing-slash")
    equal(read(" \t/o=Org/ou=Site"), "/o=Org/ou=Site|outer-blanks")
    equal(read("\\o=Org\\ou=Site"), "/o=Org/ou=Site|backslashes")
    equal(read("ou=Site,o=Org"), "/o=Org/ou=Site|ldap-form")
    equal(read("ou=Site, o=A\\, Inc"), "/o=A, Inc/ou=Site|ldap-form")
  end },
  { "refuses what is no name", function()
    for _, text in ipairs{ "", "/", "//", "Contoso", "/x=Org", "o", "/o", "=", "EX:", "/dc=a" } do
      equal(read(text), "no: it does not begin with /o=")
    end
    equal(read("/o=" .. ("x"):rep(1022)), "no: it has 1025 bytes, no directory name is so long")
    equal(read("ou=Site,x=1"):sub(1, 3), "no:")
  end },
  { "is quick on long runs of one character", function()
    local clock = os and os.clock or function() return 0 end -- inside kbmend its own limit counts
    local before = clock()
    for _, character in ipairs{ "/", "\\", " ", "a", "=", "," } do
      names.read("/o=x" .. character:rep(1000) .. "y")
    end
    assert(clock() - before < 0.5)
  end },
  { "says how two names differ", function()
    equal(kinds("Site", "Site"), nil)
    equal(kinds("SITE", "Site"), "case")
    equal(kinds("Site ", "Site"), "blanks")
    equal(kinds("North  America", "North America"), "blanks")
    equal(kinds("NORTH  America", "North America"), "case blanks")
    equal(kinds("Site1", "Site"), "value")
    equal(kinds("NorthAmerica", "North America"), "value")
    equal(kinds("STRASSE", "Straße"), "value")
    equal(kinds("", "Site"), "value")
    equal(kinds("\xED\xA0\x80", "Site"), "value")
  end },
  { "matches computer names without case, and nothing else", function()
    assert(names.same_but_case("exch1", "EXCH1"))
    assert(not names.same_but_case("EXCH1 ", "EXCH1"))
    assert(not names.same_but_case("EXCH10", "EXCH1"))
  end },
  { "finds text in values of a wrong type", function()
    local function text_of(type, data, raw)
      return names.text_of{ type = type, data = data, raw = raw or "" }
    end
    equal(text_of("REG_SZ", "x"), "x")
    equal(select(2, text_of("REG_EXPAND_SZ", "x")), true)
    equal(text_of("REG_MULTI_SZ", { "x" }), "x")
    equal(select(2, text_of("REG_MULTI_SZ", { "x" })), false)
    equal(text_of("REG_MULTI_SZ", { "x", "y" }), nil)
    equal(text_of("REG_MULTI_SZ", {}), nil)
    equal(text_of("REG_BINARY", "", "/\0o\0\xFC\0\0\0"), "/oü")
    equal(text_of("REG_BINARY", "", "/\0o"), nil)
    equal(text_of("REG_BINARY", "", "\0\xD8"), nil)
    equal(text_of("REG_BINARY", "", ("x\0"):rep(5000)), nil)
  end },
}
