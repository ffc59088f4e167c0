local dn = require "dn"
for _, rdns in ipairs{ { 1 }, { {} }, { { "o" } }, { { "o", 1, 2 } }, { { {}, "x" } }, { { "o\0", "x" } }, { { "", "x" } }, "o", 1, target,
  { { "o", ("x"):rep(70000) } }, { target } } do local done, made = pcall(dn.make, rdns) assert(not done or made ~= target) end
local many = {} for i = 1, 65 do many[i] = { "cn", "x" } end pcall(dn.make, many)
local d = dn.parse("cn=a,o=b")
for _, i in ipairs{ 0, 3, -3, math.mininteger, math.maxinteger } do assert(d:rdn(i) == nil, i) assert(not pcall(d.with, d, i, "x")) end
for _, n in ipairs{ -1, 3, math.mininteger, math.maxinteger, 0.5, "x", {} } do assert(not pcall(d.prefix, d, n), n) end
for _, v in ipairs{ ("x"):rep(70000), "\0", "\xff", "" } do pcall(d.with, d, 1, v) pcall(d.child, d, "cn", v) pcall(d.child, d, v, "x") end
assert(d:ldap() == "cn=a,o=b" and #d == 2)
