local dn = require "dn"
for _, text in ipairs{ "=", "/", "//", "/o=", "o", "o=a,,b", "o=\\", "\0", "o=\xff", "o=a+", "+", "/o=a/b", ("o=x,"):rep(65) .. "o=x", "o=" .. ("x"):rep(66000), "cn=#", "1.=x" } do
  local d, message = dn.parse(text) assert(d == nil and type(message) == "string" or d ~= nil)
end
for _, form in ipairs{ "LDAP", "", "x\0", 1, {}, target } do assert(not pcall(dn.parse, "o=x", form)) end
for _, v in ipairs{ true, {}, target, print } do assert(not pcall(dn.parse, v)) assert(not pcall(dn.compare, v, "o=x")) assert(not pcall(dn.compare, "o=x", v)) end
