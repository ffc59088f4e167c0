assert(not pcall(string.gsub, "x", "x", "%2")) assert(not pcall(string.gsub, "x", "x", "%"))
for _, r in ipairs{ target, true, function() return {} end, function() return target end, { x = {} }, { x = print } } do
  assert(not pcall(string.gsub, "x", "x", r))
end
assert(not pcall(string.gsub, "x", "x")) assert(("x"):gsub("x", { x = false }) == "x")
