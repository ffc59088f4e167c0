for _, path in ipairs{ KEY .. "\0", "HKLM\\SYSTEM" .. ("\\x"):rep(40000), true, {}, print } do
  assert(not pcall(target.registry.get, target.registry, path, "SiteDN")) assert(not pcall(target.registry.key, target.registry, path))
end
for _, name in ipairs{ ("x"):rep(1e6), true, {}, target } do assert(not pcall(target.registry.get, target.registry, KEY, name)) end
assert(not pcall(target.registry.get, target.registry, KEY)) assert(not pcall(target.registry.get, target.registry))
assert(target.registry:get(KEY, "SiteDN\0") == nil and target.registry:get(KEY, "\0") == nil)
