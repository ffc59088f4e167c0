local t = {} for i = 1, 1e5 do t[i] = i end local k for _ = 1, math.huge do k = next(t, k) end
