local a, b = ("a\0"):rep(1e6) .. "x", ("a\0"):rep(1e6) .. "x" while true do local _ = a <= b end
