for _, k in ipairs{ 0/0, target, {}, print, ("x"):rep(1e6), 1e308, "\0" } do assert(not pcall(next, { a = 1 }, k)) end
assert(not pcall(next)) assert(not pcall(next, 1)) assert(not pcall(next, "x")) assert(next({}) == nil)
