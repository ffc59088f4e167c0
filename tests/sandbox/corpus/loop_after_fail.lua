target:fail{ id = "a", message = "m", because = "b" } while true do end
