local exchange = require "kb.exchange"
for _, view in ipairs{ string, table, math, utf8, require "dn", exchange } do
  assert(not pcall(table.insert, view, 1, 1))
  assert(not pcall(table.insert, view, "x"))
  pcall(table.remove, view) pcall(table.remove, view, 1) pcall(table.sort, view)
  pcall(table.sort, view, function() return true end)
end
assert(string.upper("x") == "X" and exchange.service_key and require("dn").parse)
