local path = KEY for i = 1, 600 do path = path .. "\\k" plan:create_key(path, { why = "y" }) end
