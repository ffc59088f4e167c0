for i = 1, math.huge do target.registry:try_key("HKLM\\SYSTEM\\" .. ("x"):rep(60000) .. i) end
