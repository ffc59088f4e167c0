for _ = 1, 10000 do local _ = tonumber(("9"):rep(1e6)), tonumber(("z"):rep(1e6), 36), tonumber("0x" .. ("f"):rep(1e6)) end
