target:fail{ id = "a", message = "m", because = "b", where = { key = KEY .. "\\x\27[31m\u{202e}\n" } }
