pcall(target.fail, target, { id = "a", message = "m", because = "b", where = { key = "HKLM\\SOFTWARE\\X" } })
