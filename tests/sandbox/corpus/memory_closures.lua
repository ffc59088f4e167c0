local t = {} for i = 1, math.huge do t[#t + 1] = function() return i end end
