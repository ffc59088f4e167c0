local path = "HKLM\\SYSTEM\\" .. (("a"):rep(120) .. "\\"):rep(500)
pcall(function()
  for i = 1, 9999 do target.registry:get(path .. i, "v") end
end)
