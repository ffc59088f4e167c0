local t = { [target] = 1, [target.registry] = 2 } for k in pairs(t) do print(k) end
