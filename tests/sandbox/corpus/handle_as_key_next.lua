local t = { [target] = 1 } return next(t)
