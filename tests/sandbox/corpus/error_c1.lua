error("\u{9b}31m \x9b32m")
