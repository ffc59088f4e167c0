local a, b = target.registry:key(KEY), target.registry:key(KEY)
assert(a ~= b and a == a)
for _, h in ipairs{ target, target.registry, a } do
  for _, f in ipairs{ function() return h + 1 end, function() return h .. "x" end, function() return h < h end,
    function() return h <= 1 end, function() return -h end, function() return #h end, function() return h() end,
    function() return ~h end, function() return h // h end, function() h.x = 1 end, function() for _ in h do end end,
    function() for _ in pairs(h) do end end, function() return next(h) end, function() return rawlen(h) end,
    function() return table.concat(h) end, function() return table.unpack(h) end, function() return ("x"):rep(h) end,
    function() table.insert(h, 1) end, function() table.sort(h) end, function() return math.floor(h) end,
    function() return utf8.char(h) end, function() return tonumber(h, 10) end } do assert(not pcall(f)) end
end
