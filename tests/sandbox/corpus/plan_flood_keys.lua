for i = 1, math.huge do plan:create_key(KEY .. "\\k" .. i, { why = "y" }) end
