local long, t = ("x"):rep(1e6), {} for i = 1, 1000 do t[i] = long end return table.concat(t)
