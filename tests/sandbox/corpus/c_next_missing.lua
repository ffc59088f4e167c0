return next({}, {})
