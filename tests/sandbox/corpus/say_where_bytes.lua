target:fail{ id = "a", message = "m", because = "b", where = { key = KEY .. "\\\xff\xfe", value = "\xff" } }
