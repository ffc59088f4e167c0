for _, s in ipairs{ "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80" } do
  assert(not utf8.len(s)) assert(not pcall(utf8.codepoint, s)) assert(not pcall(function() for _ in utf8.codes(s) do end end) or s == "\x80")
end
assert(not pcall(utf8.codepoint, "abc", 1, 1 << 40)) assert(not pcall(utf8.codepoint, "abc", math.mininteger))
assert(not pcall(utf8.offset, "abc", 1, 1 << 40)) assert(not pcall(utf8.len, "abc", math.maxinteger))
assert(utf8.offset("abc", math.maxinteger) == nil and utf8.offset("abc", math.mininteger) == nil)
