local key = target.registry:key(KEY)
local entry = target.directory:read("o=Contoso")
local dn = require("dn").parse("o=Contoso,c=DE")
local methods = { [target.registry] = { "get", "key", "try_get", "try_key" },
  [target.directory] = { "read", "search", "one", "try_read", "try_search", "try_one" },
  [key] = { "get", "values", "subkeys" }, [entry] = { "values", "attributes" },
  [dn] = { "x500", "ldap", "parent", "rdn", "with", "prefix", "child" } }
local owners = { target.registry, target.directory, key, entry, dn }
local count = 0
for _, owner in ipairs(owners) do
  local names = {}
  for known, list in next, {} do names = list end
  for _, list in ipairs{ { "get", "key", "try_get", "try_key" },
    { "read", "search", "one", "try_read", "try_search", "try_one" }, { "get", "values", "subkeys" },
    { "values", "attributes" }, { "x500", "ldap", "parent", "rdn", "with", "prefix", "child" } } do
    for _, name in ipairs(list) do
      local found, method = pcall(function() return owner[name] end)
      if found and type(method) == "function" then
        for _, other in ipairs{ target, target.registry, target.directory, key, entry, dn, {}, "x", 1, true, print } do
          if type(other) ~= type(owner) or tostring(other) ~= tostring(owner) then
            assert(not pcall(method, other, KEY, "SiteDN"), name) count = count + 1
          end
        end
        assert(not pcall(method)) assert(not pcall(method, nil))
      end
    end
  end
end
assert(count > 100, count)
