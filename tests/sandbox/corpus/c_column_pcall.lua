local key = target.registry:key("HKLM\\SYSTEM\\CurrentControlSet\\Services")
local i = 0
while true do
  i = i + 1
  pcall(key.column, key, tostring(i))
end
