local trap = function() while true do end end
local t = { __index = trap, __newindex = trap, __len = trap, __tostring = trap, __name = ("x"):rep(1e6),
  __gc = trap, __close = trap, __lt = trap, __eq = trap, __concat = trap, __call = trap, __pairs = trap,
  __metatable = trap, __mode = "kv", __behind = string }
assert(t.x == nil and #t == 0 and tostring(t) == "table") t.x = 1
assert(not pcall(function() return t .. "" end)) assert(not pcall(function() return t < t end))
assert(not pcall(t)) for _ in pairs(t) do end
assert(("%s"):format(t) == "table") t.x_y = nil table.insert(t, 1)
