local t = {} for i = 1, 5000 do t["key" .. i] = { i } end
local seen = 0
for k in pairs(t) do
  seen = seen + 1
  for i = 1, 5000 do t["key" .. i] = nil end
  local junk = {} for i = 1, 5000 do junk[i] = ("x"):rep(i % 100) .. i end
end
assert(seen == 1, seen)
