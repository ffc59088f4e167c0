plan:manual("x", { [plan] = 1 })
