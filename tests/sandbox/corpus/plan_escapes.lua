local evil = "\27[31m\u{9b}31m\u{202e}\r\n\n2 scripts\8\127"
plan:set_value(KEY, "n" .. evil, "REG_SZ", "d" .. evil, { why = "w" .. evil, step = "s" .. evil })
plan:set_value(KEY, "m" .. evil, "REG_MULTI_SZ", { "d" .. evil }, { why = "w" .. evil })
plan:set_value(KEY, "b" .. evil, "REG_BINARY", evil, { why = "w" })
plan:modify_entry("o=Contoso", "description", { evil, "x" .. evil }, { why = evil })
plan:manual("m" .. evil, { why = evil, step = evil })
