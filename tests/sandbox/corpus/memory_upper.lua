local s, t = ("x"):rep(1e6), {} for i = 1, 100 do t[i] = s:upper() .. i end
