while true do pcall(print, ("x"):rep(5000)) end
