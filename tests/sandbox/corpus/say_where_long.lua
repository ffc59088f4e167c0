target:fail{ id = "a", message = "m", because = "b", where = { key = KEY .. ("\\x"):rep(35000) } }
