local text = ("cn=x,"):rep(63) .. "o=y" while true do require("dn").parse(text) end
