local exchange = require "kb.exchange"
local key = exchange.service_key("X")
pairs = function() while true do end end
ipairs, next, type, error, tostring, assert_, select = pairs, pairs, pairs, pairs, pairs, pairs, pairs
string = { format = pairs, gsub = pairs } table = nil pcall = nil
assert(exchange.service_key("X") == key)
require("dn").parse("o=Contoso"):ldap()
