title = "\u{202e}kcatta\u{9b}31m\u{2066}"
