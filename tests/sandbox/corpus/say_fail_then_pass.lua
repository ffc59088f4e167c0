target:fail{ id = "a", message = "m", because = "b" } target:pass("all is well")
