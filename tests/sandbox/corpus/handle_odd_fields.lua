local key, entry = target.registry:key(KEY), target.directory:read("o=Contoso")
for _, handle in ipairs{ target, target.registry, target.directory, key } do
  for _, name in ipairs{ 1, 0.5, true, {}, print, ("x"):rep(1e6), "\0", "get\0", "__gc", "__index", "__metatable" } do
    local ok, value = pcall(function() return handle[name] end)
    assert(not ok or value == nil, tostring(name))
  end
end
for _, name in ipairs{ "x", "cn\0", "objectClass\0", ("x"):rep(1e6), "__gc", "" } do assert(entry[name] == nil, name) end
for _, name in ipairs{ true, {}, print, target } do assert(not pcall(function() return entry[name] end)) end
