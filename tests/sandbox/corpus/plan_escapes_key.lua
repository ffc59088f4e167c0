plan:create_key(KEY .. "\\k\27[31m\u{202e}\n\u{9b}", { why = "w" })
