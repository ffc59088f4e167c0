target.registry:try_key("HKLM\\SYSTEM\\\xff") target.registry:try_get(KEY, "\xff\xc0\x80")
target.registry:get("HKLM\\SYSTEM\\" .. ("é"):rep(100) .. "\xff", "x")
