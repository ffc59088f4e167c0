local kept = {}
while true do
  local function walk(key) kept[#kept + 1] = key:values() for _, sub in ipairs(key:subkeys()) do walk(sub) end end
  walk(target.registry:key("HKLM\\SYSTEM"))
end
