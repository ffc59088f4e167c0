local t = {} for _ = 1, 1e5 do t = { t } end target:fail{ id = "a", message = "m", because = "b", x_deep = t }
