params = { a = print, b = error }
