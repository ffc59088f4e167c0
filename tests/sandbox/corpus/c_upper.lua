local s = ("x"):rep(4e6) while true do local _ = s:upper():lower():reverse() end
