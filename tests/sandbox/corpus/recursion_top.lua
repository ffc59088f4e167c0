local function f() f() end f()
