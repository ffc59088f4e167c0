for _, p in ipairs{ "%", "[", "[%", "%b", "%bx", "%f", "(x))", "%1", "[a-", "[^", "[]", "%f[", "(%1)", "%9" } do
  for _, f in ipairs{ string.find, string.match, string.gsub } do assert(not pcall(f, "x", p, ""), p) end
end
for _, p in ipairs{ "%", "[", "(x))" } do assert(not pcall(function() for _ in ("x"):gmatch(p) do end end), p) end
