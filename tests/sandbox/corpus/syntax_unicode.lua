local x = "\u{FFFFFFFFFF}"
