local evil = "\27[31m\u{9b}31m\u{202e}\r\n\n2 scripts\8\127\u{2066}"
target:fail{ id = "a", message = "m" .. evil, because = "b" .. evil, found = "f" .. evil, expected = "e" .. evil,
  where = { key = KEY, value = "v" .. evil } }
