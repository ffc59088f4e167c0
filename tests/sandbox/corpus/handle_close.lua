local dn = require "dn"
local d = dn.parse("cn=a,o=b")
do local c <close> = d end
for _, f in ipairs{ "x500", "ldap", "parent" } do pcall(function() return d[f](d) end) end
assert(not pcall(function() return d:ldap() end)) assert(not pcall(function() return #d end))
assert(not pcall(dn.compare, d, d)) assert(not pcall(tostring, d)) assert(not pcall(function() return d:rdn(1) end))
assert(not pcall(function() return d:with(1, "x") end)) assert(not pcall(function() return target.directory:read(d) end))
