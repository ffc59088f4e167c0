local t = {} for i = 1, 200 do t[i] = i end
local function f(...) return select("#", ...) end
while true do f(table.unpack(t)) table.pack(table.unpack(t)) select(-1, table.unpack(t)) end
