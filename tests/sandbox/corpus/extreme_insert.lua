for _, at in ipairs{ 5, -1, 0, math.mininteger, math.maxinteger, 0.5 } do
  assert(not pcall(table.insert, {}, at, 1)) if at ~= 0 then assert(not pcall(table.remove, { 1 }, at)) end
end
assert(not pcall(table.insert, {}, 1, 2, 3)) assert(not pcall(table.insert, {})) assert(not pcall(table.insert, nil, 1))
assert(not pcall(table.concat, { {} })) assert(not pcall(table.concat, { 1 }, {})) assert(not pcall(table.concat, {}, "", 1, 1))
local t = { [math.maxinteger] = "x" } assert(table.concat(t, "", math.maxinteger, math.maxinteger) == "x")
