local function f() pcall(f) error("x" .. tostring(select(2, pcall(f)))) end
local function g() g() end pcall(g) g()
