local dn = require "dn"
local a, b = {}, {} for i = 1, 60 do a[i] = "cn=" .. ("a"):rep(1000) b[i] = "cn=" .. ("b"):rep(1000) end
a, b = table.concat(a, ","), table.concat(b, ",")
while true do dn.compare(a, b) end
