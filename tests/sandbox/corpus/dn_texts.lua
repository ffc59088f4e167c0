local dn = require "dn"
local d = dn.make{ { "o", "\27[31m\0\u{202e}" }, { "cn", ",+\"\\<>;=# \n" } }
local again = dn.parse(d:ldap()) assert(again and dn.compare(d, again).verdict == "identical") print(d, again)
