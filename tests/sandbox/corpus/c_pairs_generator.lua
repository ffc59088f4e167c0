local step = pairs{ a = 1, b = 2, [1] = 3, [0.5] = 4, [true] = 5 }
local seen = {} for k in step do seen[#seen + 1] = tostring(k) end
assert(table.concat(seen, " ") == "0.5 1 a b true", table.concat(seen, " "))
for _ = 1, 10 do assert(step() == nil) end
assert(pairs({})() == nil) pcall(pairs({}), target, target)
