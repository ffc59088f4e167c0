local zero = 0
assert(math.mininteger // -1 == math.mininteger and math.mininteger % -1 == 0)
assert(not pcall(function() return 1 // zero end)) assert(not pcall(function() return 1 % zero end))
assert(math.fmod(math.mininteger, -1) == 0) assert(not pcall(math.fmod, 1, 0)) assert(1 << 64 == 0 and 1 >> -64 == 0)
assert(-1 << math.mininteger == 0) assert(math.abs(math.mininteger) == math.mininteger)
assert(not pcall(function() return 2^63 | 0 end)) assert(not math.tointeger(2^63)) assert(math.ult(1, -1))
