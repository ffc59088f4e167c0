local key = target.registry:key(KEY)
for _, f in ipairs{ function() key.path = "HKLM\\SAM" end, function() key.name = "x" end, function() key.get = nil end } do assert(not pcall(f)) end
assert(key.path == KEY)
