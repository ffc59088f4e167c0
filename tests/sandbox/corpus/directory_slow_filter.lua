local t = {} for i = 1, 700 do t[i] = "(cn=*" .. i .. "*)" end
local filter = "(|" .. table.concat(t):sub(1, 8000):match("^.*%)") .. ")"
for _ = 1, 50 do target.directory:search{ base = "o=Contoso", filter = filter } end
