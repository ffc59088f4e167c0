local t = {} for i = 1, 100 do t[("x"):rep(1e6) .. i] = true end
