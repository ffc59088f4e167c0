local dn = require "dn"
local a, b = "cn=" .. ("\u{FDFA}"):rep(20000), "cn=" .. ("\u{FDFA}"):rep(19999) .. "x"
while true do dn.compare(a, b) end
