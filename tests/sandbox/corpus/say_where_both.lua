target:fail{ id = "a", message = "m", because = "b", where = { key = KEY, dn = "o=x" } }
