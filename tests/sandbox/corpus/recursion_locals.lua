local function f(a, b, c, d, e) local g, h, i, j, k = f(a, b, c, d, e) return g, h, i, j, k, f() end f()
