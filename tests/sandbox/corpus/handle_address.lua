local values = { target, target.registry, target.directory, target.registry:key(KEY), {}, print, pcall,
  target.directory:read("o=Contoso"), function() end, target.pass, string, require "dn", require("dn").parse }
for _, v in ipairs(values) do
  for _, text in ipairs{ tostring(v), ("%s %-20s %10s %.99s"):format(v, v, v, v) } do
    assert(not text:find("0x", 1, true), text)
  end
  local _, e = pcall(function() return v .. v .. {} end) assert(not tostring(e):find("0x", 1, true), e)
  local _, e2 = pcall(error, v) assert(not tostring(e2):find("0x", 1, true))
  assert(not pcall(string.format, "%p", v)) assert(not pcall(string.format, "%10p", v)) assert(not pcall(string.format, "%-p", v))
  if type(v) ~= "table" then assert(not pcall(string.format, "%q", v)) end
end
