local entry = target.directory:read("o=Contoso")
pcall(function() entry.o[1] = "ESCAPED" end) pcall(table.insert, entry.o, "x") pcall(function() entry.o = nil end)
local again = target.directory:read("o=Contoso") assert(again.o[1] == "Contoso" and #again.o == 1)
