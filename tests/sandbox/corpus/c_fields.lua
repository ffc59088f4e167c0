local e = target.directory:read("o=Contoso") for i = 1, math.huge do local _ = e["no" .. i], e:values("x" .. i) end
