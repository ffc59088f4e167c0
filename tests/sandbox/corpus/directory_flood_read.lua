for i = 1, math.huge do target.directory:read("cn=" .. i .. ",o=Contoso") end
