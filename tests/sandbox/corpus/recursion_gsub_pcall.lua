local function f() return (select(2, pcall(string.gsub, "x", "x", f))) end f()
