local s = ("é"):rep(2e6) while true do utf8.len(s) utf8.offset(s, -1) end
