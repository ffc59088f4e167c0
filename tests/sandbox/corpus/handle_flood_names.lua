local dn, t = require "dn", {} local text = "cn=" .. ("x"):rep(60000)
for i = 1, math.huge do t[i] = dn.parse(text) end
