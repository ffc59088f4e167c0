target:fail{ id = "a", message = "m", because = "b" } target:unknown("or so")
