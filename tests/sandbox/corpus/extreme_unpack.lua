local min, max = math.mininteger, math.maxinteger
for _, range in ipairs{ { 0, max }, { -1, max }, { min, max }, { min, 0 }, { 1, 1e7 }, { max - (1 << 31), max }, { 1, 1 << 31 } } do
  assert(not pcall(table.unpack, {}, range[1], range[2]))
end
assert(select("#", table.unpack({}, max, max)) == 1 and select("#", table.unpack({}, max, min)) == 0)
assert(select("#", table.unpack({}, min, min)) == 1)
