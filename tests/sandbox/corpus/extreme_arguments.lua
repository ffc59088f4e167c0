local odd = { 0/0, math.huge, math.mininteger, true, {}, "", "\0", target, print }
local skip = { print = true, require = true }
for _, library in ipairs{ _ENV, string, table, utf8, math, require "dn", require "kb.exchange", require "kb.directory_names" } do
  for name, f in pairs(library) do
    if type(f) == "function" and not skip[name] then
      pcall(f) pcall(f, nil)
      for _, a in ipairs(odd) do pcall(f, a) if name ~= "rep" then for _, b in ipairs(odd) do pcall(f, a, b) pcall(f, a, b, a) end end end
    end
  end
end
