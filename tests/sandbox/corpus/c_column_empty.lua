local key = target.registry:key("HKLM\\SYSTEM\\Select")
local i = 0
while true do
  i = i + 1
  pcall(key.column, key, ("x"):rep(i % 1000) .. i)
end
