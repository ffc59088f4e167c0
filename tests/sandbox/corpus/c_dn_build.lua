local d = require("dn").parse("o=x") for i = 1, math.huge do d = d:child("cn", ("x"):rep(1000)) d = d:with(1, "y" .. i) end
