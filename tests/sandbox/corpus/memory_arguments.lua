local t = {} for i = 1, 9e5 do t[i] = i end return select("#", table.unpack(t))
