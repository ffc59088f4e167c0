local t = {} for i = 1, math.huge do local _, e = pcall(error, ("x"):rep(10000) .. i) t[i] = e end
