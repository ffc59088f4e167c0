target:fail{ id = "\27[31m", message = "m", because = "b" }
