while true do target:pass(("x"):rep(1000)) end
