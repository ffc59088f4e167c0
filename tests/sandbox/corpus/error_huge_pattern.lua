target.registry:get("HKLM\\SYSTEM\\" .. ("x"):rep(1e7), "")
