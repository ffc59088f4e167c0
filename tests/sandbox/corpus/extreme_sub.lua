local s, min, max = "abc", math.mininteger, math.maxinteger
assert(s:sub(min, max) == s and s:sub(max, min) == "" and s:sub(max) == "" and s:sub(min) == s)
assert(select("#", s:byte(min, max)) == 3 and s:byte(max) == nil) assert(not s:find("a", max)) assert(s:find("a", min) == 1)
assert(not s:find("", max, true)) assert(s:match("()", min) == 1) for _ in s:gmatch("x", max) do end for _ in s:gmatch("x", min) do end
assert(s:rep(0) == "" and s:rep(min) == "" and s:gsub("", "-", min) == s)
