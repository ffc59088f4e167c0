for _, args in ipairs{ {}, { "a", "b" }, { {} }, { target }, { true }, { print }, "a", 1, { ("x"):rep(1e6) } } do
  assert(not pcall(target.directory.search, target.directory, { base = "o=Contoso", filter = "(cn=%s)", args = args }))
end
