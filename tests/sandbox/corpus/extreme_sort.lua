assert(not pcall(table.sort, { 1, "x", {} })) assert(not pcall(table.sort, { 1, 2, 3 }, 1)) pcall(table.sort, { 0/0, 1, 0/0, 2 })
local t = {} for i = 1, 300 do t[i] = i % 7 end
pcall(table.sort, t, function(a, b) for i = 1, 50 do t[i] = nil end t[#t + 1] = 1 return (a or 0) < (b or 0) end)
pcall(table.sort, t, function() return true end) pcall(table.sort, { 1, 2, 3 }, error)
