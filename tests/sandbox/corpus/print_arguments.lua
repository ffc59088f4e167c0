local t = {} for i = 1, 200 do t[i] = ("x"):rep(2000) end print(table.unpack(t))
