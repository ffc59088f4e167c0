local why = ("x"):rep(16000) while true do plan:set_value(KEY, "SiteDN", "REG_SZ", "x", { why = why }) end
