target:pass("well\27[31m\u{9b}31m\u{202e}\n\n! next\r")
