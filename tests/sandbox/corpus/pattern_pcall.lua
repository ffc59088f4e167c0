while true do pcall(string.find, ("a"):rep(30), (".-"):rep(30) .. "b") end
