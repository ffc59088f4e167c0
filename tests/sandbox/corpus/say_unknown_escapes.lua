pcall(target.unknown, target, "who knows\27[31m\u{9b}31m\u{202e}\n\n! next\r")
