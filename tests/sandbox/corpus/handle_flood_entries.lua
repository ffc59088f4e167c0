local t = {} for i = 1, math.huge do t[i] = target.directory:search{ base = "o=Contoso", filter = "(!(cn=" .. i .. "))" } end
