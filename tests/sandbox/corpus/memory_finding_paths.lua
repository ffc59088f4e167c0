local path = "HKLM\\SYSTEM\\" .. (("a"):rep(120) .. "\\"):rep(500)
for i = 1, 1000 do
  target:fail{ id = "a", message = "m", because = "b", where = { key = path .. i, value = "v" } }
end
