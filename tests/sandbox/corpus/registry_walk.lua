local count = 0
local function walk(key)
  count = count + #key:values() + 1
  for _, sub in ipairs(key:subkeys()) do walk(sub) end
end
for _ = 1, 3 do walk(target.registry:key("HKLM\\SYSTEM")) end assert(count > 100, count)
