local dn = require "dn"
local d = dn.parse("cn=a,o=b")
for _ in function() end, nil, nil, d do end
for _ in function() end, nil, nil, d do end
do local a <close>, b = d local c <close> = d end
assert(not pcall(function() return d.form end))
