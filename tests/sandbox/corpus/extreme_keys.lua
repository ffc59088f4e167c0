assert(not pcall(function() local t = {} t[0/0] = 1 end)) assert(not pcall(function() local t = {} t[nil] = 1 end))
local t = { [1.0] = "a", [2^53] = "b" } assert(t[1] == "a" and t[1 << 53] == "b" and t[nil] == nil and t[0/0] == nil)
