local seen, bad = {}, {}
for name in ("execute getenv popen open dump loadlib setmetatable getmetatable rawset load move " ..
  "sethook getregistry random randomseed pack_ unpack_ collectgarbage"):gmatch("%S+") do bad[name] = true end
local function walk(t)
  if seen[t] then return end
  seen[t] = true
  for key, value in pairs(t) do
    assert(not bad[key] , key)
    if type(value) == "table" then walk(value) end
  end
end
walk(_ENV) walk(require "dn") walk(require "kb.exchange") walk(require "kb.directory_names")
assert(string.pack == nil and string.unpack == nil and table.move == nil)
