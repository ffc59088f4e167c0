local t = {} for i = 1, math.huge do t[i] = target.registry:key(KEY) end
