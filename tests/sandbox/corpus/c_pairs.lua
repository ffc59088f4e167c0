local t = {} local long = ("x"):rep(500) for i = 1, 20000 do t[long .. i] = i end
while true do for _ in pairs(t) do break end end
