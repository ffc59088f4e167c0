for _, base in ipairs{ "x", "=", "o=", "o=a\0", "o=Contoso\0,c=x", ",", "o=a,", "o=\\", "o=\\z", ("o=x,"):rep(100) .. "o=y", "o=" .. ("x"):rep(70000), 1, true, {}, target, target.registry } do
  if base ~= "o=" then
    assert(not pcall(target.directory.search, target.directory, { base = base }), tostring(base):sub(1, 20))
    assert(not pcall(target.directory.read, target.directory, base), tostring(base):sub(1, 20))
  end
end
assert(not pcall(target.directory.search, target.directory, {})) assert(not pcall(target.directory.search, target.directory))
