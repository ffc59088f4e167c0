local t = { a = 1 } for k in pairs(t) do for i = 1, 100 do t[k .. i] = 1 end end
