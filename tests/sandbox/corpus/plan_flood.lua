for i = 1, 1e6 do plan:set_value(KEY, "v" .. i, "REG_DWORD", i, { why = "y" }) end
