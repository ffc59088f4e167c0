description = "a\n\tb\u{9b}31m\u{202e}"
