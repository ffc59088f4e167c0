for _, list in ipairs{ { 1 }, { {} }, { "" }, { "a\0b" }, { target }, "cn", 1, target, { "a", nil, "b", n = 3 } } do
  local done = pcall(target.directory.read, target.directory, "o=Contoso", list)
  assert(not done or type(list) == "table" and list.n)
end
local many = {} for i = 1, 65 do many[i] = "a" .. i end assert(not pcall(target.directory.read, target.directory, "o=Contoso", many))
