assert(("%d %s %d %s"):format(1, {}, 2, print) == "1 table 2 function") assert(("%%%s%%"):format({}) == "%table%")
assert(("%s%s%s"):format(nil, true, target.registry):find("0x", 1, true) == nil)
assert(not pcall(string.format, "%s %s", 1)) assert(("%-8s|"):format({}) == "table   |")
local many = {} for i = 1, 200 do many[i] = {} end
assert(#("%s"):rep(200):format(table.unpack(many)) == 1000) assert(not pcall(string.format, ("%s"):rep(201), table.unpack(many)))
