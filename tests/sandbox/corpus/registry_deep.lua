target.registry:key("HKLM\\SYSTEM" .. ("\\x"):rep(5000))
